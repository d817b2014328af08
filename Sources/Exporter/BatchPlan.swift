import WheelModel

/// One release that a batch is to bring up to date, as it was when the batch was planned.
struct PlannedRelease: Sendable {
  var key: ReleaseKey
  /// The change that the plan saw; a later one makes the plan void.
  var sequence: UInt64
  var artifactKeys: [Text]
  var rawBytes: UInt64
  var packageRows: UInt64 = 0
  /// Whether the target is to lose the release instead.
  var isDeletion = false
}

/// One product's watermark, to be moved by compare-and-set.
struct WatermarkMove: Sendable {
  var product: Text
  /// What must be there; nil for no row.
  var from: Watermark?
  var to: Watermark
}

/// What one transaction of the target does.
struct BatchPlan: Sendable {
  var releases: [PlannedRelease] = []
  var moves: [WatermarkMove] = []
  /// The log position that is reached.
  var position: UInt64 = 0
  /// Whether each value is tried by itself, because the target refused one of this release.
  var isCareful = false
  /// Whether it mends what is there, and leaves the watermarks where they are.
  var isMending = false

  /// The repositories touched, in order, each once.
  var repositories: [RepositoryKey] { Array(Set(releases.map(\.key.repository))).sorted() }

  /// The artifact keys of each repository.
  var artifactKeys: [RepositoryKey: [Text]] {
    Dictionary(grouping: releases, by: \.key.repository).mapValues { $0.flatMap(\.artifactKeys) }
  }
}

/// What a target knows of one product of one store.
struct TargetMark: Sendable, Equatable {
  var watermark: Watermark
  /// Whether rows that the store does not have are to be removed at the end of the next pass.
  var needsSweep: Bool
}

/// What a target has taken in with one batch.
struct BatchResult {
  var artifacts = 0
  var packageRows = 0
  var documentBytes: UInt64 = 0
  var issues: [ExportIssue] = []
}
