/// Finds the known names that a mistyped one may have meant.
public enum Suggestions {
  /// The most names that are suggested.
  public static let limit = 5

  /// Returns `did you mean A, B?`, or nil when nothing is near.
  public static func sentence(for name: String, among known: some Sequence<String>) -> String? {
    let near = nearest(to: name, among: known)
    return near.isEmpty ? nil : "did you mean \(near.joined(separator: ", "))?"
  }

  /// Returns the nearest names, nearest first.
  public static func nearest(to name: String, among known: some Sequence<String>) -> [String] {
    var nearest = NearestNames(to: name)
    for candidate in known { nearest.offer(candidate) }
    return nearest.names
  }
}

/// Keeps the few different names, among many that are offered, that lie nearest to one: those that contain it, then those within a
/// third of its length in single edits.
struct NearestNames {
  private let target: [UInt8]
  private let bound: Int
  private var found: [(distance: Int, name: String)] = []

  init(to name: String) {
    target = Array(name.utf8.prefix(256))
    bound = max(2, target.count / 3)
  }

  /// The nearest, nearest first.
  var names: [String] { found.map(\.name) }

  mutating func offer(_ candidate: String) {
    let other = Array(candidate.utf8.prefix(256))
    let worst = found.count < Suggestions.limit ? bound : found[found.count - 1].distance - 1
    guard worst >= 0 else { return }
    let distance = Self.contains(other, target) ? 0 : max(1, Self.editDistance(target, other, bound: worst))
    // The same key in several repositories is one suggestion.
    guard distance <= worst, !found.contains(where: { $0.name == candidate }) else { return }
    found.insert((distance, candidate), at: found.firstIndex { distance < $0.distance } ?? found.count)
    if found.count > Suggestions.limit { found.removeLast() }
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
