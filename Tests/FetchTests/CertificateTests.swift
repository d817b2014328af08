import Fetch
import TestSupport
import Testing

/// TLS with a good certificate works; each bad one is refused, and the message says what is wrong with it.
@Suite(.serialized)
struct CertificateTests {
  private func ask(_ authority: CertificateAuthority, _ name: String, chain: String? = nil, trust: String? = nil) throws
    -> FetchError?
  {
    let (server, port) = try authority.serve(name, chain: chain)
    defer { server.signal(9) }
    var options = ClientOptions(origin: try Origin(url: "https://127.0.0.1:\(port)"))
    options.token = ("PRIVATE-TOKEN", try Secret(Array("canary-7".utf8)))
    options.proxy = .none
    options.caFile = trust ?? authority.file
    let client = try HTTPClient(options)
    return failure {
      let response = try client.get("https://127.0.0.1:\(port)/")
      guard response.status == 200, try !response.readAll().isEmpty else { throw CertificateError(message: "no page") }
    }
  }

  @Test func `a good certificate is accepted, eight bad ones are refused by name`() throws {
    let authority = try CertificateAuthority()
    try authority.certificate("good")
    #expect(try ask(authority, "good") == nil)

    try authority.certificate("expired", until: "20210101000000Z")
    try authority.certificate("early", from: "20980101000000Z")
    try authority.certificate("elsewhere", names: "DNS:gitlab.example.com")
    try authority.certificate("wildcard", names: "DNS:*.0.0.1")
    try authority.selfSigned("itself")
    try authority.certificate("weak", bits: 1024)
    try authority.certificate("grandchild", signer: "good")
    let bad: [(name: String, chain: String?, says: String)] = [
      ("expired", nil, "expired"), ("early", nil, "not yet valid"),
      ("elsewhere", nil, "no alternative certificate subject name"),
      ("wildcard", nil, "no alternative certificate subject name"), ("itself", nil, "self-signed"),
      ("weak", nil, "key too weak"),
      ("grandchild", "good", "CA"),
    ]
    for (name, chain, says) in bad {
      let error = try ask(authority, name, chain: chain)
      #expect(error?.code == .tls, "\(name): \(error as Any)")
      #expect(error?.isTransient == false, "\(name)")
      #expect(error?.cause.contains(says) == true, "\(name): \(error as Any)")
    }
    let stranger = try CertificateAuthority()
    let unknown = try ask(authority, "good", trust: stranger.file)
    #expect(unknown?.code == .tls)
    #expect(unknown?.hint != nil)
    #expect(try ask(authority, "good", trust: authority.directory.file("missing.pem"))?.code == .tls)
  }
}
