import Digest
import SpoolStore
import TestSupport
import WheelModel

/// A store of small releases of one artifact each, for what no fixture holds.
enum PlainStore {
  struct Release {
    var tag: String
    var repository = "wheels"
    var packages: [(name: String, version: String)] = []
  }

  /// Makes the store; each release is an hour younger than the one before.
  static func make(at path: String, _ releases: [Release]) throws {
    let store = try Store.open(path: path, mode: .collect(create: true))
    defer { store.close() }
    for (index, release) in releases.enumerated() { _ = try store.writer.commit(try put(release, at: index)) }
  }

  private static func put(_ release: Release, at index: Int) throws -> ReleasePut {
    let repository = RepositoryKey(product: "plain", repository: Text(release.repository))
    guard let tag = WheelModel.Tag(Text(release.tag)) else { throw SupportError("read the tag", release.tag) }
    let at = Timestamp(milliseconds: 1_700_000_000_000 + Int64(index) * 3_600_000)
    var rows: [UInt8] = []
    for package in release.packages {
      for text in [package.name, package.version] { rows += [UInt8(text.utf8.count)] + Array(text.utf8) }
    }
    guard let packages = PackageList(packed: rows) else { throw SupportError("pack rows", release.tag) }
    let digest = SHA256.hash(Array("\(release.repository) \(release.tag)".utf8).span)
    let artifact = Artifact(
      id: ArtifactID(repository, key: tag.artifactKey(arch: "x86_64")), tag: tag.text, commit: "c0ffee",
      arch: "x86_64", variant: tag.suffix, rawVariant: tag.rawVariant(arch: "x86_64"), series: tag.series,
      createdAt: at,
      asset: AssetOrigin(
        linkID: 1, name: Text("wheels-\(tag.stripped)-x86_64.tar.gz"), url: "https://example/x", size: 10,
        sha256: digest, etag: nil, lastModified: nil))
    return ReleasePut(
      key: ReleaseKey(repository, tag: tag.text), name: release.tag, description: "", createdAt: at, releasedAt: nil,
      commit: "c0ffee", fingerprint: digest, complete: true, collectedAt: at,
      artifacts: [.new(artifact, documents: [:], packages: packages)], failures: [])
  }
}
