import FakeGitLab
import SpoolStore
import TestSupport
import Testing
import Threads
import WheelModel

@testable import Collector

/// A fake GitLab, a store and a clock: everything one run needs, in one temporary directory.
final class CollectRig {
  static let repository = RepositoryKey(product: "rhai", repository: "wheels")

  let directory: TemporaryDirectory
  let server: FakeGitLab
  var tree: TreeBuilder
  /// The time of day in the next run.
  var now = Timestamp(milliseconds: 1_790_000_000_000)
  let store: Store
  let stop = StopSignal()

  init(_ releases: [TreeBuilder.Release], isPrivate: Bool = false, sendsDirectly: Bool = false) throws {
    directory = try TemporaryDirectory()
    tree = TreeBuilder(releases: releases)
    tree.projects[0].isPrivate = isPrivate
    try tree.write(to: directory.file("tree"))
    var options = FakeGitLab.Options(tree: directory.file("tree"))
    options.sendsDirectly = sendsDirectly
    server = try FakeGitLab(options)
    store = try Store.open(path: directory.file("store"), mode: .collect(create: true))
  }

  deinit {
    server.stop()
    store.close()
  }

  /// What a run did, in words and numbers.
  struct Run {
    var summary: RunSummary
    var events: [CollectEvent]
    var statistics: Statistics

    var code: Int32 { summary.exitCode }
    /// `SEQUENCE TAG ARTIFACTS` of each commit, in order.
    var committed: [String] {
      events.compactMap { event in
        guard case .committed(let key, let sequence, let artifacts) = event else { return nil }
        return "\(sequence) \(key.tag) \(artifacts)"
      }
    }
    var failures: [Failure] {
      events.compactMap { event in if case .failed(let failure) = event { failure } else { nil } }
    }
    var withdrawn: [Text] {
      events.compactMap { event in if case .withdrawn(let key, _) = event { key.tag } else { nil } }
    }
    var planned: [Text] {
      events.compactMap { event in if case .planned(let key, _) = event { key.tag } else { nil } }
    }
    /// How many assets were asked for at the API origin.
    var downloads: Int { statistics.requests(matching: "*/packages/*").count }
    var pages: Int { statistics.listingCount }
  }

  /// Writes the tree again after changes.
  func publish() throws { try tree.write(to: directory.file("tree")) }

  /// Runs a collect with short waits.
  func collect(
    token: String? = "test-token", dry: Bool = false, _ change: (inout CollectOptions) -> Void = { _ in }
  ) -> Run {
    server.resetStatistics()
    var options = CollectOptions(
      gitlabURL: server.url, credential: token.map { Credential(Array($0.utf8)) },
      repositories: [CollectOptions.Source(key: Self.repository, project: "acme/wheels")])
    options.limits.firstWait = 0.001
    options.limits.longestWait = 0.01
    options.limits.attempts = 3
    options.limits.answerSeconds = 10
    options.limits.stallSeconds = 2
    options.dryRun = dry
    change(&options)
    let recorder = Recorder()
    let now = now
    var clock = RunClock.system
    clock.now = { now }
    let summary = Collector.run(options, store: store, observer: recorder, stop: stop, clock: clock)
    return Run(summary: summary, events: recorder.events.withLock { $0 }, statistics: server.statistics)
  }

  final class Recorder: CollectObserver {
    let events = Lock([CollectEvent]())
    let onEvent: (@Sendable (CollectEvent) -> Void)?

    init(_ onEvent: (@Sendable (CollectEvent) -> Void)? = nil) { self.onEvent = onEvent }

    func receive(_ event: CollectEvent) {
      events.withLock { $0.append(event) }
      onEvent?(event)
    }
  }

  // MARK: the store

  func releases() throws -> [Release] {
    try store.read { snapshot in
      var all: [Release] = []
      try snapshot.forEachRelease { view in
        all.append(view.stored.release)
        return true
      }
      return all
    }
  }

  func artifactKeys() throws -> [Text] {
    try store.read { snapshot in
      var all: [Text] = []
      try snapshot.forEachArtifact { view in
        all.append(view.id.key)
        return true
      }
      return all
    }
  }

  func failures() throws -> [Failure] {
    try store.read { snapshot in
      var all: [Failure] = []
      try snapshot.forEachFailure { failure in
        all.append(failure)
        return true
      }
      return all
    }
  }

  func artifact(_ key: Text) throws -> StoredArtifact {
    try #require(try store.read { try $0.artifact(ArtifactID(Self.repository, key: key)) })
  }

  func graph(_ key: Text) throws -> [UInt8] {
    let info = try #require(try artifact(key).documents[.dependencyGraph])
    return try #require(try store.read { try $0.document(info.id) })
  }

  /// What is wrong with the store, every byte of it read.
  func findings() throws -> [Finding] {
    var options = VerifyOptions()
    options.data = true
    return try store.verify(options).findings
  }

  func sequence() throws -> UInt64 { try store.read { try $0.sequence } }

  // MARK: content

  /// A collection of one package at a version.
  static func collection(_ version: String) -> CollectionBuilder {
    CollectionBuilder([CollectionBuilder.Package("numpy", version), CollectionBuilder.Package("packaging", "24.1")])
  }

  /// A tarball of one package at a version.
  static func asset(_ version: String) -> [UInt8] { collection(version).asset(directory: "wheels") }

  /// A release `vN.0+cpu` with one asset for each architecture, made N minutes into a day.
  static func release(_ number: Int, archs: [String] = ["x86_64"], content: String? = nil) -> TreeBuilder.Release {
    let minutes = number % 1440
    let time = "\(minutes / 60 < 10 ? "0" : "")\(minutes / 60):\(minutes % 60 < 10 ? "0" : "")\(minutes % 60)"
    let day = 1 + number / 1440
    return TreeBuilder.Release(
      "v\(number).0+cpu", createdAt: "2026-01-\(day < 10 ? "0" : "")\(day)T\(time):00.000Z",
      links: archs.enumerated().map { index, arch in
        TreeBuilder.Link(
          "wheels-\(number).0+cpu-\(arch).tar.gz", asset(content ?? "1.\(number)"), id: number * 10 + index)
      })
  }

  static func releases(_ range: ClosedRange<Int>, archs: [String] = ["x86_64"]) -> [TreeBuilder.Release] {
    range.map { release($0, archs: archs) }
  }
}
