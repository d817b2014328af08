import Digest
import WheelModel

@testable import Exporter

/// Releases as a collector would have stored them, small and predictable.
enum Samples {
  static let cuda = RepositoryKey(product: "rhai", repository: "wheels-cuda")
  static let cpu = RepositoryKey(product: "rhai", repository: "wheels-cpu")
  static let other = RepositoryKey(product: "other", repository: "wheels")

  static func release(
    _ tag: Text, in repository: RepositoryKey = cuda, arches: [String] = ["aarch64", "x86_64"], numpy: String = "2.1.0",
    at milliseconds: Int64 = 1_780_000_000_082, graph: [UInt8]? = nil, description: String? = "notes \"é\" \\ \n 漢"
  ) -> ReleaseState {
    let stem = tag.string.hasPrefix("v") ? String(tag.string.dropFirst()) : tag.string
    let created = Timestamp(milliseconds: milliseconds)
    let artifacts = arches.map { arch in
      artifact(stem: stem, tag: tag, arch: arch, in: repository, numpy: numpy, at: created, graph: graph)
    }
    let release = Release(
      key: ReleaseKey(repository, tag: tag), name: "Release " + stem, description: description, createdAt: created,
      releasedAt: nil, commit: "0123abcd", complete: true, sequence: 0,
      collectedAt: Timestamp(milliseconds: 1_785_000_000_001), withdrawnAt: nil,
      artifactKeys: artifacts.map(\.artifact.id.key))
    let drops = artifacts.map { state in
      Drop(
        product: repository.product, key: state.artifact.dropKeys[0], name: state.artifact.id.key,
        productVersion: state.artifact.series, createdAt: created)
    }
    return ReleaseState(release: release, artifacts: artifacts, drops: drops)
  }

  static func graph(numpy: String) -> [UInt8] {
    let text = """
      {
        "": {"canonicalized_name": "", "version": "0", "edges": []},
        "numpy==\(numpy)": {
          "canonicalized_name": "numpy", "version": "\(numpy)", "note": "a  b\\u00e9 \\"quoted\\" {x}", "edges": []
        }
      }
      """
    return Array(text.utf8)
  }

  private static func artifact(
    stem: String, tag: Text, arch: String, in repository: RepositoryKey, numpy: String, at created: Timestamp,
    graph: [UInt8]?
  ) -> ArtifactState {
    let suffix = stem.split(separator: "+").last.map(String.init) ?? ""
    let parts = stem.split(separator: "+")[0].split(separator: ".")
    let artifact = Artifact(
      id: ArtifactID(repository, key: Text(stem + "-" + arch)), tag: tag, commit: "0123abcd", arch: Text(arch),
      variant: Text(suffix), rawVariant: Text(suffix + "-" + arch),
      series: parts.count > 1 ? Text(parts[0] + "." + parts[1]) : nil, createdAt: created,
      asset: AssetOrigin(
        linkID: 7, name: Text("wheels-\(stem)-\(arch).tar.gz"), url: "https://gitlab.example.com/w/\(stem)", size: 1234,
        sha256: SHA256.hash(Array(stem.utf8).span), etag: "\"e\"", lastModified: nil))
    let documents = [
      document(.constraintsFile, Array("{\"main\":[\"numpy\"],\"all\":[\"numpy==\(numpy)\"]}".utf8)),
      document(.buildSequenceSummary, Array("[{\"name\":\"numpy\",\"version\":\"\(numpy)\"}]".utf8)),
      document(.dependencyGraph, graph ?? Self.graph(numpy: numpy)),
    ]
    return ArtifactState(
      artifact: artifact, sequence: 0, collectedAt: Timestamp(milliseconds: 1_785_000_000_001), withdrawnAt: nil,
      documents: documents,
      packages: packages([("numpy", numpy), ("numpy", "9.9"), ("torch", "2.8.0+cu128"), ("zope.interface", "")]))
  }

  static func document(_ kind: DocumentKind, _ bytes: [UInt8]) -> DocumentState {
    DocumentState(kind: kind, byteCount: UInt64(bytes.count), sha256: SHA256.hash(bytes.span), bytes: .whole(bytes))
  }

  static func packages(_ rows: [(String, String)]) -> PackageList {
    var bytes: [UInt8] = []
    for (name, version) in rows.sorted(by: { (Text($0.0), Text($0.1)) < (Text($1.0), Text($1.1)) }) {
      for text in [name, version] {
        precondition(text.utf8.count < 128, "one byte of length is enough for a test")
        bytes.append(UInt8(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
      }
    }
    return PackageList(bytes: bytes, count: rows.count)
  }

  /// A document that is never whole in memory: `count` bytes of JSON, one array of equal strings.
  static func large(_ kind: DocumentKind, byteCount: Int) -> DocumentState {
    var running = SHA256()
    LargeText.forEachPiece(byteCount) { running.update($0.span) }
    return DocumentState(
      kind: kind, byteCount: UInt64(byteCount), sha256: running.finalize(),
      bytes: .pieces { LargeText(byteCount) })
  }
}

/// Reads `["xxxx…` up to a length that ends with `"]`, without holding it.
final class LargeText: PieceReader {
  private let count: Int
  private var at = 0

  init(_ count: Int) { self.count = count }

  func next(into buffer: inout [UInt8]) -> Bool {
    guard at < count else { return false }
    let size = min(64 << 10, count - at)
    buffer = [UInt8](repeating: UInt8(ascii: "x"), count: size)
    for (offset, byte) in [(0, "["), (1, "\""), (count - 2, "\""), (count - 1, "]")]
    where offset >= at && offset < at + size { buffer[offset - at] = Array(byte.utf8)[0] }
    at += size
    return true
  }

  static func forEachPiece(_ count: Int, _ body: ([UInt8]) -> Void) {
    let text = LargeText(count)
    var buffer: [UInt8] = []
    while text.next(into: &buffer) { body(buffer) }
  }
}
