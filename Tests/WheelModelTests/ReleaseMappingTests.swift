import Digest
import Testing
import WheelModel

@Suite("From a listed release to what is stored")
struct ReleaseMappingTests {
  private static func link(_ id: Int64, _ name: Text, url: String = "https://h.test/a") throws -> UpstreamLink {
    UpstreamLink(id: id, name: try #require(AssetName(name)), url: url)
  }

  private static func release(_ tag: Text = "v3.2.1+cuda", links: [UpstreamLink]) throws -> UpstreamRelease {
    UpstreamRelease(
      tag: try #require(Tag(tag)), name: "n", description: nil, createdAt: Timestamp(milliseconds: 1), releasedAt: nil,
      commit: "c", links: links)
  }

  @Test("the newest link of an architecture is chosen, the others are named")
  func chooses() throws {
    let release = try Self.release(links: [
      Self.link(7, "wheels-a-x86_64.tar.gz"), Self.link(9, "wheels-b-x86_64.tar.gz"),
      Self.link(9, "wheels-c-x86_64.tar.gz"), Self.link(1, "wheels-a-aarch64.tar.gz"), Self.link(2, "wheels-X.tar.gz"),
    ])
    let (wanted, rejected) = release.chooseAssets()
    #expect(wanted.map(\.arch) == ["aarch64", "x86_64"])
    #expect(wanted.map(\.link.name.text) == ["wheels-a-aarch64.tar.gz", "wheels-b-x86_64.tar.gz"])
    #expect(wanted.map(\.key) == ["3.2.1+cuda-aarch64", "3.2.1+cuda-x86_64"])
    #expect(rejected.map(\.name) == ["wheels-a-x86_64.tar.gz", "wheels-c-x86_64.tar.gz", "wheels-X.tar.gz"])
    #expect(rejected.map(\.rejection.code) == [.duplicateArch, .duplicateArch, .assetName])
  }

  @Test("an artifact takes its fields by the rules, its URL without secrets; its drop is named after it")
  func maps() throws {
    let release = try Self.release(links: [
      Self.link(7, "wheels-a-x86_64.tar.gz", url: "https://u:p@h.test/a?token=s")
    ])
    let asset = try #require(release.chooseAssets().wanted.first)
    let repository = RepositoryKey(product: "rhai", repository: "wheels-cuda")
    let digest = SHA256.hash([1, 2, 3].span)
    let artifact = release.artifact(
      of: asset, in: repository, size: 3, sha256: digest, etag: "\"e\"", lastModified: nil)
    #expect(
      artifact
        == Artifact(
          id: ArtifactID(repository, key: "3.2.1+cuda-x86_64"), tag: "v3.2.1+cuda", commit: "c", arch: "x86_64",
          variant: "cuda", rawVariant: "cuda-x86_64", series: "3.2", createdAt: Timestamp(milliseconds: 1),
          asset: AssetOrigin(
            linkID: 7, name: "wheels-a-x86_64.tar.gz", url: "https://h.test/a", size: 3, sha256: digest,
            etag: "\"e\"", lastModified: nil)))
    #expect(artifact.dropKeys == ["rhai-3.2.1+cuda-x86_64"])
    #expect(
      Drop(of: artifact)
        == Drop(
          product: "rhai", key: "rhai-3.2.1+cuda-x86_64", name: "3.2.1+cuda-x86_64", productVersion: "3.2",
          createdAt: Timestamp(milliseconds: 1)))
  }

  @Test("the fingerprint sees every field that matters, and nothing else")
  func fingerprint() throws {
    let links = [
      try Self.link(7, "wheels-a-x86_64.tar.gz"), try Self.link(8, "wheels-a-arm.tar.gz", url: "https://h.test/b?c"),
    ]
    let base = try Self.release(links: links)
    var seen = Set([base.fingerprint])
    func isNew(_ change: (inout UpstreamRelease) throws -> Void) rethrows -> Bool {
      var other = base
      try change(&other)
      return seen.insert(other.fingerprint).inserted
    }
    #expect(try isNew { $0.tag = try #require(Tag("3.2.1+cuda")) })
    #expect(isNew { $0.commit = "d" })
    #expect(isNew { $0.createdAt = Timestamp(milliseconds: 2) })
    #expect(isNew { $0.releasedAt = Timestamp(milliseconds: 1) })
    #expect(isNew { $0.name = nil })
    #expect(isNew { $0.name = "" })
    #expect(isNew { $0.description = "" })
    #expect(
      isNew {
        $0.name = nil
        $0.description = "n"
      })
    #expect(isNew { $0.links[0].id = 6 })
    #expect(isNew { $0.links[1].url = "https://h.test/b?d" })
    #expect(try isNew { $0.links[1].name = try #require(AssetName("wheels-b-arm.tar.gz")) })
    #expect(isNew { $0.links.removeLast() })
    #expect(!isNew { $0.links.reverse() })
    // Pinned: a change of the encoding would have every release fetched again.
    #expect(base.fingerprint.hex == "584f0d0ceed42458b891515b7c99e7b7b2c865851972ca1b8f84e282ce84c33a")
  }
}
