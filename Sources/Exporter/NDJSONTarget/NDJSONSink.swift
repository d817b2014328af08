import Digest
import WheelModel

/// A file of JSON lines, or standard output, as the target of an export: a stream of changes.
///
/// A `release` line opens a group and replaces everything earlier of that release; its `artifact`, `package` and `drop`
/// lines follow. A `delete` line removes a release, a `reset` line everything of some products. A `watermark` line ends
/// each batch and is synced; what follows the last one is an unfinished batch and is cut off when the export resumes.
final class NDJSONSink: Sink {
  /// Nil is standard output.
  let path: String?
  let options: ExportOptions
  let storeID: String
  let observer: any ExportObserver
  let shouldStop: () -> Bool
  private var file: OutputFile?
  private(set) var state: NDJSONWatermarks
  private var batch: Batch?
  /// Where the last complete watermark line ends.
  private var committed: UInt64 = 0
  /// Whether standard output was left in the middle of a line.
  private var isBroken = false
  var groups: [ReleaseKey: SHA256Digest]?

  private struct Batch {
    let plan: BatchPlan
    var marks: [Text: Watermark]
    var result = BatchResult()
    var isInLine = false
    /// The open group's part of each drop.
    var parts = DropParts()
  }

  init(
    path: String?, options: ExportOptions, storeID: String, observer: any ExportObserver,
    shouldStop: @escaping () -> Bool
  ) {
    self.path = path
    self.options = options
    self.storeID = storeID
    self.observer = observer
    self.shouldStop = shouldStop
    state = NDJSONWatermarks(storeID: storeID)
  }

  func open() throws {
    guard file == nil else { return }
    guard let path else {
      file = OutputFile()
      return
    }
    let opened = try OutputFile(path: path)
    try lock(opened)
    let header = NDJSONLine.watermark(storeID: storeID, [:])
    if let (state, end) = try NDJSONTail.lastWatermark(of: opened) {
      self.state = state
      committed = end
      try opened.cut(to: end)
    } else {
      // A start that broke off in the very first line is a start all the same.
      guard try NDJSONTail.isBeginning(opened, of: header) else {
        throw ExportError(
          .targetFailed, .foreignFile, operation: "open the target file",
          cause: "it is not empty and holds no watermark line", hint: "use another file")
      }
      try opened.cut(to: 0)
      try opened.append(header)
      try opened.sync()
      committed = opened.offset
    }
    file = opened
  }

  func openForReading() throws -> Int? {
    guard let path else { return nil }
    let opened: OutputFile
    guard OutputFile.exists(path) else { return nil }
    opened = try OutputFile(path: path, isReadOnly: true)
    guard let (state, end) = try NDJSONTail.lastWatermark(of: opened) else {
      if try opened.length == 0 { return nil }
      throw ExportError(
        .targetFailed, .foreignFile, operation: "open the target file",
        cause: "it is not empty and holds no watermark line", hint: "use another file")
    }
    self.state = state
    committed = end
    file = opened
    return 1
  }

  func close() {
    batch = nil
    file = nil
    groups = nil
  }

  private func lock(_ file: OutputFile) throws {
    let deadline = Clock.seconds + options.lockTimeout
    var hasWaited = false
    while try !file.tryLock() {
      if !hasWaited { observer.waitingForLock() }
      hasWaited = true
      guard Clock.seconds < deadline else {
        throw ExportError(
          .locked, .locked, operation: "lock the target file", cause: "another export is writing it",
          hint: "wait for it, or raise --lock-timeout")
      }
      try Clock.sleep(seconds: 0.1, shouldStop: shouldStop)
    }
  }

  private var output: OutputFile {
    get throws {
      guard let file else {
        throw ExportError(.targetFailed, .unreachable, operation: "use the target", cause: "it is not open")
      }
      return file
    }
  }

  // MARK: - Positions and owners

  func marks() throws -> [Text: TargetMark] {
    guard state.storeID == storeID else { return [:] }
    return state.marks.mapValues { TargetMark(watermark: $0, needsSweep: false) }
  }

  func foreignOwners(of repositories: [RepositoryKey]) throws -> [RepositoryKey: String] {
    guard state.storeID != storeID else { return [:] }
    return Dictionary(uniqueKeysWithValues: repositories.map { ($0, state.storeID) })
  }

  func takeOver(_ repositories: [RepositoryKey], products: [Text], start: Watermark) throws {
    let isForeign = state.storeID != storeID
    var marks = isForeign ? [:] : state.marks
    for product in products { marks[product] = start }
    let file = try output
    try file.append(NDJSONLine.reset(storeID: storeID, products: isForeign ? nil : products))
    try end(file, marks)
  }

  func sweep(_ product: Text, isKept: (ReleaseKey) throws -> Bool) throws -> Swept { Swept() }

  func clearIssues(of product: Text, isKept: (ReleaseKey) -> Bool) throws {}

  func openIssues(of products: [Text]) throws -> Int { 0 }

  // MARK: - Batches

