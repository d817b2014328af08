import Digest
import Threads
import WheelModel

/// Brings one target up to the present state of one source, batch by batch.
final class Replay {
  let source: any ReplaySource
  let sink: any Sink
  let options: ExportOptions
  let observer: any ExportObserver
  let shouldStop: () -> Bool
  var summary = ExportSummary()
  var marks: [Text: TargetMark] = [:]
  /// The products of this run; nil until the first pass looks.
  var products: [Text] = []
  var isRepaired = false
  var hasRemovedWithdrawn = false
  /// Products that a repair found no position of, and that are yet to be swept.
  private var unplaced: [Text] = []
  /// A batch whose COMMIT was sent but not answered.
  private var inDoubt: (plan: BatchPlan, result: BatchResult)?
  private var hasConnected = false
  private var failures = 0

  init(
    source: any ReplaySource, sink: any Sink, options: ExportOptions, observer: any ExportObserver,
    shouldStop: @escaping () -> Bool
  ) {
    self.source = source
    self.sink = sink
    self.options = options
    self.observer = observer
    self.shouldStop = shouldStop
  }

  /// Runs to the end. Throws what is wrong with the request or the source; the target's failures are in the summary.
  func run() throws -> ExportSummary {
    defer { sink.close() }
    do {
      repeat {
        try untilDone { try options.dryRun ? rehearse() : pass() }
      } while try options.follow && !options.dryRun && waitForChanges()
      summary.outcome = summary.openIssues > 0 ? .partial : .complete
    } catch let error as ExportError {
      if error.kind == .usage || error.kind == .notFound { throw error }
      switch error.code {
      case .interrupted: summary.outcome = .interrupted
      case .readerGone: summary.outcome = .readerGone
      default: summary.outcome = .failed(error)
      }
    }
    summary.watermarks = marks.mapValues(\.watermark.sequence)
    return summary
  }

  // MARK: - Attempts

  /// Runs `body` again after transient failures of the target, and after changes of the source under way.
  private func untilDone(_ body: () throws -> Void) throws {
    while true {
      do {
        return try body()
      } catch is Superseded {
        // Something that was planned has changed: the next plan skips it.
        sink.abandon()
      } catch let error as ExportError where error.isTransient && failures < allowedRetries(after: error) {
        sink.close()
        // A server that says no is there.
        if error.code != .unreachable { hasConnected = true }
        failures += 1
        summary.retries += 1
        // Capped, and spread so that several exporters do not come back at once.
        let seconds = min(0.1 * Double(1 << min(failures, 7)), 10) * Double.random(in: 0.5...1)
        observer.retrying(after: error, attempt: failures, seconds: seconds)
        try Clock.sleep(seconds: seconds, shouldStop: shouldStop)
      }
    }
  }

  /// A target that has never answered is given up soon: the address is more likely wrong than the network.
  private func allowedRetries(after error: ExportError) -> Int {
    hasConnected || error.code != .unreachable ? options.retries : min(options.retries, 2)
  }

  /// Waits until the source has more than the last pass covered. Returns true; stopping throws.
  private func waitForChanges() throws -> Bool {
    observer.caughtUp(sequence: summary.storeSequence)
    while try source.sequence() == summary.storeSequence {
      try Clock.sleep(seconds: options.followInterval, shouldStop: shouldStop)
    }
    return true
  }

  // MARK: - One pass

  private func pass() throws {
    try sink.open()
    hasConnected = true
    marks = try marksOrNewOnes()
    settleDoubt()
    let goal = try source.sequence()
    summary.storeSequence = goal
    try choose()
    try claim()
    if options.repair && !isRepaired {
      // A product without a position is replayed whole, which leaves rows that hang on nothing.
      unplaced = products.filter { marks[$0] == nil }
      try mend(goal: goal)
    }
    for product in products { try checkHistory(of: product) }
    var position = products.map { marks[$0]?.watermark.sequence ?? 0 }.min() ?? goal
    while let plan = try nextBatch(after: &position, goal: goal) { try apply(plan, goal: goal) }
    var last = BatchPlan(position: goal)
    for product in products where marks[product]?.watermark.sequence ?? 0 < goal || marks[product] == nil && goal > 0 {
      last.moves.append(try move(product, to: goal))
    }
    if !last.moves.isEmpty { try apply(last, goal: goal) }
    while let product = unplaced.last {
      try sweep(product)
      unplaced.removeLast()
    }
    try sweep()
    try removeWithdrawn(goal: goal)
    summary.openIssues = try sink.openIssues(of: products)
  }

