import TOMLKit

/// A value of a TOML document, copied out of the parser. The only file that knows the parser.
enum TOMLNode: Equatable {
  case table([String: TOMLNode])
  case array([TOMLNode])
  case string(String)
  case integer(Int)
  case boolean(Bool)
  /// A type that no setting has, by its name.
  case other(String)

  /// The type's name.
  var typeName: String {
    switch self {
    case .table: "a table"
    case .array: "an array"
    case .string: "a string"
    case .integer: "an integer"
    case .boolean: "a boolean"
    case .other(let name): "a " + name
    }
  }

  /// Parses a document. Throws `E_CONFIG_SYNTAX` with line and column.
  static func parse(_ text: String, path: String) throws(ConfigurationError) -> TOMLNode {
    // The parser hands out C strings: a NUL would silently end them.
    for escape in ["\\u0000", "\\U00000000", "\0"] where text.contains(escape) {
      throw ConfigurationError(.syntax, at: path, "holds a NUL character")
    }
    do throws(TOMLShape.Fault) {
      try TOMLShape.check(text)
    } catch {
      throw ConfigurationError(.syntax, at: "\(path): line \(error.line)", error.cause)
    }
    do {
      let root = try TOMLTable(string: text)
      // The tables below are views into the root.
      return withExtendedLifetime(root) { copy(root) }
    } catch let error as TOMLParseError {
      let begin = error.source.begin
      throw ConfigurationError(.syntax, at: "\(path): line \(begin.line), column \(begin.column)", error.description)
    } catch {
      throw ConfigurationError(.syntax, at: path, "is not TOML")
    }
  }

  private static func copy(_ table: TOMLTable) -> TOMLNode {
    var members: [String: TOMLNode] = [:]
    for key in table.keys {
      if let value = table[key] { members[key] = copy(value) }
    }
    return .table(members)
  }

  private static func copy(_ value: any TOMLValueConvertible) -> TOMLNode {
    switch value.type {
    case .table: value.table.map { copy($0) } ?? .other("table")
    case .array: value.array.map { array in .array(array.map { copy($0) }) } ?? .other("array")
    case .string: value.string.map { .string($0) } ?? .other("string")
    case .int: value.int.map { .integer($0) } ?? .other("integer")
    case .bool: value.bool.map { .boolean($0) } ?? .other("boolean")
    case .double, .date, .time, .dateTime: .other(value.type.description)
    }
  }
}
