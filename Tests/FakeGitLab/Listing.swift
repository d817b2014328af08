import Threads

/// The releases of one project, each as the text that is served.
final class Listing: Sendable {
  /// The rows in the order of the file.
  let rows: [Row]
  /// The asset files by the decoded path that links name them by, relative to the root of the tree.
  let files: [String: String]
  /// The file as it is, when it is not an array of objects: served so on every page.
  let malformed: [UInt8]?
  private let orders = Lock<[Order: [Int]]>([:])
  private let guestRows = Lock<[Int: [UInt8]]>([:])

  /// One release.
  struct Row: Sendable {
    let tag: String
    let createdAt: Int
    let releasedAt: Int
    let bytes: [UInt8]
    let hash: UInt64
  }

  /// An order of rows.
  struct Order: Hashable, Sendable {
    let byCreation: Bool
    let isAscending: Bool
  }

  init(_ content: [UInt8], directory: String, origins: Tree.Origins) {
    guard let elements = try? JSONReader.elements(content) else {
      (rows, files, malformed) = ([], [:], content)
      return
    }
    malformed = nil
    var files: [String: String] = [:]
    let needles = [
      (Array(Tree.Origins.writtenAPI.utf8), Array(origins.api.utf8)),
      (Array(Tree.Origins.writtenStorage.utf8), Array(origins.storage.utf8)),
    ]
    rows = elements.map { element in
      let tag = element.value["tag_name"]?.text ?? ""
      for link in element.value["assets"]?["links"]?.elements ?? [] {
        guard let url = link["url"]?.text, url.hasPrefix(Tree.Origins.writtenAPI) else { continue }
        let path = PercentCoding.decode(url.dropFirst(Tree.Origins.writtenAPI.count).prefix { $0 != "?" && $0 != "#" })
        let name = path.split(separator: "/").last ?? ""
        files[path] = "\(directory)/\(Self.directoryName(tag))/\(name)"
      }
      let bytes = Self.replace(needles, in: content[element.range])
      return Row(
        tag: tag, createdAt: ISODate.milliseconds(element.value["created_at"]?.text ?? ""),
        releasedAt: ISODate.milliseconds(element.value["released_at"]?.text ?? ""), bytes: bytes, hash: Self.hash(bytes)
      )
    }
    self.files = files
  }

  /// Returns the indexes of all rows in an order; equal dates stay as in the file.
  func indexes(_ order: Order) -> [Int] {
    orders.withLock { orders in
      if let known = orders[order] { return known }
      let key: (Int) -> Int = { order.byCreation ? self.rows[$0].createdAt : self.rows[$0].releasedAt }
      let sorted = rows.indices.sorted { a, b in
        let (first, second) = order.isAscending ? (key(a), key(b)) : (key(b), key(a))
        return first != second ? first < second : a < b
      }
      orders[order] = sorted
      return sorted
    }
  }

  /// Returns ordered indexes with those of equal dates in the opposite order.
  func turningTies(_ indexes: [Int], _ order: Order) -> [Int] {
    let key: (Int) -> Int = { order.byCreation ? self.rows[$0].createdAt : self.rows[$0].releasedAt }
    var (result, ties): ([Int], [Int]) = ([], [])
    for index in indexes {
      if let tie = ties.first, key(tie) != key(index) {
        result += ties.reversed()
        ties = []
      }
      ties.append(index)
    }
    return result + ties.reversed()
  }

  /// Returns a row as a reader without access to the code gets it.
  func guestRow(_ index: Int) -> [UInt8] {
    guestRows.withLock { known in
      if let row = known[index] { return row }
      let names: Set<String> = ["tag_name", "commit", "commit_path", "tag_path", "evidences"]
      let row = (try? JSONReader.object(rows[index].bytes, without: names)) ?? rows[index].bytes
      known[index] = row
      return row
    }
  }

  /// The name of a tag's directory: `/` cannot be in one.
  static func directoryName(_ tag: String) -> String {
    tag.split(separator: "/", omittingEmptySubsequences: false).joined(separator: "%2F")
  }

  private static func replace(_ needles: [(from: [UInt8], to: [UInt8])], in text: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var at = text.startIndex
    while at < text.endIndex {
      if text[at] == UInt8(ascii: "h"), let needle = needles.first(where: { text[at...].starts(with: $0.from) }) {
        result += needle.to
        at += needle.from.count
      } else {
        result.append(text[at])
        at += 1
      }
    }
    return result
  }

  /// FNV-1a, 64 bits.
  static func hash(_ bytes: some Sequence<UInt8>, seed: UInt64 = 0xcbf2_9ce4_8422_2325) -> UInt64 {
    var hash = seed
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return hash
  }
}
