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

  /// A path as its parts; empty ones and `.` are left out.
  struct Path {
    let parts: [ArraySlice<UInt8>]
    let isAbsolute: Bool

    init(_ path: [UInt8]) {
      parts = path.split(separator: UInt8(ascii: "/")).filter { !$0.elementsEqual(".".utf8) }
      isAbsolute = path.first == UInt8(ascii: "/")
    }

    /// Whether it leaves the archive.
    var isUnsafe: Bool { isAbsolute || parts.contains { $0.elementsEqual("..".utf8) } }
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
