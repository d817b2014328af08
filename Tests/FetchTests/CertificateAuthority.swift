import TestSupport

/// Makes certificates with the openssl program: good ones, and one for each way of being bad.
struct CertificateAuthority {
  let directory: TemporaryDirectory

  /// The authority's own certificate.
  var file: String { directory.file("ca.pem") }

  init() throws {
    directory = try TemporaryDirectory("tls")
    try Files.write(
      """
      [ca]
      default_ca = here
      [here]
      database = \(directory.file("index"))
      new_certs_dir = \(directory.path)
      serial = \(directory.file("serial"))
      default_md = sha256
      policy = any
      unique_subject = no
      copy_extensions = copy
      [any]
      commonName = supplied
      [req]
      distinguished_name = names
      [names]
      [authority]
      basicConstraints = critical, CA:true
      keyUsage = critical, keyCertSign
      [leaf]
      basicConstraints = critical, CA:false
      """, to: directory.file("conf"))
    try Files.write("", to: directory.file("index"))
    try Files.write("01\n", to: directory.file("serial"))
    try openssl(
      "req -x509 -newkey rsa:2048 -nodes -subj /CN=authority -days 2 -config conf -extensions authority "
        + "-keyout ca.key -out ca.pem")
  }

  /// Signs a certificate for `names` (a subjectAltName), valid as told, by the authority or by another certificate.
  func certificate(
    _ name: String, names: String = "IP:127.0.0.1", from: String = "20200101000000Z", until: String = "20991231000000Z",
    bits: Int = 2048, signer: String = "ca"
  ) throws {
    try openssl(
      "req -new -newkey rsa:\(bits) -nodes -subj /CN=\(name) -config conf -addext subjectAltName=\(names) "
        + "-keyout \(name).key -out \(name).csr")
    try openssl(
      "ca -batch -notext -config conf -extensions leaf -startdate \(from) -enddate \(until) -cert \(signer).pem "
        + "-keyfile \(signer).key -in \(name).csr -out \(name).pem")
  }

  /// Makes a certificate that nobody but itself has signed.
  func selfSigned(_ name: String) throws {
    try openssl(
      "req -x509 -newkey rsa:2048 -nodes -subj /CN=\(name) -days 2 -config conf -addext subjectAltName=IP:127.0.0.1 "
        + "-keyout \(name).key -out \(name).pem")
  }

  /// Starts a web server that shows a certificate; returns it with its port.
  func serve(_ name: String, chain: String? = nil) throws -> (RunningProcess, port: String) {
    // A certificate below the library's own standard has to be shown all the same.
    var arguments = "s_server -accept 127.0.0.1:0 -www -cert \(name).pem -key \(name).key -cipher DEFAULT@SECLEVEL=0"
    if let chain { arguments += " -cert_chain \(chain).pem" }
    let server = try RunningProcess(
      "openssl", arguments.split(separator: " ").map(String.init), directory: directory.path)
    return (server, try server.line(startingWith: "ACCEPT 127.0.0.1:"))
  }

  private func openssl(_ arguments: String) throws {
    let process = try RunningProcess(
      "openssl", arguments.split(separator: " ").map(String.init), directory: directory.path, input: [])
    let result = try process.wait()
    guard result.status == .code(0) else {
      throw CertificateError(message: arguments + ": " + String(decoding: result.errorOutput, as: UTF8.self))
    }
  }
}

struct CertificateError: Error {
  let message: String
}
