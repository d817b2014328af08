import Tarball
import TestSupport
import Testing

/// Archives as a real builder published them.
struct PublishedArchiveTests {
  /// Every asset of the real projects in the repository's fixtures (the others are made to be odd, or refused).
  static let files: [String] = {
    func find(_ path: String) -> [String] {
      guard let names = try? Files.list(path) else { return path.hasSuffix(".tar.gz") ? [path] : [] }
      return names.flatMap { find(path + "/" + $0) }
    }
    let fixtures = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/fixtures/"
    return ["wheels-http", "wheels-multi"].flatMap { find(fixtures + $0) }
  }()

  @Test func `there are some`() { #expect(Self.files.count >= 5) }

  @Test(arguments: files)
  func `every member is found, whatever the pieces the file comes in`(path: String) throws {
    let file = try Files.read(path)
    let whole = try members(file)
    let wanted = ["release/inputs/requirements.txt", "release/outputs/graph.json"]
    for name in wanted {
      let found = whole.filter { $0.path.hasSuffix("/" + name) }
      #expect(found.count == 1 && found.first?.kind == .regular && found.first?.data.isEmpty == false, "\(name)")
    }
    #expect(try members(file, chunk: 700) == whole)
    #expect(refusal(Array(file.dropLast(5)))?.code == .truncated)
  }
}
