import Testing
import WheelModel

@Suite("Versions of Python projects")
struct VersionTests {
  /// In ascending order; every pair is compared. From the PEP's own examples and its corners.
  private static let ascending: [Text] = [
    "", " ", "1..0", "1.0+", "1.0-", "1.0.post.x", "banana", "vv1", "é",
    "0.0.0a0.dev1", "0", "0.1", "1.0.dev0", "1.dev456", "1.0a1.dev1", "1.0a1", "1.0a2.dev456", "1.0a12.dev456",
    "1.0a12",
    "1.0b1.dev456", "1.0b2", "1.0b2.post345.dev456", "1.0b2.post345", "1.0rc1.dev456", "1.0rc1", "1.0c2", "1.0",
    "1.0+abc.5", "1.0+abc.7", "1.0+abc.7.0", "1.0+5", "1.0+05.1", "1.0+18446744073709551616", "1.0.post456.dev34",
    "1.0.post456", "1.0-457", "1.0.15", "1.1.dev1", "1.9", "1.10", "2024.1", "18446744073709551616.0", "1!0.1",
    "0002!0",
  ]

  @Test("come in the order of the specification, texts that are none before them")
  func order() {
    let versions = Self.ascending.map { Version($0) }
    for (i, a) in versions.enumerated() {
      for (j, b) in versions.enumerated() {
        #expect((a < b) == (i < j), "\(a.text) \(b.text)")
        #expect((a == b) == (i == j), "\(a.text) \(b.text)")
      }
    }
  }

  @Test("pre-releases of zero come before zero")
  func zero() {
    #expect(Version("0.0.0a0.dev1") < Version("0"))
    #expect(Version("0.dev0") < Version("0a0"))
  }

  @Test(
    "have many spellings, which differ by bytes alone",
    arguments: [
      ["1.0", "1", "1.0.0", "v1.0", " 1.0\n", "01.0", "0!1"], ["1.0a0", "1.0a", "1.0-alpha", "1.0.ALPHA.0", "1_a_0"],
      ["1.0rc3", "1.0c3", "1.0-preview_3", "1.0pre3"],
      ["1.0.post0", "1.0-r", "1.0.rev", "1.0_POST_0", "1.0-0", "1.0_r-"],
      ["1.0.dev0", "1.0dev", "1.0-DEV-0"], ["1.0+ubuntu.1", "1.0+ubuntu-1", "1.0+UBUNTU_01"],
    ] as [[Text]])
  func spellings(_ texts: [Text]) {
    for a in texts {
      #expect(Version(a).isValid, "\(a)")
      for b in texts {
        #expect((Version(a) < Version(b)) == (a < b), "\(a) \(b)")
        // Nothing lies between two spellings: both sit on the same side of a neighbour.
        #expect(Version(a) < Version("1.0.0.0.1") && Version("0.9") < Version(b))
      }
    }
  }

  @Test("are a total order over anything")
  func totalOrder() {
    let texts: [Text] = [
      "2.0", "abc", "1.0", "1.0.0", "", "1.0.dev1", "\u{1b}[2J", "1.0+a", "999999999999999999999999",
    ]
    let sorted = texts.map { Version($0) }.sorted()
    for shuffled in (0..<8).map({ texts[$0...] + texts[..<$0] }) {
      #expect(shuffled.map { Version($0) }.sorted() == sorted)
    }
  }

  @Test(
    "project names meet in their canonical form",
    arguments: [
      ("Zope.Interface", "zope-interface"), ("a__b", "a-b"), ("a-_.b", "a-b"), ("_A_", "-a-"), ("", ""),
      ("ÄB", "Äb"), ("ruamel.yaml.clib", "ruamel-yaml-clib"),
    ] as [(Text, Text)])
  func canonicalNames(_ name: Text, _ canonical: Text) {
    #expect(ProjectName.canonical(name) == canonical)
  }
}
