import Postgres
import TestSupport
import Testing
import Threads
import WheelModel

@testable import Exporter

/// What a server may refuse or lack: each has one outcome, and what was committed before is kept.
@Suite(.serialized) struct TargetFaultTests {
  /// A target with one release, and a source with four more.
  private func prepared() throws -> (TestTarget, MemorySource) {
    let target = try TestTarget(.postgresJSON)
    let source = MemorySource()
    source.put(Samples.release("v1.0+cuda-ubi9"))
    #expect(try target.export(source).outcome == .complete)
    for number in 1...4 { source.put(Samples.release(Text("v2.\(number)+cuda-ubi9"))) }
    return (target, source)
  }

  /// Makes the server fail with a code of ours when the third of the four releases comes: always, or the first time only.
  private func fail(_ target: TestTarget, with state: String, once: Bool) throws {
    _ = try target.psql(
      """
      CREATE SEQUENCE faults;
      CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.tag = 'v2.3+cuda-ubi9' AND (nextval('wheelspool.faults') = 1 OR \(!once)) THEN
          RAISE EXCEPTION 'on order' USING ERRCODE = '\(state)';
        END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER fault BEFORE INSERT ON releases FOR EACH ROW EXECUTE FUNCTION fault();
      """)
  }

  @Test(
    "what may pass is tried again, the rest ends the export with what is kept",
    arguments: [
      ("40001", true), ("40P01", true), ("53100", true), ("53300", true), ("57P01", true),
      ("57P03", true), ("08006", true), ("57014", false), ("25006", false), ("42501", false),
      ("42P01", false), ("23505", false), ("XX000", false),
    ])
  func answersCodes(_ state: String, _ isTransient: Bool) throws {
    let (target, source) = try prepared()
    try fail(target, with: state, once: true)
    let summary = try target.export(source) { $0.batchReleases = 1 }
    if isTransient {
      #expect(summary.outcome == .complete && summary.retries == 1 && summary.releases == 4)
    } else {
      guard case .failed(let error) = summary.outcome else {
        Issue.record("\(state) is no failure")
        return
      }
      #expect(error.kind == .targetFailed && error.cause.contains(state) && summary.releases == 2)
      #expect(try target.count("releases") == 3)
      // The fault is over: the next export brings the rest.
      #expect(try target.export(source).releases == 2)
    }
    #expect(try target.verify(source).isEqual)
  }

  @Test("a target that never recovers is given up, and what came before is kept")
  func givesUp() throws {
    let (target, source) = try prepared()
    try fail(target, with: "53100", once: false)
    let summary = try target.export(source) { options in
      options.batchReleases = 1
      options.retries = 2
    }
    guard case .failed(let error) = summary.outcome else {
      Issue.record("no failure")
      return
    }
    #expect(summary.retries == 2 && summary.releases == 2)
    #expect(error.kind == .targetFailed && (error.hint ?? "").contains("make room"))
    #expect(try target.status(source).products.map(\.pendingReleases) == [2])
  }

  @Test("a lock that others hold on the rows is waited for, then the target is busy")
  func waitsForRows() throws {
    let (target, source) = try prepared()
    try fail(target, with: "55P03", once: false)
    guard case .failed(let error) = try target.export(source).outcome else {
      Issue.record("no failure")
      return
    }
    #expect(error.kind == .locked)
  }

  @Test(
    "tables that were changed by hand are named, not guessed at",
    arguments: [
      "ALTER TABLE artifacts DROP COLUMN variant CASCADE", "DROP TABLE drops", "DROP TABLE artifact_packages CASCADE",
      "DROP TABLE watermarks", "DROP TABLE export_issues", "DROP TABLE schema_version",
      "ALTER TABLE releases ADD COLUMN mine integer NOT NULL DEFAULT 0; ALTER TABLE releases ALTER COLUMN mine DROP DEFAULT",
      "CREATE UNIQUE INDEX ON artifacts (variant, arch)", "ALTER TABLE drops ADD CHECK (name > 'a') NOT VALID",
      "ALTER TABLE releases DROP CONSTRAINT releases_pkey",
    ])
  func refusesForeignTables(_ change: String) throws {
    let (target, source) = try prepared()
    _ = try target.psql(change + ";")
    guard case .failed(let error) = try target.export(source).outcome else {
      Issue.record("not refused: \(change)")
      return
    }
    #expect(error.kind == .targetFailed && (error.hint ?? "").contains("--print-schema"), "\(error)")
    #expect(try target.rows("releases", ["tag"]) == [["v1.0+cuda-ubi9"]])
  }

