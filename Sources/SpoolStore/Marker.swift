/// The text file `STORE` that makes a directory a store: three lines, `wheelspool store`, `format N`, `id UUID`.
struct Marker: Equatable, Sendable {
  /// The format that this program writes and reads.
  static let format = 1
  static let fileName = "STORE"
  /// No marker is longer than this.
  static let longest = 4096

  var format = Marker.format
  var id: StoreID

  var text: String { "wheelspool store\nformat \(format)\nid \(id)\n" }

  /// Reads a marker; throws `notAStore` for other text and `newerFormat` for a newer one.
  static func parse(_ bytes: [UInt8], path: String) throws(StoreError) -> Marker {
    let lines = bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    func value(_ name: String) -> String? {
      lines.dropFirst().first { $0.hasPrefix(name + " ") }.map { String($0.dropFirst(name.utf8.count + 1)) }
    }
    guard lines.first == "wheelspool store", let format = value("format").flatMap({ Int($0) }) else {
      throw StoreError(
        .unusable, .notAStore, operation: "open \(path)", cause: "the file STORE is not that of a store",
        hint: "name the right directory, or restore the file from a backup")
    }
    guard format <= Marker.format else { throw newer(format, path: path) }
    guard format >= 1, let id = value("id").flatMap({ StoreID($0) }) else {
      throw StoreError(
        .unusable, .damaged, operation: "open \(path)", cause: "the file STORE is damaged",
        hint: "restore the file from a backup")
    }
    return Marker(format: format, id: id)
  }

  static func newer(_ format: Int, path: String) -> StoreError {
    StoreError(
      .unusable, .newerFormat, operation: "open \(path)",
      cause: "the store has format \(format), this program knows formats up to \(Marker.format)",
      hint: "use a newer wheelspool")
  }
}
