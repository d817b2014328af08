import Digest
import Testing
import WheelModel

@testable import Collector

@Suite("What is done for a listed release")
struct ReleasePlanTests {
  static let now = Timestamp(milliseconds: 1_700_000_000_000)
  static let repository = RepositoryKey(product: "p", repository: "r")
  static let digest = SHA256().finalize()

  static func link(_ id: Int64, _ arch: Text, url: String = "https://h/a") throws -> UpstreamLink {
    UpstreamLink(id: id, name: try #require(AssetName(Text("wheels-1+a-\(arch).tar.gz"))), url: url)
  }

  static func release(_ links: [UpstreamLink]) throws -> UpstreamRelease {
    UpstreamRelease(
      tag: try #require(Tag("1+a")), name: nil, description: nil, createdAt: now, releasedAt: nil, commit: "c",
      links: links)
  }

  /// What the store has after these links of a release were collected.
  static func known(_ release: UpstreamRelease, _ links: [UpstreamLink], withdrawn: Bool = false) -> KnownRelease {
    KnownRelease(
      fingerprint: release.fingerprint, isWithdrawn: withdrawn, complete: true,
      artifacts: links.compactMap { link in
        guard let arch = link.name.arch else { return nil }
        return KnownRelease.KnownArtifact(
          id: ArtifactID(repository, key: release.tag.artifactKey(arch: arch)), arch: arch,
          asset: AssetOrigin(
            linkID: link.id, name: link.name.text, url: link.redactedURL, size: 1, sha256: digest,
            etag: "\"e\"", lastModified: nil))
      })
  }

  static func failure(_ link: UpstreamLink, dueInHours hours: Int64?, code: FailureCode = .gzip) -> Failure {
    Failure(
      repository: repository, tag: "1+a", asset: link.name.text, code: code, message: "m", isPermanent: true,
      firstAt: now, lastAt: now, attempts: 2,
      nextDue: hours.map { Timestamp(milliseconds: now.milliseconds + $0 * 3_600_000) })
  }

  /// The decision in words: what is fetched and why, what is kept, what is carried.
  static func plan(
    _ release: UpstreamRelease, known: KnownRelease?, failures: [Failure] = [], since: Timestamp? = nil,
    recheck: Bool = false, retryFailed: Bool = false
  ) -> String {
    let decision = ReleasePlan.decide(
      release, fingerprint: release.fingerprint, known: known, failures: failures, in: repository,
      options: ReleasePlan.Options(since: since, recheck: recheck, retryFailed: retryFailed), now: now)
    switch decision {
    case .tooOld: return "too old"
    case .skip(let stale): return "skip" + (stale.isEmpty ? "" : ", stale \(stale.map(\.code))")
    case .work(let work):
      var parts = [work.mustPut ? "put" : "look"]
      parts += work.fetches.map { "\($0.reason) \($0.asset.arch)\($0.known == nil ? "" : " known")" }
      parts += work.keeps.map { "keep \($0.key)" }
      parts += work.carried.map { "carry \($0.code)" }
      parts += work.notices.map { "notice \($0.code)" }
      return parts.joined(separator: ", ")
    }
  }

  @Test("new releases are fetched whole, old ones left alone")
  func new() throws {
    let release = try Self.release([Self.link(1, "x"), Self.link(2, "y")])
    #expect(Self.plan(release, known: nil) == "put, new x, new y")
    #expect(Self.plan(try Self.release([]), known: nil) == "put")
    #expect(Self.plan(release, known: nil, since: Self.now) == "put, new x, new y")
    #expect(Self.plan(release, known: nil, since: Timestamp(milliseconds: Self.now.milliseconds + 1)) == "too old")
  }

  @Test("a release of which every link failed before is fetched when its time has come")
  func neverStored() throws {
    let link = try Self.link(1, "x")
    let release = try Self.release([link])
    let failures = [Self.failure(link, dueInHours: 5)]
    #expect(Self.plan(release, known: nil, failures: failures) == "put, new x")
  }

  @Test("equal fingerprints are skipped")
  func skip() throws {
    let links = [try Self.link(1, "x"), try Self.link(2, "y")]
    let release = try Self.release(links)
    #expect(Self.plan(release, known: Self.known(release, links)) == "skip")
    #expect(Self.plan(try Self.release(links.reversed()), known: Self.known(release, links)) == "skip")
  }

  @Test("only links that are new or changed are fetched, the others kept")
  func changed() throws {
    let links = [try Self.link(1, "x"), try Self.link(2, "y")]
    var old = try Self.release(links)
    old.description = "before"
    let known = Self.known(old, links)
    #expect(Self.plan(try Self.release(links), known: known) == "put, keep 1+a-x, keep 1+a-y")
    #expect(Self.plan(try Self.release([links[0]]), known: known) == "put, keep 1+a-x")
    #expect(
      Self.plan(try Self.release(links + [Self.link(3, "z")]), known: known) == "put, new z, keep 1+a-x, keep 1+a-y")
    for changed in [
      try Self.link(9, "x"), try Self.link(1, "x", url: "https://h/b"),
      UpstreamLink(id: 1, name: try #require(AssetName("wheels-2-x.tar.gz")), url: "https://h/a"),
    ] {
      #expect(Self.plan(try Self.release([changed, links[1]]), known: known) == "put, new x, keep 1+a-y")
    }
    // A newer link of the same architecture takes the place of the older one.
    #expect(
      Self.plan(try Self.release([Self.link(7, "x"), links[0]]), known: Self.known(old, [links[0]]))
        == "put, new x, notice E_DUPLICATE_ARCH")
  }

