import Fuzzing
import TestSupport
import Testing

/// Every input that a fuzzer once found interesting, and mutations of them, through the readers they were found with.
@Suite struct CorpusTests {
  private static let folder = "fixtures/fuzz"

  private static func corpus(_ target: FuzzTarget) throws -> [[UInt8]] {
    let folder = "\(folder)/\(target.rawValue)"
    return try Files.list(folder).map { try Files.read("\(folder)/\($0)") }
  }

  @Test(arguments: FuzzTarget.allCases)
  func committedInputsHoldEveryProperty(_ target: FuzzTarget) throws {
    let inputs = try Self.corpus(target)
    #expect(inputs.contains { target.read($0) }, "nothing of the corpus is taken: it tests refusals only")
    #expect(inputs.contains { !target.read($0) }, "nothing of the corpus is refused")
    #expect(inputs.allSatisfy { $0.count <= target.longestInput })
  }

  @Test(arguments: FuzzTarget.allCases)
  func mutationsHoldEveryProperty(_ target: FuzzTarget) throws {
    var mutator = InputMutator(corpus: try Self.corpus(target), longest: target.longestInput, seed: 1)
    for _ in 0..<500 { _ = target.read(mutator.next()) }
  }

  @Test func mutationsAreThoseOfTheirSeed() {
    func inputs(_ seed: UInt64) -> [[UInt8]] {
      var mutator = InputMutator(corpus: [Array("{\"a\": [1, 2]}".utf8), [0, 1, 2]], longest: 20, seed: seed)
      return (0..<200).map { _ in mutator.next() }
    }
    #expect(inputs(1) == inputs(1) && inputs(1) != inputs(2))
    #expect(Set(inputs(1)).count > 100 && inputs(1).allSatisfy { $0.count <= 20 })
  }
}
