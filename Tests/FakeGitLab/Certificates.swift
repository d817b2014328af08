import CTestTLS
import Glibc

/// Makes certificates for 127.0.0.1 and localhost, good and bad ones, below an authority of its own.
public final class Certificates {
  /// What is right or wrong with a certificate.
  public enum Kind: String, CaseIterable, Sendable {
    /// Nothing: issued by the authority, for 127.0.0.1 and localhost, valid now.
    case good
    /// It was valid until yesterday.
    case expired
    /// It is valid from tomorrow on.
    case notYetValid = "not-yet-valid"
    /// It names another host.
    case wrongHost = "wrong-host"
    /// It names `*`, all hosts there are.
    case wildcard
    /// An authority issued it that nobody trusts.
    case unknownAuthority = "unknown-authority"
    /// It is its own issuer.
    case selfSigned = "self-signed"
    /// A certificate issued it that is no authority.
    case issuedByLeaf = "issued-by-leaf"
    /// Its key has 1,024 bits.
    case shortKey = "short-key"
  }

  /// What a server needs: a PEM file with its certificate and those above it, and one with its key.
  public struct Chain: Sendable {
    /// The path of the certificates.
    public let certificatePath: String
    /// The path of the key.
    public let keyPath: String
  }

  /// The PEM file of the authority: what a client is to trust.
  public var authorityPath: String { directory + "/authority.pem" }
  private let directory: String
  private let authority: Identity

  /// Makes an authority whose files go into a directory, which is there already.
  public init(directory: String) throws(FakeGitLabError) {
    self.directory = directory
    authority = try Identity(name: "Test authority", extensions: [(NID_basic_constraints, "critical,CA:TRUE")])
    try authority.writeCertificates(to: directory + "/authority.pem")
  }

  /// Makes a certificate.
  public func make(_ kind: Kind) throws(FakeGitLabError) -> Chain {
    let here = (NID_subject_alt_name, "IP:127.0.0.1,DNS:localhost")
    let day = 86400
    let identity =
      switch kind {
      case .good: try Identity(name: "127.0.0.1", extensions: [here], issuer: authority)
      case .expired: try Identity(name: "127.0.0.1", extensions: [here], issuer: authority, from: -9 * day, to: -day)
      case .notYetValid: try Identity(name: "127.0.0.1", extensions: [here], issuer: authority, from: day, to: 9 * day)
      case .wrongHost:
        try Identity(
          name: "other.example", extensions: [(NID_subject_alt_name, "DNS:other.example")], issuer: authority)
      case .wildcard: try Identity(name: "*", extensions: [(NID_subject_alt_name, "DNS:*")], issuer: authority)
      case .unknownAuthority:
        try Identity(
          name: "127.0.0.1", extensions: [here],
          issuer: Identity(name: "Other authority", extensions: [(NID_basic_constraints, "critical,CA:TRUE")]))
      case .selfSigned: try Identity(name: "127.0.0.1", extensions: [here])
      case .issuedByLeaf:
        try Identity(
          name: "127.0.0.1", extensions: [here],
          issuer: Identity(
            name: "Leaf", extensions: [here, (NID_basic_constraints, "critical,CA:FALSE")], issuer: authority))
      case .shortKey: try Identity(name: "127.0.0.1", extensions: [here], issuer: authority, keyBits: 1024)
      }
    let path = "\(directory)/\(kind.rawValue)"
    try identity.writeCertificates(to: path + ".pem")
    try identity.writeKey(to: path + ".key")
    return Chain(certificatePath: path + ".pem", keyPath: path + ".key")
  }
}

/// A key with its certificate and the certificates above it. Counterparts: `X509`, `EVP_PKEY`.
@safe
private final class Identity {
  private let key: OpaquePointer
  private let certificate: OpaquePointer
  private let issuer: Identity?

  /// Makes one that is valid between two moments, in seconds from now; without an issuer it signs itself.
  init(
    name: String, extensions: [(CInt, String)], issuer: Identity? = nil, from: Int = -3600, to: Int = 10 * 86400,
    keyBits: Int? = nil
  ) throws(FakeGitLabError) {
    // Safety: OpenSSL hands out objects of ours alone, or nil; they are freed once in deinit.
    guard let key = unsafe keyBits.map({ unsafe tt_make_rsa_key($0) }) ?? tt_make_curve_key(),
      let certificate = unsafe X509_new()
    else { throw FakeGitLabError("OpenSSL makes no key") }
    unsafe self.key = key
    unsafe self.certificate = certificate
    self.issuer = issuer
    unsafe X509_set_version(certificate, 2)
    unsafe ASN1_INTEGER_set(X509_get_serialNumber(certificate), Int.random(in: 1...Int(Int32.max)))
    unsafe X509_gmtime_adj(X509_getm_notBefore(certificate), from)
    unsafe X509_gmtime_adj(X509_getm_notAfter(certificate), to)
    unsafe X509_set_pubkey(certificate, key)
    let subject = unsafe X509_get_subject_name(certificate)
    unsafe X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_FLAG | 1, name, -1, -1, 0)
    let signer = unsafe issuer?.certificate ?? certificate
    unsafe X509_set_issuer_name(certificate, X509_get_subject_name(signer))
    for (number, value) in extensions {
      guard unsafe tt_add_extension(certificate, signer, number, value) == 1 else {
        throw FakeGitLabError("OpenSSL takes no extension \(value)")
      }
    }
    guard unsafe X509_sign(certificate, issuer?.key ?? key, EVP_sha256()) > 0 else {
      throw FakeGitLabError("OpenSSL does not sign")
    }
  }

  deinit {
    unsafe X509_free(certificate)
    unsafe EVP_PKEY_free(key)
  }

  /// Writes this certificate and those above it.
  func writeCertificates(to path: String) throws(FakeGitLabError) {
    guard let file = unsafe fopen(path, "w") else { throw FakeGitLabError("write \(path)", errno: errno) }
    defer { unsafe fclose(file) }
    var next: Identity? = self
    while let identity = next {
      guard unsafe PEM_write_X509(file, identity.certificate) == 1 else {
        throw FakeGitLabError("write \(path)", errno: errno)
      }
      next = identity.issuer
    }
  }

  /// Writes the key, without a password.
  func writeKey(to path: String) throws(FakeGitLabError) {
    guard let file = unsafe fopen(path, "w") else { throw FakeGitLabError("write \(path)", errno: errno) }
    defer { unsafe fclose(file) }
    guard unsafe PEM_write_PrivateKey(file, key, nil, nil, 0, nil, nil) == 1 else {
      throw FakeGitLabError("write \(path)", errno: errno)
    }
  }
}
