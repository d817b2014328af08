import TestSupport
import Testing

@testable import Postgres

/// The wrapper of libpq, against a real server.
@Suite(.serialized) struct PostgresConnectionTests {
  private func connect(shouldStop: (() -> Bool)? = nil) throws -> Connection {
    let server = try PostgresServer.shared()
    return try Connection(ConnectionSettings(server.connectionString(database: "postgres")), shouldStop: shouldStop)
  }

  @Test func carriesBinaryValues() throws {
    let session = try connect()
    let answer = try session.query(
      "SELECT $1, $2, $3, $4 AT TIME ZONE 'UTC', $5, $6, octet_length($1)",
      [
        .text("é\\'\n"), .integer(.min), .boolean(true), .timestamp(milliseconds: -1), .textArray(["a", nil, ""]),
        .text(nil),
      ], operation: "test")
    #expect(answer.string(0, 0) == "é\\'\n" && answer.integer(0, 1) == .min && answer.boolean(0, 2) == true)
    #expect(answer.string(0, 3) == "1969-12-31 23:59:59.999" && answer.string(0, 4) == "{a,NULL,\"\"}")
    #expect(answer.string(0, 5) == nil && answer.integer(0, 6) == 5)
  }

  @Test("a NUL is refused, not cut")
  func refusesNUL() throws {
    let session = try connect()
    let error = #expect(throws: PostgresError.self) {
      try session.query("SELECT $1::text", [.text("ab\u{0}cd")], operation: "test")
    }
    #expect(
      error?.sqlState == SQLState(rawValue: "22021") && error?.isRefusedValue == true && error?.isTransient == false)
  }

  @Test("a pipeline runs up to its first failure, and the session lives on")
  func stopsPipelines() throws {
    let session = try connect()
    #expect(try session.pipeline([Statement("SELECT 1"), Statement("SELECT 2")], operation: "test").count == 2)
    let error = #expect(throws: PostgresError.self) {
      try session.pipeline(
        [Statement("BEGIN"), Statement("SELECT 1/0"), Statement("SELECT 3")], operation: "test")
    }
    #expect(error?.sqlState == SQLState(rawValue: "22012"))
    #expect(!session.isIdle)
    try session.rollback()
    #expect(session.isIdle)
    #expect(try session.query("SELECT 4", operation: "test").integer(0, 0) == 4)
    #expect(try session.pipeline([], operation: "test").isEmpty)
  }

  @Test("COMMIT after a failure is an error, although the server says success")
  func checksCommits() throws {
    let session = try connect()
    try session.query("BEGIN", operation: "test")
    #expect(throws: PostgresError.self) { try session.query("SELECT nonsense", operation: "test") }
    let error = #expect(throws: PostgresError.self) { try session.commit(operation: "test") }
    #expect(error?.code == .rolledBack && error?.isTransient == true)
  }

  @Test("a copy that the server refuses ends in the server's words")
  func reportsCopies() throws {
    let session = try connect()
    try session.query("CREATE TEMPORARY TABLE t (a int)", operation: "test")
    try session.beginCopy("COPY t FROM STDIN", operation: "test")
    for _ in 0..<40_000 { try session.sendCopy(Array("12\n34\n".utf8).span, operation: "test") }
    #expect(try session.endCopy(operation: "test") == 80_000)
    try session.beginCopy("COPY t FROM STDIN", operation: "test")
    try session.sendCopy(Array("x\n".utf8).span, operation: "test")
    let error = #expect(throws: PostgresError.self) { try session.endCopy(operation: "test") }
    #expect(error?.sqlState == SQLState(rawValue: "22P02"))
    try session.beginCopy("COPY t FROM STDIN", operation: "test")
    try session.sendCopy(Array("56\n".utf8).span, operation: "test")
    try session.abandonCopy(operation: "test")
    #expect(try session.query("SELECT count(*) FROM t", operation: "test").integer(0, 0) == 80_000)
    #expect(throws: PostgresError.self) { try session.beginCopy("COPY nowhere FROM STDIN", operation: "test") }
    #expect(session.isIdle)
  }

  @Test("a wait ends when asked to stop")
  func stops() throws {
    var asked = 0
    let session = try connect()
    session.shouldStop = {
      asked += 1
      return asked > 2
    }
    let error = #expect(throws: PostgresError.self) { try session.query("SELECT pg_sleep(60)", operation: "test") }
    #expect(error?.code == .interrupted)
  }

  @Test("names and constants are quoted so that they stay what they are")
  func quotes() throws {
    let session = try connect()
    for text in ["a'b", "a\\b", "a\"b", "--", "'; DROP TABLE x; --", ""] {
      #expect(try session.query("SELECT \(Connection.quote(literal: text))", operation: "test").string(0, 0) == text)
      guard !text.isEmpty else { continue }
      let name = try Connection.quote(identifier: text)
      #expect(try session.query("SELECT 7 AS \(name)", operation: "test").integer(0, 0) == 7)
    }
    for name in ["", "a\u{0}", String(repeating: "é", count: 32)] {
      #expect(throws: PostgresError.self) { try Connection.quote(identifier: name) }
    }
  }

  @Test(
    "codes are told apart by whether trying again can help",
    arguments: [
      ("40001", true), ("40P01", true), ("40002", false), ("57P01", true), ("57P03", true), ("57014", false),
      ("53300", true), ("53100", true), ("08006", true), ("22P02", false), ("23505", false), ("42P01", false),
      ("25P03", true), ("25006", false), ("XX000", false),
    ])
  func classifies(_ code: String, _ isTransient: Bool) {
    #expect(SQLState(rawValue: code).isTransient == isTransient)
  }

  @Test("a connection that is refused says so without the password")
  func hidesPasswords() throws {
    let server = try PostgresServer.shared()
    let settings = try ConnectionSettings(
      "host=\(server.socketDirectory) port=1 user=postgres dbname=x password=s3cret")
    let error = #expect(throws: PostgresError.self) { try Connection(settings) }
    #expect(error?.code == .connect && !"\(error.map(String.init(describing:)) ?? "")".contains("s3cret"))
  }
}
