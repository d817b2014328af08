import Digest
import SpoolStore
import TestSupport
import Testing
import WheelModel

/// The store of format 1 that never changes: every later program must show the same of it.
struct GoldenStoreTests {
  private static let golden = Wheelspool.fixtures + "/golden-1"
  private let directory: TemporaryDirectory
  private var store: String { directory.file("golden.store") }

  init() throws {
    directory = try TemporaryDirectory()
    let store = directory.file("golden.store")
    try Files.makeDirectory(store)
    for name in ["STORE", "HEAD", "data.mdb"] { try Files.copy(Self.golden + "/" + name, to: store + "/" + name) }
  }

  @Test(arguments: ["products", "releases", "artifacts", "drops", "packages", "failures", "runs", "log"])
  func listsAreWhatTheyWere(list: String) throws {
    let shown = try Wheelspool.run(["dump", list, "--format", "ndjson"], store: store)
    #expect(shown.exitCode == 0, "\(shown.errorText)")
    let expected = try Files.read(Self.golden + "/expected/\(list).ndjson")
    #expect(shown.output == expected)
  }

  @Test func everyByteIsWhole() throws {
    let verified = try Wheelspool.run(["verify", "--data"], store: store)
    #expect(verified.exitCode == 0, "\(verified.text)\(verified.errorText)")
  }

  @Test func documentsHaveTheDigestsOfTheList() throws {
    let opened = try Store.open(path: store)
    defer { opened.close() }
    let expected = String(decoding: try Files.read(Self.golden + "/expected/artifacts.ndjson"), as: UTF8.self)
    var count = 0
    try opened.read { snapshot in
      try snapshot.forEachArtifact { view in
        for (_, info) in view.stored.documents {
          var hash = SHA256()
          _ = try snapshot.streamDocument(info.id) { hash.update($0) }
          let digest = hash.finalize()
          #expect(digest == info.sha256 && expected.contains(digest.hex))
          count += 1
        }
        return true
      }
    }
    #expect(count == 338)
  }

  /// Life goes on in it: whatever later programs write must suit what is there.
  @Test func itIsCompactedAndVerified() throws {
    let compacted = try Wheelspool.run(["compact", "--repack"], store: store)
    #expect(compacted.exitCode == 0, "\(compacted.errorText)")
    try everyByteIsWhole()
    let shown = try Wheelspool.run(["dump", "drops", "--format", "ndjson"], store: store)
    let expected = try Files.read(Self.golden + "/expected/drops.ndjson")
    #expect(shown.output == expected)
  }
}
