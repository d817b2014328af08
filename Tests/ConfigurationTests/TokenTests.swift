import Configuration
import TestSupport
import Testing

@Suite("Tokens")
struct TokenTests {
  private static let canary = "canary-7f3a"

  private func load(file content: String, mode: UInt32 = 0o600) throws -> Token? {
    try TemporaryDirectory.with { directory in
      try Files.write(content, to: directory.file("token"), mode: mode)
      return try TokenSource.file(directory.file("token")).load(environment: [:])
    }
  }

  @Test("are read from a file of their owner, without its last newline")
  func file() throws {
    #expect(try load(file: Self.canary)?.secretBytes == Array(Self.canary.utf8))
    #expect(try load(file: Self.canary + "\n")?.secretBytes == Array(Self.canary.utf8))
    #expect(try load(file: Self.canary + "\r\n")?.secretBytes == Array(Self.canary.utf8))
    #expect(try load(file: Self.canary, mode: 0o400)?.secretBytes == Array(Self.canary.utf8))
  }

  @Test(
    "with a byte that no header may hold are refused",
    arguments: [
      "", "\n", "a\n\n", "a\nb", "a b", "a\tb", "a\r", "é", "a\0b", "a\u{7f}", " a",
      String(repeating: "a", count: 4097),
    ])
  func refusedBytes(_ content: String) throws {
    let error = try #require(throws: ConfigurationError.self, performing: { try load(file: content) })
    #expect(error.code == .token || content.utf8.count > 4000)
    #expect(throws: ConfigurationError.self) { try TokenSource.environment("T").load(environment: ["T": content]) }
  }

  @Test("in a file that others may open are refused", arguments: [0o640, 0o604, 0o660, 0o644, 0o601] as [UInt32])
  func openFile(_ mode: UInt32) throws {
    let error = try #require(throws: ConfigurationError.self, performing: { try load(file: Self.canary, mode: mode) })
    #expect(error.code == .token && error.hint?.hasPrefix("chmod 600") == true)
  }

  @Test("that are not there are an error where they were asked for")
  func absent() throws {
    #expect(throws: ConfigurationError.self) { try TokenSource.environment("T").load(environment: [:]) }
    #expect(throws: ConfigurationError.self) { try TokenSource.file("/nowhere/token").load(environment: [:]) }
    #expect(try TokenSource.optionalEnvironment("T").load(environment: [:]) == nil)
    #expect(try TokenSource.optionalEnvironment("T").load(environment: ["T": ""]) == nil)
    #expect(try TokenSource.optionalEnvironment("T").load(environment: ["T": "x"])?.secretBytes == [0x78])
  }

  @Test("never print")
  func neverPrint() throws {
    let token = try #require(try load(file: Self.canary))
    var dumped = ""
    dump(token, to: &dumped)
    var nested = ""
    dump(["token": [token]], to: &nested)
    for text in ["\(token)", String(reflecting: token), String(describing: Optional(token)), dumped, nested] {
      #expect(!text.contains(Self.canary))
      #expect(!text.contains("99, 97, 110"))
    }
    let error = try #require(throws: ConfigurationError.self, performing: { try load(file: Self.canary + " ") })
    #expect(!String(reflecting: error).contains(Self.canary))
  }
}