  func begin(_ plan: BatchPlan) throws {
    precondition(batch == nil, "one batch at a time")
    guard !isBroken else {
      throw ExportError(
        .targetFailed, .inputOutput, operation: "write standard output", cause: "it ends inside a line",
        hint: "start again with a new output")
    }
    var marks = state.marks
    for move in plan.moves {
      guard marks[move.product] == move.from else { throw Ownership.movedMeanwhile(move.product) }
      marks[move.product] = move.to
    }
    batch = Batch(plan: plan, marks: marks)
    for release in plan.releases where release.isDeletion { try output.append(NDJSONLine.delete(release)) }
  }

  func write(release: Release) throws {
    batch?.parts = DropParts()
    try line { put in
      try NDJSONLine.write(kind: "release", .releases, RowValues.release(release, storeID: storeID), to: put)
    }
  }

  func write(artifact: ArtifactState) throws {
    try line { put in
      try NDJSONLine.write(kind: "artifact", .artifacts, RowValues.artifact(artifact, storeID: storeID), to: put)
      try NDJSONLine.writePackages(of: artifact, to: put)
    }
    batch?.parts.add(artifact.artifact)
    batch?.result.artifacts += 1
    batch?.result.documentBytes += artifact.rawBytes
    batch?.result.packageRows += artifact.packages.count
  }

  func endRelease(_ drops: [Drop]) throws {
    let parts = batch?.parts ?? DropParts()
    for drop in drops {
      try line { put in try NDJSONLine.write(kind: "drop", .drops, RowValues.drop(parts.part(of: drop)), to: put) }
    }
  }

  func commit() throws -> BatchResult {
    guard let batch else { return BatchResult() }
    try end(output, batch.marks)
    self.batch = nil
    return batch.result
  }

  func abandon() {
    let wasInLine = batch?.isInLine ?? false
    batch = nil
    guard path != nil else {
      isBroken = isBroken || wasInLine
      return
    }
    // What cannot be cut off now is cut off when the file is next opened.
    do { try file?.cut(to: committed) } catch { close() }
  }

  private func line(_ body: (([UInt8]) throws -> Void) throws -> Void) throws {
    let file = try output
    batch?.isInLine = true
    try body { bytes in
      if shouldStop() {
        throw ExportError(.targetFailed, .interrupted, operation: "write the target", cause: "stopped on request")
      }
      try file.append(bytes)
    }
    batch?.isInLine = false
  }

  private func end(_ file: OutputFile, _ marks: [Text: Watermark]) throws {
    // The lines first: after a power cut no watermark line may stand behind a hole.
    if file.offset > committed { try file.sync() }
    try file.append(NDJSONLine.watermark(storeID: storeID, marks))
    try file.sync()
    committed = file.offset
    groups = nil
    state = NDJSONWatermarks(storeID: storeID, marks: marks)
  }

  // MARK: - Comparing

  func compare(_ release: ReleaseState, readsData: Bool, into report: inout TargetVerification) throws {
    let groups = try indexed()
    report.releases += 1
    report.artifacts += release.artifacts.count
    report.drops += release.drops.count
    report.packageRows += release.artifacts.reduce(0) { $0 + $1.packages.count }
    report.documents += release.artifacts.reduce(0) { $0 + $1.documents.count }
    guard let present = groups[release.release.key] else {
      return report.add("releases", SafeText.escape(release.release.key.tag), "missing row")
    }
    var expected = SHA256()
    try NDJSONLine.write(kind: "release", .releases, RowValues.release(release.release, storeID: storeID)) {
      expected.update($0.span)
    }
    var parts = DropParts()
    for artifact in release.artifacts {
      parts.add(artifact.artifact)
      try NDJSONLine.write(kind: "artifact", .artifacts, RowValues.artifact(artifact, storeID: storeID)) {
        expected.update($0.span)
      }
      try NDJSONLine.writePackages(of: artifact) { expected.update($0.span) }
    }
    for drop in release.drops {
      try NDJSONLine.write(kind: "drop", .drops, RowValues.drop(parts.part(of: drop))) { expected.update($0.span) }
    }
    if expected.finalize() != present {
      report.add("releases", SafeText.escape(release.release.key.tag), "lines of the group")
    }
  }

  func forEachRelease(of product: Text, _ body: (ReleaseKey) throws -> Void) throws {
    for key in try indexed().keys.filter({ $0.repository.product == product }).sorted() { try body(key) }
  }

  /// Lines outside of a group mean nothing to a reader.
  func forEachStray(of product: Text, _ body: (Table, Text) throws -> Void) throws {}

  private func indexed() throws -> [ReleaseKey: SHA256Digest] {
    if let groups { return groups }
    // Standard output begins empty, and cannot be read again.
    guard path != nil else { return [:] }
    var index = NDJSONIndex()
    try index.read(output, to: committed, shouldStop: shouldStop)
    groups = index.groups
    return index.groups
  }
}

/// What one release contributes to the drops that its artifacts name.
///
/// A drop is as old as the oldest artifact of its product that names it. Other releases come and go without the group of
/// this one being written again, so a group tells of its own artifacts alone, and a reader takes the oldest line.
private struct DropParts {
  private var dates: [Text: Timestamp] = [:]

  mutating func add(_ artifact: Artifact) {
    for key in artifact.dropKeys { dates[key] = min(dates[key] ?? artifact.createdAt, artifact.createdAt) }
  }

  func part(of drop: Drop) -> Drop {
    var part = drop
    part.createdAt = dates[drop.key] ?? drop.createdAt
    return part
  }
}
