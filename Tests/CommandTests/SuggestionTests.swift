import TestSupport
import Testing

/// What is suggested for keys that are not found.
struct SuggestionTests {
  private func error(_ command: String, store: String) throws -> String {
    let result = try Wheelspool.run(command.split(separator: " ").map(String.init), store: store)
    #expect(result.exitCode == 4)
    return result.errorText
  }

  @Test(arguments: ["diff v1.0+x v2.0+xx", "diff v2.0+xx v1.0+x", "dump artifact v2.0+xx"])
  func aTagIsSuggestedForAMistypedTag(command: String) throws {
    let directory = try TemporaryDirectory()
    let store = directory.file("s.store")
    try PlainStore.make(at: store, [.init(tag: "v1.0+x"), .init(tag: "v2.0+x")])
    let text = try error(command, store: store)
    #expect(text.contains("key v2.0+xx: there is neither an artifact nor a tag of that name"), "\(text)")
    #expect(text.contains("did you mean v2.0+x, v1.0+x?"), "\(text)")
  }

  @Test func aNameIsSuggestedOnce() throws {
    let directory = try TemporaryDirectory()
    let store = directory.file("s.store")
    let shared = (0..<6).map { PlainStore.Release(tag: "v3.0+x", repository: "r\($0)") }
    try PlainStore.make(at: store, shared + [.init(tag: "v3.1+x", repository: "r0")])
    let text = try error("dump artifact 3.0+x-x86_65", store: store)
    #expect(text.contains("did you mean 3.0+x-x86_64, 3.1+x-x86_64?"), "\(text)")
  }
}
