import Digest
import Glibc

extension Span<UInt8> {
  /// An owned copy.
  var copied: [UInt8] {
    // Safety: the pointer is used inside the closure only.
    unsafe withUnsafeBufferPointer { unsafe Array($0) }
  }

  /// Compares all bytes.
  func isEqual(to other: Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    // Safety: both pointers are used inside the closures only, for as many bytes as both spans have.
    return unsafe withUnsafeBufferPointer { mine in
      unsafe other.withUnsafeBufferPointer { theirs in
        guard let a = mine.baseAddress, let b = theirs.baseAddress else { return true }
        return unsafe memcmp(a, b, mine.count) == 0
      }
    }
  }

  /// Whether the bytes begin with others.
  func starts(with prefix: [UInt8]) -> Bool {
    count >= prefix.count && extracting(0..<prefix.count).isEqual(to: prefix.span)
  }

  /// Decodes UTF-8; other bytes become U+FFFD.
  var string: String {
    // Safety: the pointer is used inside the closure only.
    unsafe withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
  }
}

extension [UInt8] {
  /// Appends a copy of the bytes.
  mutating func append(copying bytes: Span<UInt8>) {
    // Safety: the pointer is used inside the closure only.
    unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }
}

extension SHA256Digest {
  /// The digest of no bytes.
  static var ofNothing: SHA256Digest {
    let nothing: [UInt8] = []
    return SHA256.hash(nothing.span)
  }
}