  @Test(
    "a column that was dropped is named even when there is nothing to write",
    arguments: [TargetKind.postgresJSON, .sqlite])
  func missesColumns(_ kind: TargetKind) throws {
    let target = try TestTarget(kind)
    let source = MemorySource()
    source.put(Samples.release("v1.0+cuda-ubi9"))
    try target.export(source)
    try target.run("ALTER TABLE releases DROP COLUMN description;")
    guard case .failed(let error) = try target.export(source).outcome else {
      Issue.record("not refused")
      return
    }
    #expect(error.code == .schema && error.kind == .targetFailed)
    #expect(error.cause == "column description of table releases is missing")
    let found = #expect(throws: ExportError.self) { try target.verify(source) }
    #expect(found?.code == .schema)
  }

  @Test("columns, indexes and views of the user's own are left alone")
  func keepsForeignColumns() throws {
    let (target, source) = try prepared()
    _ = try target.psql(
      """
      ALTER TABLE artifacts ADD COLUMN note text DEFAULT 'mine'; CREATE INDEX mine ON artifacts (note);
      CREATE VIEW mine_too AS SELECT tag, note FROM artifacts;
      """)
    #expect(try target.export(source).outcome == .complete)
    #expect(try target.psql("SELECT count(*) FROM mine_too WHERE note = 'mine';") == "10\n")
    #expect(try target.verify(source).isEqual)
  }

  @Test("defaults of the database that would break an export do not")
  func overridesDefaults() throws {
    let (target, source) = try prepared()
    for setting in [
      "statement_timeout = '1ms'", "default_transaction_isolation = 'serializable'", "search_path = 'nowhere'",
      "standard_conforming_strings = off", "DateStyle = 'SQL, DMY'", "TimeZone = 'Asia/Kathmandu'",
      "IntervalStyle = 'sql_standard'", "bytea_output = 'escape'", "row_security = off",
    ] { try target.psqlAnywhere("ALTER DATABASE \(target.database ?? "") SET \(setting)") }
    #expect(try target.export(source).outcome == .complete)
    #expect(try target.verify(source).isEqual)
  }

  @Test("a read-only database is refused, and says so")
  func refusesReadOnly() throws {
    let (target, source) = try prepared()
    let database = target.database ?? ""
    try target.psqlAnywhere("ALTER DATABASE \(database) SET default_transaction_read_only = on")
    guard case .failed(let error) = try target.export(source).outcome else {
      Issue.record("not refused")
      return
    }
    #expect(error.cause.contains("25006") && (error.hint ?? "").contains("read-only"))
    #expect(try target.verify(source).isEqual)
    try target.psqlAnywhere("ALTER DATABASE \(database) RESET default_transaction_read_only")
    #expect(try target.export(source).releases == 4)
  }

  @Test("a role that is out of connections waits for one; a wrong database or role is not tried again")
  func countsConnections() throws {
    let (target, source) = try prepared()
    let (server, database) = (try PostgresServer.shared(), target.database ?? "")
    let role = "limited_\(database)"
    try server.psql(
      """
      CREATE ROLE \(role) LOGIN CONNECTION LIMIT 1; GRANT USAGE ON SCHEMA wheelspool TO \(role);
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA wheelspool TO \(role);
      """, database: database)
    let text = server.connectionString(database: database)
    var holder: Connection? = try Connection(ConnectionSettings(text + " user=\(role)"))
    let observer = Retrying { holder = nil }
    #expect(try export(source, to: text + " user=\(role)", observer).outcome == .complete)
    #expect(holder == nil && (observer.causes.withLock { $0.first } ?? "").contains("53300"))
    for wrong in [" user=nobody_\(database)", " dbname=none_\(database)"] {
      let summary = try export(source, to: text + wrong, Retrying {})
      guard case .failed(let error) = summary.outcome else {
        Issue.record("connected with\(wrong)")
        continue
      }
      #expect(summary.retries == 0 && error.kind == .targetFailed && !error.cause.contains("postmaster.c"), "\(error)")
    }
  }

  private func export(_ source: MemorySource, to text: String, _ observer: Retrying) throws -> ExportSummary {
    var options = ExportOptions()
    options.lockTimeout = 5
    let sink = try Exporter.makeSink(
      TargetAddress.parse("postgresql:" + text), source.storeID, options, observer, { false })
    return try Replay(
      source: source, sink: sink, options: options, observer: observer, shouldStop: { false }
    ).run()
  }
}

/// Does something when a target is about to be tried again, and keeps the reasons.
final class Retrying: ExportObserver {
  let causes = Lock<[String]>([])
  private let action: () -> Void

  init(_ action: @escaping () -> Void) { self.action = action }

  func retrying(after error: ExportError, attempt: Int, seconds: Double) {
    causes.withLock { $0.append(error.cause) }
    action()
  }
}
