import Glibc

/// What tells one state of a file from another: time of change, size, inode.
struct FileStamp: Equatable, Sendable {
  let seconds: Int
  let nanoseconds: Int
  let size: Int
  let inode: UInt

  /// Returns the stamp of a regular file; nil when there is none.
  init?(_ path: String) {
    var status = stat()
    guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    seconds = status.st_mtim.tv_sec
    nanoseconds = status.st_mtim.tv_nsec
    size = Int(status.st_size)
    inode = UInt(status.st_ino)
  }

  /// The entity tag made of it.
  func entityTag(generation: Int) -> String {
    let parts = [
      UInt(bitPattern: seconds), UInt(bitPattern: nanoseconds), UInt(bitPattern: size), UInt(bitPattern: generation),
    ]
    return "\"" + parts.map { String($0, radix: 16) }.joined(separator: "-") + "\""
  }

  /// The HTTP date (RFC 9110) of its time, moved by some seconds.
  func httpDate(plus seconds: Int) -> String { Self.httpDate(self.seconds + seconds) }

  static func httpDate(_ seconds: Int) -> String {
    let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let (days, time) = (seconds / 86400, seconds % 86400)
    let date = ISODate.date(days)
    return "\(weekdays[days % 7]), \(two(date.day)) \(months[date.month - 1]) \(date.year) "
      + "\(two(time / 3600)):\(two(time / 60 % 60)):\(two(time % 60)) GMT"
  }

  /// Reads a whole file; nil when it cannot be read.
  static func content(_ path: String) -> [UInt8]? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var content: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe read(descriptor, &piece, piece.count)
      guard count > 0 else { return count == 0 ? content : nil }
      content += piece[..<count]
    }
  }
}
