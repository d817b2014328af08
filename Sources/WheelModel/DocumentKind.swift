/// The kinds of document an artifact can carry.
public enum DocumentKind: UInt8, CaseIterable, Sendable, Comparable {
  /// `{"main":[…],"all":[…]}` of requirements and constraints; every artifact has one.
  case constraintsFile = 1
  /// The build's sequence: a compact JSON array of objects.
  case buildSequenceSummary = 2
  /// The dependency graph, byte for byte as upstream wrote it.
  case dependencyGraph = 3

  /// The name in output, tables and on the command line.
  public var name: String {
    switch self {
    case .constraintsFile: "constraints_file"
    case .buildSequenceSummary: "build_sequence_summary"
    case .dependencyGraph: "dependency_graph"
    }
  }

  /// Finds a kind by its name.
  public init?(name: some StringProtocol) {
    guard let kind = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = kind
  }

  /// Orders as the columns stand.
  public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}
