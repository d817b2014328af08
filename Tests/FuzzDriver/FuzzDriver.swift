import CTestSystem
import Fuzzing
import Glibc
import TestSupport

/// Feeds inputs to one target. Built for libFuzzer (`tools/prove fuzz`) it is driven by coverage; else it reads the files
/// that are named, or mutates them so often as it is told.
#if LIBFUZZER
  private let target = unsafe getenv("FUZZ_TARGET").flatMap { unsafe FuzzTarget(rawValue: String(cString: $0)) }

  /// Takes one input of libFuzzer.
  @_cdecl("LLVMFuzzerTestOneInput")
  public func fuzzOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: UInt) -> CInt {
    // Safety: libFuzzer's buffer is copied before the call ends.
    _ = target?.read(unsafe Array(UnsafeBufferPointer(start: bytes, count: Int(count))))
    return 0
  }

  /// The program's start: the package manager has renamed `main` to this.
  @_cdecl("wheelspool_fuzz_main")
  public func fuzzMain(_ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> CInt {
    guard target != nil else { fatalError("FUZZ_TARGET must name a target") }
    var count = count
    var arguments = unsafe arguments
    return unsafe LLVMFuzzerRunDriver(&count, &arguments) { unsafe fuzzOneInput($0, $1) }
  }
#else
  @main
  struct FuzzDriver {
    static let usage = """
      usage: wheelspool-fuzz TARGET [--mutate N --seed SEED] FILE…
        reads each file, or N mutations of them, and prints how many were taken; a broken property ends the process
        TARGET: \(FuzzTarget.allCases.map(\.rawValue).joined(separator: ", "))
      """

    static func main() throws {
      var arguments = CommandLine.arguments.dropFirst()
      guard let name = arguments.popFirst(), let target = FuzzTarget(rawValue: name) else { return fail() }
      var mutations = 0
      var seed: UInt64 = 1
      while let option = arguments.first, option.hasPrefix("--") {
        guard let value = arguments.dropFirst().first.flatMap({ UInt64($0) }) else { return fail() }
        arguments = arguments.dropFirst(2)
        if option == "--mutate" { mutations = Int(value) } else { seed = value }
      }
      let corpus = try arguments.map { try Files.read($0) }
      var taken = 0
      for input in corpus where target.read(input) { taken += 1 }
      var mutator = InputMutator(corpus: corpus, longest: target.longestInput, seed: seed)
      for _ in 0..<mutations where target.read(mutator.next()) { taken += 1 }
      print("\(corpus.count + mutations) \(taken)")
    }

    private static func fail() {
      print(usage)
      exit(2)
    }
  }
#endif
