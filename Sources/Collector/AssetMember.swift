/// The members of an asset that are read; all others are skipped.
enum AssetMember: Int, CaseIterable {
  case requirements, constraints, summary, graph

  /// What a member's path ends with, on whole parts.
  var path: String {
    switch self {
    case .requirements: "release/inputs/requirements.txt"
    case .constraints: "release/outputs/constraints.txt"
    case .summary: "release/outputs/build-sequence-summary.json"
    case .graph: "release/outputs/graph.json"
    }
  }

  /// A member's path that ends with the file name of a wanted one, as its parts; empty ones and `.` are left out.
  struct Path {
    let parts: [ArraySlice<UInt8>]
    let isAbsolute: Bool

    /// Nil, without taking any memory, for a path that can name no wanted member.
    init?(_ path: [UInt8]) {
      guard AssetMember.fileNames.contains(where: { Self.ends(path.span, with: $0.span) }) else { return nil }
      parts = path.split(separator: UInt8(ascii: "/")).filter { !$0.elementsEqual(".".utf8) }
      isAbsolute = path.first == UInt8(ascii: "/")
    }

    /// Whether it leaves the archive.
    var isUnsafe: Bool { isAbsolute || parts.contains { $0.elementsEqual("..".utf8) } }

    /// Whether a path ends with the bytes of a name, but for parts that are left out.
    private static func ends(_ path: Span<UInt8>, with name: Span<UInt8>) -> Bool {
      var end = path.count
      while end > 0, path[end - 1] == UInt8(ascii: "/") || isDot(path, end - 1) { end -= 1 }
      guard end >= name.count else { return false }
      for index in 0..<name.count where path[end - name.count + index] != name[index] { return false }
      return true
    }

    /// Whether a byte is a part `.` of its own.
    private static func isDot(_ path: Span<UInt8>, _ index: Int) -> Bool {
      path[index] == UInt8(ascii: ".") && (index == 0 || path[index - 1] == UInt8(ascii: "/"))
    }
  }

  /// The last part of each wanted path.
  private static let fileNames = allCases.map { member in
    Array((member.path.split(separator: "/").last ?? "").utf8)
  }

  /// Finds the wanted member that a path names; nil for all others.
  init?(_ path: Path) {
    guard let member = Self.allCases.first(where: { $0.isEnd(of: path) }) else { return nil }
    self = member
  }

  private func isEnd(of path: Path) -> Bool {
    let wanted = self.path.utf8.split(separator: UInt8(ascii: "/"))
    guard path.parts.count >= wanted.count else { return false }
    return zip(wanted.reversed(), path.parts.reversed()).allSatisfy { $0.elementsEqual($1) }
  }
}