  /// Counts what a pass would write.
  private func rehearse() throws {
    summary.isDryRun = true
    if try sink.openForReading() != nil {
      hasConnected = true
      marks = try sink.marks()
      try choose()
      let foreign = try sink.foreignOwners(of: repositories())
      if let (repository, owner) = foreign.min(by: { $0.key < $1.key }), !options.takeOver {
        throw Ownership.refusal(repository, owner: owner, storeID: source.storeID)
      }
      if options.repair || options.takeOver { for product in foreign.keys.map(\.product) { marks[product] = nil } }
      for product in products where !options.repair { try checkHistory(of: product) }
      if options.repair { for product in products { marks[product] = nil } }
    } else {
      try choose()
    }
    let goal = try source.sequence()
    summary.storeSequence = goal
    for product in products where options.deleteWithdrawn {
      guard let mark = marks[product]?.watermark else { continue }
      summary.deletedReleases += try lateWithdrawn(in: product, upTo: mark.sequence).count
    }
    var position = products.map { marks[$0]?.watermark.sequence ?? 0 }.min() ?? goal
    while let plan = try nextBatch(after: &position, goal: goal) {
      summary.batches += 1
      for release in plan.releases {
        guard !release.isDeletion else {
          summary.deletedReleases += 1
          continue
        }
        summary.releases += 1
        summary.packageRows += Int(clamping: release.packageRows)
        summary.artifacts += release.artifactKeys.count
        summary.documentBytes += release.rawBytes
      }
      if shouldStop() {
        throw ExportError(.targetFailed, .interrupted, operation: "plan the export", cause: "stopped on request")
      }
    }
  }

  /// Chooses the products: those asked for, else all that the source or the target knows.
  private func choose() throws {
    let known = Set(try source.repositories().map(\.product))
    guard !options.products.isEmpty else {
      products = known.union(marks.keys).sorted()
      return
    }
    for product in options.products where !known.contains(product) && marks[product] == nil {
      throw ExportError(
        .notFound, .unknownProduct, operation: "choose products",
        cause: "the store has no product " + SafeText.escape(product), hint: "wheelspool dump products")
    }
    products = Set(options.products).sorted()
  }

  private func repositories() throws -> [RepositoryKey] {
    let chosen = Set(products)
    return try source.repositories().filter { chosen.contains($0.product) }
  }

  /// Makes sure that the repositories are this store's, or takes them over.
  private func claim() throws {
    let foreign = try sink.foreignOwners(of: repositories())
    if foreign.isEmpty { return }
    if let (repository, owner) = foreign.min(by: { $0.key < $1.key }), !options.takeOver {
      throw Ownership.refusal(repository, owner: owner, storeID: source.storeID)
    }
    guard let beginning = try source.chain(at: 0) else { return }
    try sink.takeOver(
      foreign.keys.sorted(), products: Set(foreign.keys.map(\.product)).sorted(),
      start: Watermark(sequence: 0, chain: beginning))
    marks = try sink.marks()
  }

  /// Refuses a target that has followed another history, such as that of a store restored from an old copy.
  private func checkHistory(of product: Text) throws {
    guard let mark = marks[product]?.watermark else { return }
    guard try source.chain(at: mark.sequence) == mark.chain else {
      throw try diverged(product, at: mark.sequence)
    }
  }

  private func sweep() throws {
    for product in products where marks[product]?.needsSweep ?? false {
      try sweep(product)
      marks[product]?.needsSweep = false
    }
  }

  func sweep(_ product: Text) throws {
    let swept = try sink.sweep(product, isKept: isKept)
    summary.deletedReleases += swept.releases
    summary.strayRows += swept.strayRows
    try clearIssues(of: product)
  }

  /// Forgets what was set aside of releases that the target is not to hold, also of those that never got a row.
  func clearIssues(of product: Text) throws {
    guard try sink.openIssues(of: [product]) > 0 else { return }
    var kept: Set<ReleaseKey> = []
    try source.forEachRelease(of: product) { present in
      guard !(present.isWithdrawn && options.deleteWithdrawn) else { return true }
      kept.insert(ReleaseKey(present.key.repository, tag: Text(ExportIssue.storable(present.key.tag))))
      kept.insert(present.key)
      return true
    }
    try sink.clearIssues(of: product) { kept.contains($0) }
  }

  /// Whether the target is to hold a release.
  func isKept(_ key: ReleaseKey) throws -> Bool {
    guard let present = try source.present(key) else { return false }
    return !(present.isWithdrawn && options.deleteWithdrawn)
  }

  // MARK: - Batches

