import Digest
import Glibc
import SpoolStore
import WheelModel

/// A directory of its own for one test, gone when the test is.
final class TemporaryStore {
  let path: String

  init() throws {
    path = "/tmp/spoolstore-test-\(getpid())-\(UInt64.random(in: 0 ... .max))"
  }

  deinit { _ = unsafe system("rm -rf '\(path)'") }

  func collect(_ options: StoreOptions = .init()) throws -> Store {
    try Store.open(path: path, mode: .collect(create: true), options: options)
  }

  func reader(_ options: StoreOptions = .init()) throws -> Store {
    try Store.open(path: path, mode: .read, options: options)
  }

  /// Runs `body` with a collecting store that is closed afterwards.
  func collecting<R>(_ options: StoreOptions = .init(), _ body: (Store) throws -> R) throws -> R {
    let store = try collect(options)
    defer { store.close() }
    return try body(store)
  }
}

let testRepository = RepositoryKey(product: "rhai", repository: "wheels-cpu")

func stamp(_ hours: Int64) -> Timestamp { Timestamp(milliseconds: 1_700_000_000_000 + hours * 3_600_000) }

/// A stream of numbers that is the same in every run (xorshift).
struct Dice {
  var state: UInt64

  init(_ seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 | 1 }

  mutating func roll(_ sides: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state % UInt64(sides))
  }
}

/// One synthetic architecture's packages, drifting from release to release.
struct Stack {
  var packages: [(name: String, version: String)]
  private var dice: Dice

  init(_ count: Int, seed: UInt64 = 1) {
    dice = Dice(seed)
    packages = (0..<count).map { index in
      ("package-\(String(UInt32(truncatingIfNeeded: index &* 2_654_435_761), radix: 36))-\(index)", "1.\(index % 7).0")
    }
  }

  /// Changes about `percent` of the versions.
  mutating func drift(percent: Int) {
    for index in packages.indices where dice.roll(100) < percent {
      packages[index].version = "\(1 + dice.roll(4)).\(dice.roll(20)).\(dice.roll(30))"
    }
  }

  var list: PackageList {
    var bytes: [UInt8] = []
    for (name, version) in packages.sorted(by: { Array($0.name.utf8).lexicographicallyPrecedes(Array($1.name.utf8)) }) {
      bytes.append(UInt8(name.utf8.count))
      bytes += Array(name.utf8)
      bytes.append(UInt8(version.utf8.count))
      bytes += Array(version.utf8)
    }
    return PackageList(bytes: bytes, count: packages.count)
  }

  /// A graph in the manner of the real ones: about 900 bytes a package.
  var graph: [UInt8] {
    var text = "{\n"
    var dice = Dice(7)
    for (index, package) in packages.enumerated() {
      text +=
        "  \"\(package.name)==\(package.version)\": {\n    \"download_url\": \"https://files.example.org/packages/"
      text +=
        "\(String(UInt64(index) &* 0x9e37_79b9_7f4a_7c15, radix: 16))/\(package.name)-\(package.version).tar.gz\",\n"
      text += "    \"pre_built\": false,\n    \"version\": \"\(package.version)\",\n"
      text += "    \"canonicalized_name\": \"\(package.name)\",\n    \"edges\": [\n"
      for _ in 0..<4 {
        let other = packages[dice.roll(packages.count)]
        text += "      {\n        \"key\": \"\(other.name)==\(other.version)\",\n        \"req_type\": \"install\",\n"
        text += "        \"req\": \"\(other.name)>=1.\(dice.roll(5))\"\n      },\n"
      }
      text += "    ]\n  },\n"
    }
    return Array((text + "}").utf8)
  }

  var constraints: [UInt8] {
    Array(
      ("{\"main\":[" + packages.prefix(20).map { "\"\($0.name)==\($0.version)\"" }.joined(separator: ",") + "]}").utf8)
  }
}

func content(_ bytes: [UInt8]) -> DocumentContent { .bytes(bytes, SHA256.hash(bytes.span)) }

func artifact(_ tag: String, arch: String = "x86_64", variant: String = "cpu-ubi9", at hours: Int64 = 0) -> Artifact {
  Artifact(
    id: ArtifactID(testRepository, key: Text(tag + "-" + arch)), tag: Text(tag), commit: "c0ffee", arch: Text(arch),
    variant: Text(variant), rawVariant: Text(variant + "-" + arch), series: "3.2", createdAt: stamp(hours),
    asset: AssetOrigin(
      linkID: hours, name: Text("wheels-\(tag)-\(arch).tar.gz"),
      url: "https://gitlab.example.com/wheels-\(tag)-\(arch).tar.gz",
      size: 12_345, sha256: SHA256.hash(Array(tag.utf8).span), etag: "\"\(tag)\"", lastModified: nil))
}

func newArtifact(_ tag: String, _ stack: Stack, arch: String = "x86_64", at hours: Int64 = 0) -> ArtifactPut {
  .new(
    artifact(tag, arch: arch, at: hours),
    documents: [.constraintsFile: content(stack.constraints), .dependencyGraph: content(stack.graph)],
    packages: stack.list)
}

func releasePut(_ tag: String, _ artifacts: [ArtifactPut], at hours: Int64 = 0, failures: [Failure] = []) -> ReleasePut
{
  ReleasePut(
    key: ReleaseKey(testRepository, tag: Text(tag)), name: "Release \(tag)", description: "notes",
    createdAt: stamp(hours),
    releasedAt: stamp(hours), commit: "c0ffee", fingerprint: SHA256.hash(Array((tag + "\(hours)").utf8).span),
    complete: failures.isEmpty, collectedAt: stamp(hours + 1), artifacts: artifacts, failures: failures)
}

func releaseKey(_ tag: String) -> ReleaseKey { ReleaseKey(testRepository, tag: Text(tag)) }
func artifactID(_ tag: String, _ arch: String = "x86_64") -> ArtifactID {
  ArtifactID(testRepository, key: Text(tag + "-" + arch))
}
