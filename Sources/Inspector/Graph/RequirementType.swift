/// Why one package is in a graph because of another.
public enum RequirementType: UInt8, CaseIterable, Sendable {
  /// Asked for by name.
  case toplevel
  /// Needed at run time.
  case install
  /// Needed to build, by `pyproject.toml`.
  case buildSystem
  /// Needed to build, by the build backend's hooks.
  case buildBackend
  /// Needed to make the source distribution.
  case buildSdist

  /// The name in graph.json and on the command line.
  public var name: String {
    switch self {
    case .toplevel: "toplevel"
    case .install: "install"
    case .buildSystem: "build-system"
    case .buildBackend: "build-backend"
    case .buildSdist: "build-sdist"
    }
  }

  /// Finds a type by its name.
  public init?(name: some StringProtocol) {
    guard let type = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = type
  }

  /// Whether the requirement is one of building only.
  public var isBuild: Bool { self != .toplevel && self != .install }
}
