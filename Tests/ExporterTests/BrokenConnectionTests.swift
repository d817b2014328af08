import Digest
import Postgres
import TestSupport
import Testing
import Threads
import WheelModel

@testable import Exporter

/// Exactly once, whatever happens to the connection: lost requests, lost replies, cut copies, restarts, killed sessions.
@Suite(.serialized) struct BrokenConnectionTests {
  static let server = Result { try PostgresServer(tcp: true) }

  let server: PostgresServer
  let database: String
  let proxy: TCPProxy
  let source = MemorySource()

  init() throws {
    server = try Self.server.get()
    database = try server.makeDatabase()
    proxy = try TCPProxy(to: .path("\(server.socketDirectory)/.s.PGSQL.\(server.port)"))
    source.put(Samples.release("v1.0+cuda-ubi9"))
    // The tables are there, so that breaks hit the batches.
    #expect(try export().outcome == .complete)
  }

  private func address(port: Int) throws -> TargetAddress {
    try TargetAddress.parse("postgresql://postgres@127.0.0.1:\(port)/\(database)?sslmode=disable")
  }

  private func export(
    observer: any ExportObserver = SilentExport(), batch: Int = 2, shouldStop: @escaping () -> Bool = { false }
  ) throws -> ExportSummary {
    var options = ExportOptions()
    options.batchReleases = batch
    options.lockTimeout = 20
    let sink = try Exporter.makeSink(
      address(port: proxy.port), source.storeID, options, observer, shouldStop)
    return try Replay(source: source, sink: sink, options: options, observer: observer, shouldStop: shouldStop).run()
  }

  /// That each row is there once, and equal to the source.
  private func expectExactlyOnce(_ comment: Comment) throws {
    var options = ExportOptions()
    options.documentType = .json
    let sink = try Exporter.makeSink(
      address(port: server.port), source.storeID, options, SilentExport(), { false })
    let found = try Comparison(source: source, sink: sink, options: options, shouldStop: { false })
      .verify(readsData: true, subset: nil)
    #expect(found.isEqual && found.pendingReleases == 0, comment)
    #expect(found.releases == source.states.count, comment)
    let counts = try server.psql(
      """
      SELECT (SELECT count(*) FROM wheelspool.releases), (SELECT count(*) FROM wheelspool.artifacts),
        (SELECT count(*) FROM wheelspool.artifact_packages), (SELECT count(*) FROM wheelspool.drops)
      """, database: database)
    let artifacts = source.states.reduce(0) { $0 + $1.artifacts.count }
    #expect(counts == "\(source.states.count)|\(artifacts)|\(artifacts * 4)|\(artifacts)\n", comment)
  }

  private func addReleases(_ count: Int, round: Int, graph: [UInt8]? = nil) {
    for number in 1...count { source.put(Samples.release(Text("v2.\(round).\(number)+cuda-ubi9"), graph: graph)) }
  }

  @Test("a COMMIT whose reply is lost is not sent twice, one that is lost is")
  func settlesUnknownCommits() throws {
    for round in 0..<20 {
      addReleases(4, round: round)
      proxy.order(round % 2 == 0 ? .loseReply("COMMIT") : .loseRequest("COMMIT"))
      let summary = try export()
      #expect(summary.outcome == .complete && summary.releases == 4 && summary.retries >= 1, "round \(round)")
    }
    #expect(proxy.counts.breaks == 20)
    try expectExactlyOnce("after 20 commits without an answer")
  }

  @Test("a batch cut anywhere is sent again whole")
  func survivesCuts() throws {
    // Some 200 KB a document: the cuts fall into statements, artifacts' COPY and package rows' COPY.
    let graph = Array("{\"x\":\"".utf8) + [UInt8](repeating: UInt8(ascii: "y"), count: 200_000) + Array("\"}".utf8)
    for round in 0..<20 {
      addReleases(3, round: round, graph: graph)
      proxy.order(round % 4 == 3 ? .cutReplies(after: 300 + round * 97) : .cutRequests(after: 700 + round * 41_003))
      #expect(try export().outcome == .complete, "round \(round)")
    }
    #expect(proxy.counts.breaks == 20)
    try expectExactlyOnce("after 20 cuts")
  }

  @Test("replacing rows is as safe as adding them")
  func survivesCutsOfReplacements() throws {
    let graph = [UInt8](repeating: UInt8(ascii: " "), count: 150_000) + Array("{}".utf8)
    addReleases(2, round: 0, graph: graph)
    #expect(try export().outcome == .complete)
    for round in 0..<12 {
      for number in 1...2 {
        source.put(Samples.release(Text("v2.0.\(number)+cuda-ubi9"), numpy: "\(round)", graph: graph))
      }
      proxy.order(round % 3 == 0 ? .loseReply("COMMIT") : .cutRequests(after: 700 + round * 50_021))
      #expect(try export().outcome == .complete, "round \(round)")
    }
    try expectExactlyOnce("after 12 broken replacements")
  }

  @Test("sessions that an administrator ends and a server that restarts are waited for")
  func survivesRestarts() throws {
    for (round, statement) in [
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'wheelspool'", nil,
    ].enumerated() {
      addReleases(6, round: round)
      let (server, database) = (server, database)
      let observer = Once {
        if let statement {
          _ = try server.psql(statement, database: database)
        } else {
          try server.stop(mode: "immediate")
          try server.start()
        }
      }
      let summary = try export(observer: observer)
      #expect(summary.outcome == .complete && summary.retries >= 1 && summary.releases == 6)
      try expectExactlyOnce("round \(round)")
    }
  }

  @Test("asked to stop, it keeps what was committed, and the next export goes on")
  func stops() throws {
    addReleases(6, round: 0)
    let committed = Lock(0)
    let observer = Once { committed.withLock { $0 += 1 } }
    let summary = try export(observer: observer, shouldStop: { committed.withLock { $0 } > 0 })
    #expect(summary.outcome == .interrupted && summary.releases == 2)
    #expect(try export().releases == 4)
    try expectExactlyOnce("after a stop")
  }

  @Test("an export waits for another one of the same store")
  func waits() throws {
    addReleases(2, round: 0)
    let options = ExportOptions()
    let holder = try Exporter.makeSink(
      address(port: server.port), source.storeID, options, SilentExport(), { false })
    try holder.open()
    let observer = Waiting { holder.close() }
    #expect(try export(observer: observer).outcome == .complete)
    #expect(observer.waits.withLock { $0 } == 1)
  }

  @Test("a target that cannot be reached is a failure, not a hang")
  func givesUp() throws {
    proxy.stop()
    guard case .failed(let error) = try export().outcome else {
      Issue.record("no failure")
      return
    }
    #expect(error.kind == .targetFailed && error.code == .unreachable)
  }
}

/// Does something after the first batch.
final class Once: ExportObserver, Sendable {
  private let action: @Sendable () throws -> Void
  private let isDone = Lock(false)

  init(_ action: @escaping @Sendable () throws -> Void) { self.action = action }

  func committed(_ batch: CommittedBatch) {
    let isFirst = isDone.withLock { isDone in
      defer { isDone = true }
      return !isDone
    }
    do { if isFirst { try action() } } catch { Issue.record(error) }
  }
}

/// Does something when an export has to wait.
final class Waiting: ExportObserver {
  let waits = Lock(0)
  private let action: () -> Void

  init(_ action: @escaping () -> Void) { self.action = action }

  func waitingForLock() {
    waits.withLock { $0 += 1 }
    action()
  }
}
