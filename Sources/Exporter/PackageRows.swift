import Digest
import WheelModel

extension PackageList {
  /// How many names there are, and the bytes of all of them.
  var distinctNames: (count: Int, bytes: Int) {
    var (count, total) = (0, 0)
    forEachName { name, _ in
      count += 1
      total += name.count
    }
    return (count, total)
  }

  /// Whether a row's name or version holds a NUL, which is legal upstream but not in every target.
  var holdsNUL: Bool {
    // A zero length is a NUL byte in the packed form too, so only a few lists need the second look.
    guard bytes.contains(0) else { return false }
    var found = false
    forEach { name, version in found = found || name.holdsNUL || version.holdsNUL }
    return found
  }
}

extension Span<UInt8> {
  /// Whether a byte is 0.
  var holdsNUL: Bool {
    for index in indices where self[index] == 0 { return true }
    return false
  }
}

/// A digest over package rows in the order of their bytes, which targets can compute too.
struct PackageDigest: ~Copyable {
  private var running = SHA256()
  private(set) var count = 0

  mutating func add(_ name: Span<UInt8>, _ version: Span<UInt8>) {
    running.update(name)
    running.update([1].span)
    running.update(version)
    running.update([2].span)
    count += 1
  }

  consuming func finalize() -> SHA256Digest { running.finalize() }
}
