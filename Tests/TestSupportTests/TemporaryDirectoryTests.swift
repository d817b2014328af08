import TestSupport
import Testing

@Suite struct TemporaryDirectoryTests {
  @Test func itIsGoneAfterItsUse() throws {
    let path = try TemporaryDirectory.with { directory in
      try Files.makeDirectory(directory.file("a/b"))
      try Files.write("text", to: directory.file("a/b/c"))
      #expect(try Files.readText(directory.file("a/b/c")) == "text")
      #expect(try Files.list(directory.path) == ["a"])
      return directory.path
    }
    #expect(!Files.exists(path))
  }

  @Test func copiesAreWhole() throws {
    try TemporaryDirectory.with { directory in
      try Files.makeDirectory(directory.file("a/b"))
      try Files.write([0, 255, 10], to: directory.file("a/b/c"))
      try Files.copy(directory.file("a"), to: directory.file("z"))
      #expect(try Files.read(directory.file("z/b/c")) == [0, 255, 10])
      #expect(try Files.size(directory.file("z/b/c")) == 3)
    }
  }
}
