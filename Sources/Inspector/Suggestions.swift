/// Finds the known names that a mistyped one may have meant.
public enum Suggestions {
  /// The most names that are suggested.
  public static let limit = 5

  /// Returns `did you mean A, B?`, or nil when nothing is near.
  public static func sentence(for name: String, among known: some Sequence<String>) -> String? {
    let near = nearest(to: name, among: known)
    return near.isEmpty ? nil : "did you mean \(near.joined(separator: ", "))?"
  }

  /// Returns the nearest names, nearest first: those that contain the name, then those within a third of its length in
  /// single edits.
  public static func nearest(to name: String, among known: some Sequence<String>) -> [String] {
    let target = Array(name.utf8.prefix(256))
    let bound = max(2, target.count / 3)
    var found: [(distance: Int, name: String)] = []
    for candidate in known {
      let other = Array(candidate.utf8.prefix(256))
      let distance = contains(other, target) ? 0 : editDistance(target, other, bound: bound)
      guard distance <= bound else { continue }
      let place = found.firstIndex { distance < $0.distance } ?? found.count
      guard place < limit else { continue }
      found.insert((distance, candidate), at: place)
      if found.count > limit { found.removeLast() }
    }
    return found.map(\.name)
  }

  private static func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
    guard !part.isEmpty, part.count <= text.count else { return false }
    return (0...(text.count - part.count)).contains { text[$0..<($0 + part.count)].elementsEqual(part) }
  }

  /// Counts the single edits between two texts; more than `bound` is reported as `bound + 1`.
  static func editDistance(_ a: [UInt8], _ b: [UInt8], bound: Int) -> Int {
    if abs(a.count - b.count) > bound { return bound + 1 }
    var previous = Array(0...b.count)
    var current = previous
    for i in 0..<a.count {
      current[0] = i + 1
      var smallest = current[0]
      for j in 0..<b.count {
        let replaced = previous[j] + (a[i] == b[j] ? 0 : 1)
        current[j + 1] = min(replaced, previous[j + 1] + 1, current[j] + 1)
        smallest = min(smallest, current[j + 1])
      }
      if smallest > bound { return bound + 1 }
      swap(&previous, &current)
    }
    return previous[b.count]
  }
}
