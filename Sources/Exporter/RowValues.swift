import Digest
import WheelModel

/// One field on its way to a target, before it takes the target's form.
enum FieldValue {
  case null
  case text(String)
  case integer(Int64)
  case boolean(Bool)
  case time(Timestamp)
  case list([Text])
  /// The unique names of package rows, in order.
  case packageNames(PackageList)
  case document(DocumentState)

  init(_ text: Text?) { self = text.map { .text($0.string) } ?? .null }
  init(_ string: String?) { self = string.map { .text($0) } ?? .null }
  init(_ time: Timestamp?) { self = time.map { .time($0) } ?? .null }
  init(_ number: UInt64) { self = .integer(Int64(clamping: number)) }
}

/// The values of each table's rows, in the order of its columns: one mapping for all targets.
enum RowValues {
  static func release(_ release: Release, storeID: String) -> [FieldValue] {
    let repository = release.key.repository
    return [
      FieldValue(repository.product), FieldValue(repository.repository), FieldValue(release.key.tag),
      FieldValue(release.name), FieldValue(release.description), .time(release.createdAt),
      FieldValue(release.releasedAt), FieldValue(release.commit), .boolean(release.complete),
      FieldValue(release.sequence), .time(release.collectedAt), FieldValue(release.withdrawnAt),
      .list(release.artifactKeys), .text(storeID),
    ]
  }

  static func artifact(_ state: ArtifactState, storeID: String) -> [FieldValue] {
    let artifact = state.artifact
    let repository = artifact.id.repository
    var values: [FieldValue] = [
      FieldValue(repository.product), FieldValue(repository.repository), FieldValue(artifact.id.key),
      FieldValue(artifact.tag), FieldValue(artifact.commit), .text("wheels-collection"), .list([]),
      FieldValue(artifact.arch), .list([artifact.arch]), FieldValue(artifact.variant),
      FieldValue(artifact.rawVariant), FieldValue(artifact.series), .time(artifact.createdAt),
      .packageNames(state.packages), .list(artifact.dropKeys), FieldValue(artifact.asset.name),
      .text(artifact.asset.url), FieldValue(artifact.asset.size), .text(artifact.asset.sha256.hex),
      FieldValue(state.sequence), .time(state.collectedAt), FieldValue(state.withdrawnAt), .text(storeID),
    ]
    let documents = DocumentKind.allCases.map(state.document)
    values += documents.map { $0.map { FieldValue($0.byteCount) } ?? .null }
    values += documents.map { $0.map { .text($0.sha256.hex) } ?? .null }
    values += documents.map { $0.map { .document($0) } ?? .null }
    return values
  }

  static func drop(_ drop: Drop) -> [FieldValue] {
    [
      FieldValue(drop.product), FieldValue(drop.key), FieldValue(drop.name), FieldValue(drop.productVersion),
      .time(drop.createdAt),
    ]
  }
}
