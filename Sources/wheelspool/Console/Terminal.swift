import CPosix
import Glibc

/// What is known of the terminal behind a file descriptor.
struct Terminal {
  /// Whether there is one.
  let isTerminal: Bool
  let columns: Int
  let rows: Int

  init(descriptor: Int32) {
    isTerminal = isatty(descriptor) == 1
    var (columns, rows): (UInt16, UInt16) = (0, 0)
    let isKnown = unsafe isTerminal && wheelspool_terminal_size(descriptor, &columns, &rows) == 0
    self.columns = isKnown && columns > 0 ? Int(columns) : 80
    self.rows = isKnown && rows > 0 ? Int(rows) : 24
  }

  /// Whether colours may be used: on a terminal that is not dumb, unless `NO_COLOR` is set.
  var allowsColours: Bool {
    isTerminal && (Environment["NO_COLOR"] ?? "").isEmpty && Environment["TERM"] != "dumb"
  }
}

/// The environment's variables.
enum Environment {
  static subscript(_ name: String) -> String? {
    // Safety: the text is copied at once; nothing here changes the environment.
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }

  /// All variables.
  static var all: [String: String] {
    var result: [String: String] = [:]
    // Safety: environ ends with a null pointer; nothing here changes the environment.
    var entry = unsafe environ
    while let text = unsafe entry.pointee {
      let pair = unsafe String(cString: text)
      if let sign = pair.utf8.firstIndex(of: UInt8(ascii: "=")) {
        result[String(pair[..<sign])] = String(pair[pair.utf8.index(after: sign)...])
      }
      unsafe entry += 1
    }
    return result
  }
}
