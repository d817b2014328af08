extension Version: Comparable {
  /// Orders by version, then by bytes; texts that are no version come first.
  public static func < (a: Self, b: Self) -> Bool {
    switch (a.parts, b.parts) {
    case (nil, nil): return a.text < b.text
    case (nil, _): return true
    case (_, nil): return false
    case (let x?, let y?):
      let order = VersionParts.compare(x, y)
      return order == 0 ? a.text < b.text : order < 0
    }
  }
}

extension VersionParts {
  /// Compares two versions: negative when `a` comes first, 0 when both are the same version.
  static func compare(_ a: Self, _ b: Self) -> Int {
    var result = order(a.epoch, b.epoch)
    if result == 0 { result = compare(a.release, b.release, order) }
    if result == 0 { result = order(a.preRank, b.preRank) }
    if result == 0 { result = order(a.pre?.number ?? .zero, b.pre?.number ?? .zero) }
    if result == 0 { result = order(a.post == nil ? 0 : 1, b.post == nil ? 0 : 1) }
    if result == 0 { result = order(a.post ?? .zero, b.post ?? .zero) }
    if result == 0 { result = order(a.dev == nil ? 1 : 0, b.dev == nil ? 1 : 0) }
    if result == 0 { result = order(a.dev ?? .zero, b.dev ?? .zero) }
    if result == 0 { result = order(a.local == nil ? 0 : 1, b.local == nil ? 0 : 1) }
    if result == 0 { result = compare(a.local ?? [], b.local ?? [], LocalSegment.compare) }
    return result
  }

  /// A development release of a final version comes before its alphas; a version without pre-release after them.
  private var preRank: Int {
    if let pre { return pre.phase.rawValue }
    return post == nil && dev != nil ? -1 : 3
  }

  private static func order<T: Comparable>(_ a: T, _ b: T) -> Int { a < b ? -1 : b < a ? 1 : 0 }

  private static func compare<T>(_ a: [T], _ b: [T], _ compareElements: (T, T) -> Int) -> Int {
    for (x, y) in zip(a, b) {
      let order = compareElements(x, y)
      if order != 0 { return order }
    }
    return order(a.count, b.count)
  }
}

extension VersionParts.LocalSegment {
  /// Numbers come after texts.
  static func compare(_ a: Self, _ b: Self) -> Int {
    switch (a, b) {
    case (.number(let x), .number(let y)): x < y ? -1 : y < x ? 1 : 0
    case (.text(let x), .text(let y)): x.lexicographicallyPrecedes(y) ? -1 : x == y ? 0 : 1
    case (.text, .number): -1
    case (.number, .text): 1
    }
  }
}
