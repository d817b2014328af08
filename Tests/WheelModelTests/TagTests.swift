import Testing
import WheelModel

@Suite("Tags")
struct TagTests {
  struct Reading: Sendable, CustomTestStringConvertible {
    var tag: Text
    var arch: Text = "x86_64"
    var version: Text
    var suffix: Text
    var key: Text
    var rawVariant: Text
    var series: Text?
    var testDescription: String { tag.string }
  }

  @Test(
    "give version, variant, series and the artifact's key",
    arguments: [
      Reading(
        tag: "v3.2.0.101+cuda-ubi9", version: "3.2.0.101", suffix: "cuda-ubi9", key: "3.2.0.101+cuda-ubi9-x86_64",
        rawVariant: "cuda-ubi9-x86_64", series: "3.2"),
      Reading(
        tag: "3.2+cuda-ubi9-aarch64", arch: "aarch64", version: "3.2", suffix: "cuda-ubi9-aarch64",
        key: "3.2+cuda-ubi9-aarch64", rawVariant: "cuda-ubi9-aarch64", series: "3.2"),
      Reading(
        tag: "3.2+cuda-ubi9-aarch64", version: "3.2", suffix: "cuda-ubi9-aarch64",
        key: "3.2+cuda-ubi9-aarch64-x86_64", rawVariant: "cuda-ubi9-aarch64-x86_64", series: "3.2"),
      Reading(
        tag: "vv1.0+a", version: "v1.0", suffix: "a", key: "v1.0+a-x86_64", rawVariant: "a-x86_64", series: "v1.0"),
      Reading(
        tag: "V1.0+a", version: "V1.0", suffix: "a", key: "V1.0+a-x86_64", rawVariant: "a-x86_64", series: "V1.0"),
      Reading(tag: "v7+a", version: "7", suffix: "a", key: "7+a-x86_64", rawVariant: "a-x86_64", series: nil),
      Reading(
        tag: "v1.2+a+b", version: "1.2", suffix: "a+b", key: "1.2+a+b-x86_64", rawVariant: "a+b-x86_64", series: "1.2"),
      Reading(tag: "v+", version: "", suffix: "", key: "+-x86_64", rawVariant: "-x86_64", series: nil),
      Reading(tag: "v3.+a", version: "3.", suffix: "a", key: "3.+a-x86_64", rawVariant: "a-x86_64", series: "3."),
      Reading(tag: "v.3.1+a", version: ".3.1", suffix: "a", key: ".3.1+a-x86_64", rawVariant: "a-x86_64", series: ".3"),
      Reading(
        tag: "1-x86_64+x86_64", version: "1-x86_64", suffix: "x86_64", key: "1-x86_64+x86_64-x86_64",
        rawVariant: "x86_64-x86_64", series: nil),
      Reading(
        tag: "1.0+é-x86_64", version: "1.0", suffix: "é-x86_64", key: "1.0+é-x86_64", rawVariant: "é-x86_64",
        series: "1.0"),
      Reading(
        tag: "1.0+\u{301}", version: "1.0", suffix: "\u{301}", key: "1.0+\u{301}-x86_64", rawVariant: "\u{301}-x86_64",
        series: "1.0"),
    ])
  func reads(_ expected: Reading) throws {
    let tag = try #require(Tag(expected.tag))
    #expect(tag.version == expected.version)
    #expect(tag.suffix == expected.suffix)
    #expect(tag.series == expected.series)
    #expect(tag.artifactKey(arch: expected.arch) == expected.key)
    #expect(tag.rawVariant(arch: expected.arch) == expected.rawVariant)
  }

  @Test("without a plus name no collection", arguments: ["", "v", "v1.2.3", "1.2-cuda", "latest", "v1.2＋a"] as [Text])
  func refuses(_ tag: Text) {
    #expect(Tag(tag) == nil)
  }

  @Test(
    "of assets give the architecture",
    arguments: [
      ("wheels-3.2+cuda-ubi9-x86_64.tar.gz", "x86_64"), (" \t\r\nwheels-1+a-s390x.tar.gz\u{0b}\u{0c} ", "s390x"),
      ("wheels-x86_64.tar.gz", "x86_64"), ("wheels-1+a-_.tar.gz", "_"), ("wheels-a.tar.gz-b.tar.gz", "b"),
    ] as [(Text, Text)])
  func arch(_ name: Text, _ arch: Text) throws {
    #expect(try #require(AssetName(name)).arch == arch)
  }

  @Test(
    "of assets without one are wheel tarballs all the same",
    arguments: [
      "wheels-.tar.gz", "wheels-1+a-.tar.gz", "wheels-1+a-X86_64.tar.gz", "wheels-1+a-x86.64.tar.gz",
      "wheels-1+a-é.tar.gz",
    ] as [Text])
  func badArch(_ name: Text) throws {
    #expect(try #require(AssetName(name)).arch == nil)
  }

  @Test(
    "of other assets are of no interest",
    arguments: [
      "", "wheels", "wheels-", "wheels.tar.gz", "wheel-1-x86_64.tar.gz", "xwheels-1-x86_64.tar.gz",
      "wheels-1-x86_64.tar.gz.sig", "wheels-1-x86_64.TAR.GZ", "Wheels-1-x86_64.tar.gz", "wheels-1-x86_64.tgz",
      "\u{a0}wheels-1-x86_64.tar.gz", "wheels-tar.gz",
    ] as [Text])
  func otherNames(_ name: Text) {
    #expect(AssetName(name) == nil)
  }
}
