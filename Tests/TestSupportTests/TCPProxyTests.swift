import TestSupport
import Testing

@Suite struct TCPProxyTests {
  private func psql(_ proxy: TCPProxy, _ database: String, _ sql: String) throws -> ProcessResult {
    try RunningProcess.run(
      "psql",
      [
        "-X", "-A", "-t", "-c", sql,
        "host=127.0.0.1 port=\(proxy.port) user=postgres dbname=\(database) sslmode=disable",
      ])
  }

  @Test func aCommitIsLostOnTheWayThereOrBack() throws {
    let server = try PostgresServer.shared()
    let database = try server.makeDatabase()
    let proxy = try TCPProxy(to: .path("\(server.socketDirectory)/.s.PGSQL.\(server.port)"))
    #expect(try psql(proxy, database, "CREATE TABLE t(a int)").exitCode == 0)
    proxy.order(.loseRequest("INSERT"))
    #expect(try psql(proxy, database, "INSERT INTO t VALUES (1)").exitCode != 0)
    proxy.order(.loseReply("INSERT"))
    #expect(try psql(proxy, database, "INSERT INTO t VALUES (2)").exitCode != 0)
    #expect(try psql(proxy, database, "SELECT a FROM t").text == "2\n")
    #expect(proxy.counts == (4, 2))
  }

  @Test func aLongReplyIsCut() throws {
    let server = try PostgresServer.shared()
    let database = try server.makeDatabase()
    let proxy = try TCPProxy(to: .path("\(server.socketDirectory)/.s.PGSQL.\(server.port)"))
    proxy.order(.cutReplies(after: 100_000))
    #expect(try psql(proxy, database, "SELECT repeat('x', 1000000)").exitCode != 0)
    proxy.order(.cutRequests(after: 1000))
    #expect(try psql(proxy, database, "SELECT '\(String(repeating: "x", count: 2000))'").exitCode != 0)
    #expect(try psql(proxy, database, "SELECT 1").text == "1\n")
  }
}