  @Test("a URL with parts that the store does not keep may have changed in them")
  func queries() throws {
    let link = try Self.link(1, "x", url: "https://h/a?version=1")
    var old = try Self.release([link])
    #expect(Self.plan(try Self.release([link]), known: Self.known(old, [link])) == "skip")
    old.description = "before"
    #expect(Self.plan(try Self.release([link]), known: Self.known(old, [link])) == "put, new x")
  }

  @Test("withdrawn releases that are back are put again without a download")
  func back() throws {
    let links = [try Self.link(1, "x")]
    let release = try Self.release(links)
    #expect(Self.plan(release, known: Self.known(release, links, withdrawn: true)) == "put, keep 1+a-x")
  }

  @Test("due failures are tried again, others wait")
  func failures() throws {
    let links = [try Self.link(1, "x"), try Self.link(2, "y")]
    let release = try Self.release(links)
    let half = Self.known(release, [links[0]])
    #expect(
      Self.plan(release, known: half, failures: [Self.failure(links[1], dueInHours: 0)]) == "look, retry y, keep 1+a-x")
    #expect(Self.plan(release, known: half, failures: [Self.failure(links[1], dueInHours: 3)]) == "skip")
    #expect(
      Self.plan(release, known: half, failures: [Self.failure(links[1], dueInHours: 30)]) == "look, retry y, keep 1+a-x"
    )
    #expect(
      Self.plan(release, known: half, failures: [Self.failure(links[1], dueInHours: 3)], retryFailed: true)
        == "look, retry y, keep 1+a-x")
    // An asset that is missing for no recorded reason is fetched.
    #expect(Self.plan(release, known: half) == "look, new y, keep 1+a-x")
    // A change elsewhere in the release tries what failed as well: its link may be what changed.
    var edited = release
    edited.name = "edited"
    #expect(
      Self.plan(edited, known: half, failures: [Self.failure(links[1], dueInHours: 3)]) == "put, new y, keep 1+a-x")
    // Two failures, one due: the other is carried along.
    let both = [Self.failure(links[0], dueInHours: 3), Self.failure(links[1], dueInHours: 0)]
    #expect(Self.plan(release, known: Self.known(release, []), failures: both) == "look, retry y, carry E_GZIP")
  }

  @Test("what upstream alone can mend is never tried again, but noted")
  func notices() throws {
    let good = try Self.link(1, "x")
    let bad = UpstreamLink(id: 2, name: try #require(AssetName("wheels-1+a-X.tar.gz")), url: "https://h/b")
    let release = try Self.release([good, bad])
    #expect(Self.plan(release, known: nil) == "put, new x, notice E_ASSET_NAME")
    let noted = [Self.failure(bad, dueInHours: nil, code: .assetName)]
    #expect(Self.plan(release, known: Self.known(release, [good]), failures: noted) == "skip")
    #expect(Self.plan(release, known: Self.known(release, [good]), failures: noted, retryFailed: true) == "skip")
    // Failures of a link that is gone, or of the time when the row was unfit, are dropped.
    var whole = Self.failure(good, dueInHours: nil, code: .noCommit)
    whole.asset = nil
    #expect(
      Self.plan(release, known: Self.known(release, [good]), failures: noted + [whole]) == "skip, stale [E_NO_COMMIT]")
  }

  @Test("a recheck asks for everything that is kept")
  func recheck() throws {
    let links = [try Self.link(1, "x"), try Self.link(2, "y")]
    let release = try Self.release(links)
    #expect(
      Self.plan(release, known: Self.known(release, links), recheck: true)
        == "look, recheck x known, recheck y known, keep 1+a-x, keep 1+a-y")
    // An earlier recheck failed: when due, the asset is tried again and compared with what is kept.
    #expect(
      Self.plan(release, known: Self.known(release, links), failures: [Self.failure(links[0], dueInHours: 0)])
        == "look, retry x known, keep 1+a-x, keep 1+a-y")
  }
}
