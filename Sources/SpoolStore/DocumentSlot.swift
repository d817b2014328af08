import WheelModel

/// What a document is to its artifact: one of the three public kinds, or its package rows.
enum DocumentSlot: UInt8, CaseIterable, Sendable {
  case constraintsFile = 1
  case buildSequenceSummary = 2
  case dependencyGraph = 3
  case packages = 4

  init(_ kind: DocumentKind) {
    switch kind {
    case .constraintsFile: self = .constraintsFile
    case .buildSequenceSummary: self = .buildSequenceSummary
    case .dependencyGraph: self = .dependencyGraph
    }
  }

  /// The public kind; nil for package rows.
  var kind: DocumentKind? { DocumentKind(rawValue: rawValue) }

  /// The name in messages.
  var name: String { kind?.name ?? "packages" }
}
