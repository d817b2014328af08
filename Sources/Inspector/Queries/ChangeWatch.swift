import SpoolStore
import WheelModel

/// A release's key in 64 bits: two that are mistaken for each other cost a needless error, nothing worse.
struct ReleaseMark: Hashable {
  private var value: UInt64 = 0xcbf2_9ce4_8422_2325

  /// Stands for a thing that never changes.
  init() {}

  init(_ key: ReleaseKey) {
    add(key.repository.product.utf8.span)
    add(key.repository.repository.utf8.span)
    add(key.tag.utf8.span)
  }

  init(_ view: ArtifactView) {
    for field in [.product, .repository, .tag] as [ArtifactView.Field] { view.withBytes(of: field) { add($0) } }
  }

  init(_ view: ReleaseView) {
    for field in [.product, .repository, .tag] as [ReleaseView.Field] { view.withBytes(of: field) { add($0) } }
  }

  /// FNV-1a, a byte that no text has at the end.
  private mutating func add(_ text: Span<UInt8>) {
    for index in text.indices { value = (value ^ UInt64(text[index])) &* 0x100_0000_01b3 }
    value = (value ^ 0xff) &* 0x100_0000_01b3
  }
}

/// Remembers which releases a list has shown, and which changed since it began.
struct ChangeWatch {
  private var sequence: UInt64?
  private var written: Set<ReleaseMark> = []
  private var last: ReleaseMark?
  private var changed: Set<ReleaseMark> = []

  /// Looks at the log's entries since the last snapshot.
  ///
  /// Throws `InspectorError` (`.changed`) when one is of a release that has been shown.
  mutating func begin(_ snapshot: borrowing Snapshot) throws {
    let now = try snapshot.sequence
    defer { sequence = now }
    guard var seen = sequence else { return }
    while seen < now {
      let entries = try snapshot.log(after: seen, limit: 1024)
      guard let end = entries.last else { return }
      for entry in entries {
        let mark = ReleaseMark(entry.release)
        changed.insert(mark)
        guard written.contains(mark) else { continue }
        throw InspectorError(
          .changed, "release \(SafeText.escape(entry.release.tag))",
          cause: "it was replaced while the list was being written", hint: "run the command again")
      }
      seen = end.sequence
    }
  }

  mutating func noteWritten(_ release: ReleaseMark) {
    // The artifacts of a release mostly follow each other.
    if release == last { return }
    last = release
    written.insert(release)
  }

  func isChanged(_ release: ReleaseMark) -> Bool { !changed.isEmpty && changed.contains(release) }
}
