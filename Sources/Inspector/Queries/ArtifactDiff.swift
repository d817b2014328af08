public import SpoolStore
import WheelModel

/// What changed between two artifacts.
public struct ArtifactDiff: Sendable {
  /// How one package differs.
  public struct Change: Sendable {
    /// Whether it came, went, or is there at other versions.
    public enum Kind: String, Sendable {
      /// Only the newer artifact has it.
      case added
      /// Only the older artifact has it.
      case removed
      /// Both have it, at other versions.
      case changed
    }

    let kind: Kind
    let name: Text
    let before: [Version]
    let after: [Version]
    /// Whether one of the two artifacts asks for it by name.
    let isTopLevel: Bool
  }

  let arch: Text
  /// The older artifact; nil when only the newer release has this architecture.
  let from: ArtifactID?
  /// The newer artifact; nil when only the older release has this architecture.
  let to: ArtifactID?
  let changes: [Change]
  /// Packages that are the same in both.
  let unchanged: Int

  /// Finds what two keys name and compares: two artifacts, or two releases architecture by architecture.
  ///
  /// Throws `InspectorError` (`.ambiguous`, `.notFound`, `.usage` for an artifact against a release), `StoreError`.
  public static func between(_ old: String, _ new: String, in store: Store) throws -> [ArtifactDiff] {
    let found = try store.read { snapshot -> [Pair] in
      let resolver = try KeyResolver(snapshot)
      switch (try resolver.match(old, in: snapshot), try resolver.match(new, in: snapshot)) {
      case (.artifact(let a), .artifact(let b)): return [try pair(a, b, in: snapshot)]
      case (.release(let a), .release(let b)): return try pairs(a, b, in: snapshot)
      default:
        throw InspectorError(
          .usage, "comparing \(SafeText.escape(old)) with \(SafeText.escape(new))",
          cause: "one names an artifact and the other a release", hint: "give two artifact keys or two tags")
      }
    }
    return try found.map { try compare($0, in: store) }
  }

  /// Compares an artifact with the one before it: of the same repository, variant and architecture, made last before it.
  ///
  /// Throws `InspectorError` (`.ambiguous`, `.notFound`), `StoreError`.
  public static func sincePrevious(of key: String, in store: Store) throws -> [ArtifactDiff] {
    let pair = try store.read { snapshot in
      let id = try KeyResolver(snapshot).artifact(key, in: snapshot)
      guard let view = try snapshot.artifactView(id) else {
        throw KeyResolver.notFound("artifact \(SafeText.escape(key))", [])
      }
      let (arch, variant, made) = (view.text(.arch) ?? "", view.text(.variant) ?? "", view.createdAt)
      var previous: (id: ArtifactID, made: Timestamp)?
      try snapshot.forEachArtifact(in: .repository(id.repository)) { other in
        guard other.matches(.arch, arch), other.matches(.variant, variant) else { return true }
        let otherMade = other.createdAt
        let isOlder = otherMade == made ? other.id < id : otherMade < made
        guard isOlder, previous.map({ $0.made <= otherMade }) ?? true else { return true }
        previous = (other.id, otherMade)
        return true
      }
      guard let previous else {
        throw InspectorError(
          .notFound, "the artifact before \(SafeText.escape(id.key))",
          cause: "it is the first of its variant and architecture")
      }
      return try self.pair(previous.id, id, in: snapshot)
    }
    return [try compare(pair, in: store)]
  }

  private struct Side: Sendable {
    let id: ArtifactID
    let packages: PackageList
    let graph: DocumentInfo?
  }

  private struct Pair: Sendable {
    let arch: Text
    let from: Side?
    let to: Side?
  }

  private static func side(_ id: ArtifactID, in snapshot: borrowing Snapshot) throws -> (Text, Side) {
    guard let view = try snapshot.artifactView(id) else {
      throw KeyResolver.notFound("artifact \(SafeText.escape(id.key))", [])
    }
    let packages = try snapshot.packageList(view)
    return (view.text(.arch) ?? "", Side(id: id, packages: packages, graph: view.document(.dependencyGraph)))
  }

  private static func pair(_ a: ArtifactID, _ b: ArtifactID, in snapshot: borrowing Snapshot) throws -> Pair {
    let (_, from) = try side(a, in: snapshot)
    let (arch, to) = try side(b, in: snapshot)
    return Pair(arch: arch, from: from, to: to)
  }

  private static func pairs(_ a: ReleaseKey, _ b: ReleaseKey, in snapshot: borrowing Snapshot) throws -> [Pair] {
    var sides: [Text: (from: Side?, to: Side?)] = [:]
    for stored in try snapshot.artifacts(of: a) {
      let (arch, side) = try side(stored.artifact.id, in: snapshot)
      sides[arch, default: (nil, nil)].from = side
    }
    for stored in try snapshot.artifacts(of: b) {
      let (arch, side) = try side(stored.artifact.id, in: snapshot)
      sides[arch, default: (nil, nil)].to = side
    }
    return sides.keys.sorted().map { Pair(arch: $0, from: sides[$0]?.from, to: sides[$0]?.to) }
  }

  private static func compare(_ pair: Pair, in store: Store) throws -> ArtifactDiff {
    var topLevel: Set<Text> = []
    for graph in [pair.from?.graph, pair.to?.graph] {
      if let graph { topLevel.formUnion(try TopLevelScan.names(of: graph, in: store)) }
    }
    let (old, new) = (pair.from?.packages ?? .empty, pair.to?.packages ?? .empty)
    var changes: [Change] = []
    PackageList.forEachChange(from: old, to: new) { name, before, after in
      let name = Text(copying: name)
      changes.append(
        Change(
          kind: before.isEmpty ? .added : after.isEmpty ? .removed : .changed, name: name,
          before: before.texts.map { Version($0) }.sorted(), after: after.texts.map { Version($0) }.sorted(),
          isTopLevel: topLevel.contains(name)))
    }
    var names = 0
    new.forEachName { _, _ in names += 1 }
    let unchanged = names - changes.count { $0.kind != .removed }
    return ArtifactDiff(
      arch: pair.arch, from: pair.from?.id, to: pair.to?.id, changes: changes, unchanged: unchanged)
  }
}
