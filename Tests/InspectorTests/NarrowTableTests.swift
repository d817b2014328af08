import Testing

@testable import Inspector

@Suite("Tables on narrow terminals") struct NarrowTableTests {
  /// A table of one row: context, name, moment, number.
  private func table(width: Int?) -> [String] {
    let output = MemoryOutput()
    let buffered = BufferedOutput(output)
    var table = TableWriter(
      titles: ["product", "key", "created_at", "packages"], areNumbers: [false, false, false, true],
      ranks: [.context, .identity, .detail, .detail], width: width, colours: false)
    for (text, width) in [("rhai", 4), ("3.3.0.12+cuda-ubi9-x86_64", 25), ("2026-01-02T03:04:05.678Z", 24), ("24", 2)] {
      table.cells += text.utf8
      table.ends.append((table.cells.count, width))
    }
    table.endRow(to: buffered)
    table.finish(to: buffered)
    try? buffered.flush()
    return output.text.split(separator: "\n").map(String.init)
  }

  @Test func whatFitsIsWhole() {
    #expect(
      table(width: nil) == [
        "product  key                        created_at                packages",
        "rhai     3.3.0.12+cuda-ubi9-x86_64  2026-01-02T03:04:05.678Z        24",
      ])
    #expect(table(width: 70) == table(width: nil))
  }

  @Test func momentsAreCutToTheirDayBeforeColumnsGo() {
    #expect(table(width: 57).last == "rhai     3.3.0.12+cuda-ubi9-x86_64  2026-01-02…        24")
  }

  @Test func contextGoesBeforeDetailsAndTheHeaderSaysSo() {
    #expect(
      table(width: 56) == [
        "key                        created_at         packages …",
        "3.3.0.12+cuda-ubi9-x86_64  2026-01-02T03:04…        24",
      ])
    #expect(
      table(width: 40) == ["key                        created_at  …", "3.3.0.12+cuda-ubi9-x86_64  2026-01-02…"])
    #expect(table(width: 27) == ["key                       …", "3.3.0.12+cuda-ubi9-x86_64"])
  }

  @Test func aNameIsCutOnlyWhereItStandsAloneAndDoesNotFit() {
    #expect(table(width: 20).last == "3.3.0.12+cuda-ubi…")
  }

  @Test(arguments: 8...100) func noLineIsLongerThanTheTerminal(_ width: Int) {
    for line in table(width: width) { #expect(line.count <= width) }
  }
}
