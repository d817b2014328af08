import TestSupport
import Testing

/// Lists ordered by a column of versions: 1.9 comes before 1.10.
struct VersionOrderTests {
  /// Runs a list ordered by `column`, upwards and downwards, and returns its first column.
  private func shown(_ list: [String], by column: String, store: String) throws -> (up: [String], down: [String]) {
    func values(_ sort: String) throws -> [String] {
      let result = try Wheelspool.run(list + ["--format", "csv", "--sort", sort], store: store)
      #expect(result.exitCode == 0, "\(result.errorText)")
      return Array(result.lines.dropFirst())
    }
    return (try values(column), try values("-" + column))
  }

  @Test func versionsAreOrderedAsInstallersDo() throws {
    let directory = try TemporaryDirectory()
    let store = directory.file("s.store")
    let versions = ["1.9", "1.10", "1.10rc1", "1!0.1", "1.2.post1"]
    try PlainStore.make(
      at: store,
      versions.enumerated().map { index, version in
        .init(tag: "v3.\(index + 7)+x", packages: [("a", version), ("b\(index)", version)])
      })
    let ordered = ["1.2.post1", "1.9", "1.10rc1", "1.10", "1!0.1"]
    for column in ["version", "versions"] {
      let rows = try shown(["packages", "a", "--columns", "version"], by: column, store: store)
      #expect(rows.up == ordered)
      #expect(rows.down == ordered.reversed())
    }
    for list in [["packages", "--all"], ["dump", "packages"]] {
      let rows = try shown(list + ["--columns", "latest_version,name"], by: "latest_version", store: store)
      let names = rows.up.map { String($0.split(separator: ",")[1]) }
      #expect(names.filter { $0 != "a" } == ["b4", "b0", "b2", "b1", "b3"])
      #expect(
        rows.down.map { String($0.split(separator: ",")[1]) }.filter { $0 != "a" } == ["b3", "b1", "b2", "b0", "b4"])
    }
    let series = ["3.7", "3.8", "3.9", "3.10", "3.11"]
    #expect(try shown(["dump", "artifacts", "--columns", "series"], by: "series", store: store).up == series)
    #expect(try shown(["packages", "a", "--columns", "series"], by: "series", store: store).up == series)
    let drops = try shown(["dump", "drops", "--columns", "product_version"], by: "product_version", store: store).up
    #expect(drops == series)
  }
}
