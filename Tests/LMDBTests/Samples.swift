import TestSupport

/// A key that sorts as its number.
func key(_ number: Int) -> [UInt8] {
  (0..<4).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

extension TemporaryDirectory {
  /// All bytes of a file in it.
  func bytes(of name: String) throws -> [UInt8] { try Files.read(file(name)) }
}
