import Digest
import SpoolStore
import TestSupport
import WheelModel

/// A store whose names try to act on terminals, logs and spreadsheets.
enum HostileStore {
  /// Escape sequences, C1 controls, line breaks, a bidirectional override, a formula.
  static let names = [
    "v1.0+\u{1b}[31mred\u{7}", "v1.1+a\u{9b}31m\u{85}b", "v1.2+line\r\nbreak\ttab", "v1.3+\u{202e}cod.exe\u{2066}",
    "v1.4+=HYPERLINK(\"http://example\")", "v1.5+\u{1b}]0;title\u{1b}\\", "v1.6+wide-漢字-é",
  ]

  /// Makes the store, with further plain releases of four artifacts each.
  static func make(at path: String, plainReleases: Int = 0, note: String = "") throws {
    let store = try Store.open(path: path, mode: .collect(create: true))
    defer { store.close() }
    let tags = names + (0..<plainReleases).map { "v2.\($0)+plain" }
    for (index, tag) in tags.enumerated() {
      let isPlain = index >= names.count
      _ = try store.writer.commit(
        put(tag, archs: isPlain ? ["aarch64", "ppc64le", "s390x", "x86_64"] : ["x86_64"], note: note, at: index))
    }
  }

  private static func put(_ tag: String, archs: [Text], note: String, at index: Int) throws -> ReleasePut {
    let repository = RepositoryKey(product: "hostile\u{1b}[2J", repository: "=1+1")
    let parsed = try requireTag(tag)
    let at = Timestamp(milliseconds: 1_700_000_000_000 + Int64(index) * 60_000)
    let constraints = Array(#"{"main":["a\u202eb"],"all":[]}"#.utf8)
    let graph = Array("{\"\":{\"canonicalized_name\":\"\",\"version\":\"0\",\"edges\":[]},\"note\":\"\u{9b}31m\"}".utf8)
    let artifacts = archs.map { arch in
      ArtifactPut.new(
        Artifact(
          id: ArtifactID(repository, key: parsed.artifactKey(arch: arch)), tag: Text(tag), commit: "c0ffee",
          arch: arch, variant: parsed.suffix, rawVariant: parsed.rawVariant(arch: arch), series: parsed.series,
          createdAt: at,
          asset: AssetOrigin(
            linkID: 1, name: Text("wheels-\u{1b}[1m" + tag), url: "https://example/x", size: 10,
            sha256: SHA256.hash([1].span), etag: nil, lastModified: nil)),
        documents: [
          .constraintsFile: .bytes(constraints, SHA256.hash(constraints.span)),
          .dependencyGraph: .bytes(graph, SHA256.hash(graph.span)),
        ], packages: .empty)
    }
    return ReleasePut(
      key: ReleaseKey(repository, tag: Text(tag)), name: "=cmd|' /C calc'!A0" + note, description: "\u{1b}[8mhidden",
      createdAt: at, releasedAt: nil, commit: "c0ffee", fingerprint: SHA256.hash(Array(tag.utf8).span),
      complete: true, collectedAt: at, artifacts: artifacts,
      failures: [
        Failure(
          repository: repository, tag: Text(tag), asset: "\u{1b}c.tar.gz", code: .assetName,
          message: "@SUM(1)\u{1b}[0m", isPermanent: true, firstAt: at, lastAt: at, attempts: 1, nextDue: nil)
      ])
  }

  private static func requireTag(_ tag: String) throws -> WheelModel.Tag {
    guard let parsed = WheelModel.Tag(Text(tag)) else { throw SupportError("read the tag", tag) }
    return parsed
  }
}
