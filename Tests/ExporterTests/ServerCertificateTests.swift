import FakeGitLab
import Postgres
import TestSupport
import Testing
import WheelModel

@testable import Exporter

/// Servers on other hosts must show a certificate that names them, from an authority that is trusted, unless the address says otherwise.
@Suite(.serialized) struct ServerCertificateTests {
  /// One server for each kind of certificate, with TLS.
  private func serve(_ kind: Certificates.Kind, _ body: (_ port: Int, _ authority: String) throws -> Void) throws {
    let directory = try TemporaryDirectory()
    let certificates = try Certificates(directory: directory.path)
    let chain = try certificates.make(kind)
    // The server runs as another user when tests run as root, and takes a key of its own or root's only.
    try RunningProcess.check("chmod", ["755", directory.path])
    try RunningProcess.check("chmod", ["600", chain.keyPath])
    if PostgresServer.runsAsOtherUser { try RunningProcess.check("chown", ["postgres", chain.keyPath]) }
    let server = try PostgresServer(
      settings: ["ssl": "on", "ssl_cert_file": chain.certificatePath, "ssl_key_file": chain.keyPath], tcp: true)
    try body(server.port, certificates.authorityPath)
    server.stopForGood()
  }

  private func export(_ address: String) throws -> ExportSummary {
    let source = MemorySource()
    source.put(Samples.release("v3.1.0+cuda-ubi9"))
    var options = ExportOptions()
    options.retries = 0
    let sink = try Exporter.makeSink(TargetAddress.parse(address), source.storeID, options, SilentExport(), { false })
    return try Replay(
      source: source, sink: sink, options: options, observer: SilentExport(), shouldStop: { false }
    ).run()
  }

  private func refusal(_ address: String) throws -> ExportError? {
    guard case .failed(let error) = try export(address).outcome else { return nil }
    return error
  }

  /// The name stands for another host, the address for where it is.
  private func address(_ host: String, _ port: Int, _ more: String) -> String {
    "postgresql:host=\(host) hostaddr=127.0.0.1 port=\(port) user=postgres dbname=postgres password=s3cret \(more)"
  }

  @Test("a certificate for another host is refused and named")
  func refusesWrongHost() throws {
    try serve(.wrongHost) { port, authority in
      let error = try #require(try refusal(address("db.example.test", port, "sslrootcert=\(authority)")))
      #expect(error.kind == .targetFailed && error.cause.contains("certificate"), "\(error)")
      #expect(error.cause.contains("other.example") && error.cause.contains("db.example.test"), "\(error)")
      #expect(!"\(error)".contains("s3cret"))
      // The host that it names is let in by the same default, and a mode that is asked for is taken as it is.
      #expect(try export(address("other.example", port, "sslrootcert=\(authority)")).outcome == .complete)
      #expect(try export(address("db.example.test", port, "sslmode=require")).outcome == .complete)
    }
  }

  @Test(
    "a certificate of an unknown authority is refused and named", arguments: [Certificates.Kind.wrongHost, .selfSigned])
  func refusesUnknownAuthority(_ kind: Certificates.Kind) throws {
    try serve(kind) { port, _ in
      let error = try #require(try refusal(address("other.example", port, "")))
      #expect(error.cause.contains("certificate") && !"\(error)".contains("s3cret"), "\(error)")
    }
  }

  @Test("a server without TLS is refused")
  func refusesPlainServers() throws {
    let server = try PostgresServer(tcp: true)
    let error = try #require(try refusal(address("db.example.test", server.port, "")))
    #expect(error.cause.contains("SSL"), "\(error)")
    server.stopForGood()
  }
}
