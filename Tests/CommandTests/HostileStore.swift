import Digest
import JSONScan
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
    let graph = Self.graph
    let artifacts = try archs.map { arch in
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
        ], packages: try packages(index))
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

  /// A package's name and version that try the same.
  static let package = (name: "=cmd\u{1b}[31m\u{202e}\u{9b}", version: "1\u{85}\u{7}")

  /// A graph in which that package is asked for in two versions.
  private static let graph: [UInt8] = {
    func node(_ name: String, _ version: String, _ edges: String) -> String {
      #"{"canonicalized_name":\#(quoted(name)),"version":\#(quoted(version)),"edges":[\#(edges)]}"#
    }
    func edge(_ key: String, _ type: String) -> String {
      #"{"key":\#(quoted(key)),"req_type":"\#(type)","req":\#(quoted("x\u{1b}[2J\u{2066}"))}"#
    }
    let keys = [package.name + "==" + package.version, package.name + "==2"]
    let top = edge(keys[0], "toplevel") + "," + edge(keys[1], "toplevel")
    let text =
      "{\"\":\(node("", "0", top)),\(quoted(keys[0])):\(node(package.name, package.version, edge(keys[1], "install"))),"
      + "\(quoted(keys[1])):\(node(package.name, "2", edge(keys[0], "install")))}"
    return Array(text.utf8)
  }()

  private static func quoted(_ text: String) -> String {
    var bytes: [UInt8] = []
    JSONText.append(text, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The package's rows; every second release has one more version.
  private static func packages(_ index: Int) throws -> PackageList {
    var bytes: [UInt8] = []
    for version in index % 2 == 0 ? [package.version] : [package.version, "2"] {
      for text in [package.name, version] { bytes += [UInt8(text.utf8.count)] + Array(text.utf8) }
    }
    guard let list = PackageList(packed: bytes) else { throw SupportError("pack rows", package.name) }
    return list
  }

  private static func requireTag(_ tag: String) throws -> WheelModel.Tag {
    guard let parsed = WheelModel.Tag(Text(tag)) else { throw SupportError("read the tag", tag) }
    return parsed
  }
}
