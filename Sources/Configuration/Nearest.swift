/// Finds what somebody may have meant.
enum Nearest {
  /// The known key with the smallest edit distance, and of equal ones the first by bytes; nil when none is known.
  static func key(to text: String, among known: some Sequence<String>) -> String? {
    let wanted = Array(text.utf8.prefix(100))
    return known.map { ($0, distance(wanted, Array($0.utf8))) }
      .min { $0.1 == $1.1 ? $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) : $0.1 < $1.1 }?.0
  }

  /// Counts the insertions, deletions and replacements that turn one text into another. V. Levenshtein, 1965.
  static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let replaced = diagonal + (x == y ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
      }
    }
    return row[b.count]
  }
}