  /// Plans what comes after `position`; nil when nothing is left up to `goal`.
  private func nextBatch(after position: inout UInt64, goal: UInt64) throws -> BatchPlan? {
    var plan = BatchPlan()
    var reached: [Text: UInt64] = [:]
    var bytes: UInt64 = 0
    let chosen = Set(products)
    var next = position
    try source.scan(after: position, upTo: goal) { sequence, key, present in
      let product = key.repository.product
      guard chosen.contains(product), sequence > marks[product]?.watermark.sequence ?? 0 else {
        next = sequence
        return true
      }
      guard let release = try present(), release.sequence == sequence else {
        summary.superseded += 1
        next = sequence
        return true
      }
      let isFull =
        plan.releases.count >= options.batchReleases || bytes + release.rawBytes > options.batchBytes
      guard plan.releases.isEmpty || !isFull else { return false }
      plan.releases.append(
        PlannedRelease(
          key: key, sequence: sequence, artifactKeys: release.artifactKeys, rawBytes: release.rawBytes,
          packageRows: release.packageRows, isDeletion: release.isWithdrawn && options.deleteWithdrawn))
      bytes += release.rawBytes
      reached[product] = sequence
      next = sequence
      return true
    }
    position = next
    guard !plan.releases.isEmpty else { return nil }
    plan.position = next
    for (product, sequence) in reached.sorted(by: { $0.key < $1.key }) {
      plan.moves.append(try move(product, to: sequence))
    }
    return plan
  }

  private func diverged(_ product: Text, at sequence: UInt64) throws -> ExportError {
    Ownership.diverged(product, at: sequence, storeID: source.storeID, storeSequence: try source.sequence())
  }

  func move(_ product: Text, to sequence: UInt64) throws -> WatermarkMove {
    guard let chain = try source.chain(at: sequence) else { throw try diverged(product, at: sequence) }
    return WatermarkMove(
      product: product, from: marks[product]?.watermark, to: Watermark(sequence: sequence, chain: chain))
  }

  func apply(_ plan: BatchPlan, goal: UInt64) throws {
    do {
      try send(plan, goal: goal)
    } catch let error as ExportError where error.code == .refusedValue && !plan.isCareful && !plan.releases.isEmpty {
      // One value is refused: each release by itself finds it and keeps all the others.
      sink.abandon()
      for release in plan.releases {
        var single = BatchPlan(releases: [release], position: release.sequence)
        single.moves =
          plan.isMending ? plan.moves : [try move(release.key.repository.product, to: release.sequence)]
        do {
          try send(single, goal: goal)
        } catch let error as ExportError where error.code == .refusedValue {
          sink.abandon()
          single.isCareful = true
          try send(single, goal: goal)
        }
      }
    }
  }

  private func send(_ plan: BatchPlan, goal: UInt64) throws {
    // Giving a batch up can cost the session.
    try sink.open()
    try sink.begin(plan)
    let sent = try sendReleases(of: plan)
    inDoubt = (plan, sent)
    let result = try sink.commit()
    inDoubt = nil
    record(plan, result, goal: goal)
  }

  /// Sends the releases while a thread of its own reads and decodes the next ones.
  private func sendReleases(of plan: BatchPlan) throws -> BatchResult {
    var sent = BatchResult()
    let wanted = plan.releases.filter { !$0.isDeletion }
    guard !wanted.isEmpty else { return sent }
    let pieces = Channel<ReleasePiece>(capacity: 3)
    let reader = Thread { [source] in
      do {
        for release in wanted { try source.load(release, readsAhead: true) { pieces.send($0) } }
      } catch { pieces.send(.failed(error)) }
      pieces.close()
    }
    defer {
      pieces.close()
      reader.join()
    }
    while let piece = pieces.receive() {
      if shouldStop() {
        throw ExportError(.targetFailed, .interrupted, operation: "write a batch", cause: "stopped on request")
      }
      switch piece {
      case .release(let release): try sink.write(release: release)
      case .artifact(let artifact):
        try sink.write(artifact: artifact)
        sent.artifacts += 1
        sent.packageRows += artifact.packages.count
        sent.documentBytes += artifact.rawBytes
      case .end(let drops): try sink.endRelease(drops)
      case .failed(let error): throw error
      }
    }
    return sent
  }

  /// Learns from the target's own watermarks whether a commit without an answer was applied.
  private func settleDoubt() {
    guard let (plan, result) = inDoubt else { return }
    inDoubt = nil
    guard plan.moves.allSatisfy({ marks[$0.product]?.watermark == $0.to }) else { return }
    record(plan, result, goal: summary.storeSequence)
  }

  private func record(_ plan: BatchPlan, _ result: BatchResult, goal: UInt64) {
    failures = 0
    for move in plan.moves {
      marks[move.product] = TargetMark(
        watermark: move.to, needsSweep: marks[move.product]?.needsSweep ?? false)
    }
    guard !plan.releases.isEmpty else { return }
    let deletions = plan.releases.filter(\.isDeletion).count
    summary.batches += 1
    summary.releases += plan.releases.count - deletions
    summary.deletedReleases += deletions
    summary.artifacts += result.artifacts
    summary.packageRows += result.packageRows
    summary.documentBytes += result.documentBytes
    for issue in result.issues { observer.setAside(issue) }
    observer.committed(
      CommittedBatch(
        releases: plan.releases.map(\.key), artifacts: result.artifacts, documentBytes: result.documentBytes,
        sequence: plan.position, goal: goal))
  }
}
