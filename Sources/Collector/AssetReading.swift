import JSONScan
import SpoolStore
import Tarball
import Threads
import WheelModel

/// The state of reading one asset.
final class AssetReading {
  private let reader: AssetReader
  private let share: BudgetShare
  private var seen: Set<AssetMember> = []
  private var texts: [AssetMember: [UInt8]] = [:]
  private var documents: [DocumentKind: AssetDocument] = [:]
  private var packages = PackageList.empty
  private var holdsLongTexts = false
  /// The wanted member that is being read.
  private(set) var current: AssetMember?

  init(_ reader: AssetReader) {
    self.reader = reader
    share = BudgetShare(reader.budget)
  }

  deinit { if holdsLongTexts { _ = reader.longTexts.receive() } }

  /// Reads a member if it is wanted.
  func take(_ entry: TarEntry, of tar: TarReader) throws {
    guard let path = AssetMember.Path(entry.path), let member = AssetMember(path) else { return }
    current = member
    guard !path.isUnsafe else { throw ContentError(.member, "the path of a wanted member leaves the archive") }
    guard entry.kind == .regular else { throw ContentError(.member, "a wanted member is not a regular file") }
    guard seen.insert(member).inserted else { throw ContentError(.member, "a wanted member is there twice") }
    switch member {
    case .requirements, .constraints: try readText(member, entry.size, tar)
    case .summary: try readSummary(entry.size, tar)
    case .graph: try readGraph(entry.size, tar)
    }
    current = nil
  }

  /// Makes the constraints document and returns everything.
  func finish(_ meter: AssetMeter) throws -> AssetContent {
    guard !seen.isEmpty else { throw ContentError(.noMembers, "none of the wanted members is in the archive") }
    let requirements = texts.removeValue(forKey: .requirements) ?? []
    let constraints = texts.removeValue(forKey: .constraints) ?? []
    let document = try begin(.constraintsFile, expected: 2 * (requirements.count + constraints.count) + 64)
    try ConstraintsDocument.write(requirements: requirements, constraints: constraints) { try document.append($0) }
    return AssetContent(
      documents: try documents.mapValues { try $0.finish() }, packages: packages, sha256: meter.finish(),
      size: meter.size, share: share)
  }

  /// Removes from the store what went there. What cannot be removed now is swept when the store is next opened.
  func discard() {
    for document in documents.values { document.discard() }
    documents = [:]
  }

  private func readText(_ member: AssetMember, _ size: Int, _ tar: TarReader) throws {
    try check(size, reader.limits.textBytes, "textBytes")
    let held = texts.values.reduce(size) { $0 + $1.count }
    if held > AssetReader.freeTextBytes, !holdsLongTexts { holdsLongTexts = reader.longTexts.send(()) }
    var text: [UInt8] = []
    text.reserveCapacity(size)
    try tar.readData { text.append(copying: $0) }
    texts[member] = text
  }

  private func readSummary(_ size: Int, _ tar: TarReader) throws {
    try check(size, reader.limits.memberBytes, "memberBytes")
    var rewriter = SummaryRewriter(limits: documentLimits)
    let document = try begin(.buildSequenceSummary, expected: min(size, reader.limits.heldDocumentBytes))
    var output: [UInt8] = []
    try tar.readData { piece in
      try rewriter.feed(piece, into: &output)
      try document.append(output.span)
      output.removeAll(keepingCapacity: true)
    }
    try rewriter.finish(into: &output)
    try document.append(output.span)
  }

  private func readGraph(_ size: Int, _ tar: TarReader) throws {
    try check(size, reader.limits.memberBytes, "memberBytes")
    var scan = GraphScan(limits: documentLimits)
    let document = try begin(.dependencyGraph, expected: size)
    try tar.readData { piece in
      try scan.feed(piece)
      try document.append(piece)
    }
    packages = try scan.finish()
    // Rows cannot be streamed; without room in the budget they are held all the same.
    _ = share.tryReserve(packages.bytes.count)
  }

  private var documentLimits: DocumentLimits {
    var limits = DocumentLimits()
    limits.bytes = reader.limits.memberBytes
    return limits
  }

  private func check(_ size: Int, _ limit: Int, _ name: String) throws(ContentError) {
    guard size <= limit else { throw ContentError(.limit, "more than \(limit) bytes (\(name))") }
  }

  private func begin(_ kind: DocumentKind, expected: Int) throws -> AssetDocument {
    let document = try AssetDocument(
      expected: expected, heldBytes: reader.limits.heldDocumentBytes, share: share, buffers: reader.buffers,
      openSink: reader.openSink)
    documents[kind] = document
    return document
  }
}
