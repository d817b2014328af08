import TestSupport
import Testing

@Suite struct PostgresServerTests {
  @Test func databasesAreSeparateAndEmpty() throws {
    let server = try PostgresServer.shared()
    let (one, two) = (try server.makeDatabase(), try server.makeDatabase())
    try server.psql("CREATE TABLE t(a int); INSERT INTO t VALUES (1), (2)", database: one)
    #expect(try server.psql("SELECT a FROM t ORDER BY a", database: one) == "1\n2\n")
    #expect(throws: SupportError.self) { try server.psql("SELECT a FROM t", database: two) }
  }

  @Test func aServerRestartsAndThenGoesForGood() throws {
    let server = try PostgresServer(settings: ["max_connections": "8"], tcp: true)
    let database = try server.makeDatabase()
    try server.stop(mode: "immediate")
    #expect(throws: SupportError.self) { try server.psql("SELECT 1", database: database) }
    try server.start()
    #expect(try server.psql("SHOW max_connections", database: database) == "8\n")
    let overTCP = try RunningProcess.check(
      "psql", ["-X", "-A", "-t", "-c", "SELECT 1", server.tcpURL(database: database)])
    #expect(overTCP.text == "1\n")
    #expect(
      try RunningProcess.check("psql", ["-X", "-A", "-t", "-c", "SELECT 2", server.url(database: database)]).text
        == "2\n")
  }
}
