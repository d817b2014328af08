import SQLite
import TestSupport
import Testing
import WheelModel

@testable import Exporter

/// A SQLite file that another program made is left alone.
struct ForeignFileTests {
  @Test(
    "a database of another program is refused and not touched",
    arguments: [
      "PRAGMA user_version = 7; CREATE TABLE theirs (a)", "PRAGMA user_version = 1",
      "CREATE TABLE releases (id INTEGER PRIMARY KEY, tag TEXT)", "CREATE TABLE Drops (a)",
    ])
  func refuses(_ sql: String) throws {
    let target = try TestTarget(.sqlite)
    try target.run(sql)
    let before = try Files.read(target.directory.file("target.db"))
    let source = MemorySource()
    source.put(Samples.release("v3.1.0+cuda-ubi9"))
    for isDry in [false, true] {
      guard case .failed(let error) = try target.export(source, { $0.dryRun = isDry }).outcome else {
        Issue.record("not refused")
        continue
      }
      #expect(error.code == .foreignFile && error.kind == .targetFailed)
    }
    for look in [{ _ = try target.verify(source) }, { _ = try target.status(source) }] {
      let error = #expect(throws: ExportError.self) { try look() }
      #expect(error?.code == .foreignFile)
    }
    #expect(try Files.read(target.directory.file("target.db")) == before)
  }

  @Test("tables of the user's own beside ours are left alone")
  func keepsNeighbours() throws {
    let target = try TestTarget(.sqlite)
    try target.run("CREATE TABLE mine (a); INSERT INTO mine VALUES (1)")
    let source = MemorySource()
    source.put(Samples.release("v3.1.0+cuda-ubi9"))
    #expect(try target.export(source).outcome == .complete)
    #expect(try target.verify(source).isEqual && target.rows("mine", ["a"]) == [["1"]])
  }
}
