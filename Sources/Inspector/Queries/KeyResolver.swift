public import SpoolStore
public import WheelModel

/// Finds what a key on the command line names: `[PRODUCT/[REPOSITORY/]]KEY`, the whole text first.
public struct KeyResolver {
  /// What was found for a text that may name an artifact or a release.
  public enum Match: Equatable, Sendable {
    /// One artifact.
    case artifact(ArtifactID)
    /// One release, by its tag.
    case release(ReleaseKey)
  }

  private enum Kind { case artifact, release }

  private let repositories: [RepositoryKey]

  /// Looks into the repositories of a snapshot.
  public init(_ snapshot: borrowing Snapshot) throws {
    repositories = try snapshot.overview().repositories.map(\.key)
  }

  /// Finds one artifact: by its key, by the tag of a release that has only one, or by the beginning of just one key.
  ///
  /// Throws `InspectorError` (`.ambiguous`, `.notFound`), the latter only once the store's count has proved that no
  /// artifact is missing.
  public func artifact(_ text: String, in snapshot: borrowing Snapshot) throws -> ArtifactID {
    let exact = try artifacts(text, in: snapshot)
    if let found = try single(exact, text) { return found }
    var ofReleases: [ArtifactID] = []
    for release in try releases(text, in: snapshot) {
      ofReleases += try snapshot.artifacts(of: release).map(\.artifact.id)
    }
    if let found = try single(ofReleases, text) { return found }
    let (beginning, near) = try search(text, .artifact, in: snapshot)
    if let found = try single(beginning, text) { return found }
    throw Self.notFound(
      "key \(SafeText.escape(text))", near, cause: "there is neither an artifact nor a tag of that name in the store")
  }

  /// Finds one release by its tag, with or without its leading `v`.
  ///
  /// Throws `InspectorError` (`.ambiguous`, `.notFound`).
  public func release(_ text: String, in snapshot: borrowing Snapshot) throws -> ReleaseKey {
    let found = try releases(text, in: snapshot)
    if found.count > 1 { throw Self.ambiguous(text, found.map(Self.path)) }
    if let release = found.first { return release }
    throw Self.notFound("release \(SafeText.escape(text))", try search(text, .release, in: snapshot).near)
  }

  /// Finds an artifact by its key, else a release by its tag, else an artifact by the beginning of its key.
  ///
  /// Throws `InspectorError` (`.ambiguous`, `.notFound`).
  public func match(_ text: String, in snapshot: borrowing Snapshot) throws -> Match {
    if let found = try single(try artifacts(text, in: snapshot), text) { return .artifact(found) }
    let tagged = try releases(text, in: snapshot)
    if tagged.count > 1 { throw Self.ambiguous(text, tagged.map(Self.path)) }
    if let release = tagged.first { return .release(release) }
    return .artifact(try artifact(text, in: snapshot))
  }

  // MARK: candidates

  /// The places that a text may stand for, those that take it whole first.
  private func readings(_ text: String) -> [[(repository: RepositoryKey, key: Text)]] {
    let parts = text.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 2, omittingEmptySubsequences: false)
    var result = [repositories.map { ($0, Text(text)) }]
    if parts.count > 1 {
      let key = Text(decoding: text.utf8[parts[1].startIndex...])
      result.append(repositories.filter { $0.product == Text(decoding: parts[0]) }.map { ($0, key) })
    }
    if parts.count > 2 {
      let repository = RepositoryKey(product: Text(decoding: parts[0]), repository: Text(decoding: parts[1]))
      result.append(repositories.contains(repository) ? [(repository, Text(decoding: parts[2]))] : [])
    }
    return result
  }

  private func artifacts(_ text: String, in snapshot: borrowing Snapshot) throws -> [ArtifactID] {
    for reading in readings(text) {
      var found: [ArtifactID] = []
      for (repository, key) in reading {
        let id = ArtifactID(repository, key: key)
        if try snapshot.artifactView(id) != nil { found.append(id) }
      }
      if !found.isEmpty { return found }
    }
    return []
  }

  private func releases(_ text: String, in snapshot: borrowing Snapshot) throws -> [ReleaseKey] {
    for reading in readings(text) {
      var found: [ReleaseKey] = []
      for (repository, key) in reading {
        for tag in [key, Text("v" + key.string)] {
          let release = ReleaseKey(repository, tag: tag)
          if try snapshot.releaseView(release) != nil { found.append(release) }
        }
      }
      if !found.isEmpty { return found }
    }
    return []
  }

  /// Walks everything, which also proves that nothing is missing: keys that begin with the text, and near ones.
  private func search(
    _ text: String, _ kind: Kind, in snapshot: borrowing Snapshot
  ) throws -> (beginning: [ArtifactID], near: [String]) {
    let readings = readings(text).flatMap { $0 }
    var beginning: [ArtifactID] = []
    var nearest = NearestNames(to: text.utf8.last == UInt8(ascii: "/") ? text : readings.last?.key.string ?? text)
    // A tag stands for an artifact, too.
    try snapshot.forEachRelease { view in
      nearest.offer(view.text(.tag)?.string ?? "")
      return true
    }
    guard kind == .artifact else { return ([], nearest.names) }
    try snapshot.forEachArtifact { view in
      let key = view.text(.key) ?? ""
      nearest.offer(key.string)
      guard !text.isEmpty, beginning.count <= Self.candidateLimit,
        readings.contains(where: { key.utf8.starts(with: $0.key.utf8) })
      else { return true }
      let id = view.id
      if readings.contains(where: { $0.repository == id.repository && key.utf8.starts(with: $0.key.utf8) }) {
        beginning.append(id)
      }
      return true
    }
    return (beginning, nearest.names)
  }

  // MARK: answers

  private static let candidateLimit = 20

  private func single(_ found: [ArtifactID], _ text: String) throws(InspectorError) -> ArtifactID? {
    if found.count > 1 { throw Self.ambiguous(text, found.map(Self.path)) }
    return found.first
  }

  static func path(_ id: ArtifactID) -> String {
    "\(id.repository.product)/\(id.repository.repository)/\(id.key)"
  }

  static func path(_ release: ReleaseKey) -> String {
    "\(release.repository.product)/\(release.repository.repository)/\(release.tag)"
  }

  private static func ambiguous(_ text: String, _ candidates: [String]) -> InspectorError {
    let shown = candidates.prefix(candidateLimit).map { SafeText.escape($0) }.joined(separator: ", ")
    return InspectorError(
      .ambiguous, "key \(SafeText.escape(text))",
      cause: candidates.count > candidateLimit
        ? "more than \(candidateLimit) have it" : "it stands for \(candidates.count)",
      hint: "say which: \(shown)")
  }

  static func notFound(
    _ what: String, _ near: [String], cause: String = "there is none in the store"
  ) -> InspectorError {
    InspectorError(
      .notFound, what, cause: cause,
      hint: near.isEmpty ? nil : "did you mean \(near.map { SafeText.escape($0) }.joined(separator: ", "))?")
  }
}
