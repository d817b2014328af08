/// A reader of bytes from outside, as a fuzzer feeds it.
///
/// `read` crosses every property that must hold for any input whatever; one that does not hold ends the process, which is
/// what a fuzzer looks for. The result only says whether the reader took the input or refused it.
public enum FuzzTarget: String, CaseIterable, Sendable {
  /// The JSON scanner, the compactor and the rewriter.
  case json
  /// Gzip and tar.
  case tarball
  /// Records, keys, document headers, segments, package rows, frames and the small files of a store.
  case records
  /// The configuration file.
  case configuration
  /// A page of a release listing.
  case listing
  /// What is inside an asset: graph, summary, constraints, requirements, versions, tags.
  case content

  /// The most bytes worth trying.
  public var longestInput: Int { self == .tarball ? 16_384 : 4096 }

  /// Reads one input; returns whether it was taken.
  public func read(_ input: [UInt8]) -> Bool {
    switch self {
    case .json: JSONInput.read(input)
    case .tarball: TarballInput.read(input)
    #if TESTABLE
      case .records: RecordInput.read(input)
      case .configuration: ConfigurationInput.read(input)
    #else
      case .records, .configuration: fatalError("built without -enable-testing -DTESTABLE")
    #endif
    case .listing: ListingInput.read(input)
    case .content: ContentInput.read(input)
    }
  }
}

/// Ends the process with a sentence unless a property holds; also in optimised builds.
func hold(_ property: Bool, _ sentence: @autoclosure () -> String) {
  if !property { fatalError(sentence()) }
}

/// Where an input is cut into pieces, chosen by its own bytes so that a crash comes back.
struct Cuts {
  private var state: UInt64

  init(_ input: [UInt8]) {
    state = 0xcbf2_9ce4_8422_2325
    for byte in input.prefix(64) { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    state ^= UInt64(input.count)
  }

  /// The length of the next piece: mostly short, at least one byte, at most what is left.
  mutating func next(left: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    let short = Int(state >> 60) + 1
    return min(left, state >> 32 & 7 == 0 ? short * 97 : short)
  }

  /// Calls `body` with each piece in turn.
  static func forEach(_ input: [UInt8], _ body: (Span<UInt8>) throws -> Void) rethrows {
    var cuts = Cuts(input)
    var start = 0
    while start < input.count {
      let end = start + cuts.next(left: input.count - start)
      try body(input.span.extracting(start..<end))
      start = end
    }
  }
}

extension Span<UInt8> {
  /// An owned copy.
  var copied: [UInt8] {
    // Safety: the pointer is used inside the closure only.
    unsafe withUnsafeBufferPointer { unsafe Array($0) }
  }
}
