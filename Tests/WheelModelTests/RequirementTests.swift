import TestSupport
import Testing
import WheelModel

/// Versions, conditions and requirements, against what Python's `packaging` library makes of the same texts.
struct RequirementTests {
  private static let folder =
    #filePath.split(separator: "/").prefix { $0 != "Tests" }.reduce("") { $0 + "/" + $1 } + "/fixtures/python"

  private static func rows(_ name: String) -> [[String]] {
    let text = (try? Files.readText("\(folder)/\(name).tsv")) ?? ""
    return text.split(separator: "\n").map { line in
      line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }
  }

  private static func words(_ text: String) -> [Version] {
    text.split(separator: " ").map { Version(Text(String($0))) }
  }

  /// The versions that the file of conditions was made with.
  private static let candidates = words(
    "1.0 1 1.0.0 1.0.1 1.1 1.0a1 1.0b2 1.0rc1 1.0rc1.post1 1.0.dev0 1.0.dev3 1.0.post1 1.0.post1.dev2 1.0.post2 "
      + "1.0+cpu 1.0.post1+cpu 1.0.dev3+x 2.0 2.0.dev1 2.1rc1 0.9 1!0.5 1!1.0 10.0 2024.1.15 v1.0 1.0-1 1.0.0-RC.1 "
      + "1.0_alpha 0")

  @Test func versionsAreNormalised() {
    let rows = Self.rows("versions")
    #expect(rows.count == 45)
    for row in rows {
      let version = Version(Text(row[0]))
      #expect(version.isValid == (row[1] != "INVALID"), "\(row)")
      if version.isValid { #expect(version.normal == row[1]) }
    }
  }

  @Test func conditionsHoldForTheSameVersions() {
    let rows = Self.rows("specifiers")
    #expect(rows.count == 480)
    for row in rows {
      let specifier = VersionSpecifier(row[0])
      #expect((specifier == nil) == (row[1] == "INVALID"), "\(row)")
      guard let specifier else { continue }
      #expect(specifier.description == row[1])
      #expect(Self.candidates.filter { specifier.contains($0) } == Self.words(row[2]), "\(row[0])")
    }
  }

  @Test func prereleasesAreLeftOutAlike() throws {
    let rows = Self.rows("specifier-filters")
    #expect(rows.count == 78)
    for row in rows {
      let specifiers = row[0].split(separator: ",").compactMap { VersionSpecifier($0) }
      #expect(specifiers.filter(Self.words(row[1])).map(\.normal) == Self.words(row[2]).map(\.normal), "\(row)")
    }
  }

  @Test func requirementsArePrintedAlike() {
    let rows = Self.rows("requirements")
    #expect(rows.count == 52)
    for row in rows { #expect((Requirement(row[0])?.description ?? "INVALID") == row[1], "\(row[0])") }
  }

  @Test func spellingsOfOneRequirementAreOne() throws {
    func identity(_ text: String) throws -> Text { try #require(Requirement(text)).identity }
    #expect(try identity("Foo.Bar>=1.0") == identity("foo-bar >= 1.0.0"))
    #expect(try identity("a[X]==1.0") == identity("a[x]==1"))
    #expect(try identity("a~=1.0") != identity("a~=1.0.0"))
    #expect(try identity("a>=1") != identity("a>=1; os_name == 'x'"))
  }

  @Test func deepParenthesesEnd() {
    let deep = String(repeating: "(", count: 100_000)
    #expect(Requirement("a; \(deep)os_name == 'x'") == nil)
  }
}
