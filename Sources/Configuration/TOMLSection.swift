import WheelModel

/// One table of the configuration, read key by key; what was not asked for is an unknown key.
struct TOMLSection {
  /// The file's path, with the table's own where it is not the root.
  let place: String
  private let prefix: String
  private let members: [String: TOMLNode]
  private var known: [String] = []

  init(_ node: TOMLNode, file: String, prefix: String = "") throws(ConfigurationError) {
    guard case .table(let members) = node else {
      throw ConfigurationError(.value, at: file + ": " + prefix, "must be a table, not \(node.typeName)")
    }
    place = prefix.isEmpty ? file : file + ": " + prefix
    self.prefix = prefix
    self.members = members
    self.file = file
  }

  private let file: String

  /// Names a key with its path.
  func place(of key: String) -> String { file + ": " + (prefix.isEmpty ? key : prefix + "." + key) }

  private mutating func value(_ key: String) -> TOMLNode? {
    known.append(key)
    return members[key]
  }

  private func wrong(_ key: String, _ type: String, _ node: TOMLNode) -> ConfigurationError {
    ConfigurationError(.value, at: place(of: key), "must be \(type), not \(node.typeName)")
  }

  /// Reads a text, which must not be empty.
  mutating func string(_ key: String) throws(ConfigurationError) -> String? {
    guard let node = value(key) else { return nil }
    guard case .string(let text) = node else { throw wrong(key, "a string", node) }
    guard !text.isEmpty else { throw ConfigurationError(.value, at: place(of: key), "must not be empty") }
    return text
  }

  /// Reads a number of at least 1.
  mutating func count(_ key: String) throws(ConfigurationError) -> Int? {
    guard let node = value(key) else { return nil }
    guard case .integer(let number) = node else { throw wrong(key, "an integer", node) }
    guard number >= 1 else { throw ConfigurationError(.value, at: place(of: key), "must be at least 1") }
    return number
  }

  /// Reads a text or a number, as text.
  mutating func stringOrNumber(_ key: String) throws(ConfigurationError) -> String? {
    if case .integer(let number)? = members[key] {
      known.append(key)
      return String(number)
    }
    return try string(key)
  }

  /// Reads true or false.
  mutating func boolean(_ key: String) throws(ConfigurationError) -> Bool? {
    guard let node = value(key) else { return nil }
    guard case .boolean(let flag) = node else { throw wrong(key, "true or false", node) }
    return flag
  }

  /// Reads a list of texts.
  mutating func strings(_ key: String) throws(ConfigurationError) -> [String]? {
    guard let node = value(key) else { return nil }
    guard case .array(let nodes) = node else { throw wrong(key, "an array of strings", node) }
    var texts: [String] = []
    for node in nodes {
      guard case .string(let text) = node, !text.isEmpty else { throw wrong(key, "an array of strings", .array(nodes)) }
      texts.append(text)
    }
    return texts
  }

  /// Reads a table.
  mutating func table(_ key: String) throws(ConfigurationError) -> TOMLSection? {
    guard let node = value(key) else { return nil }
    return try TOMLSection(node, file: file, prefix: prefix.isEmpty ? key : prefix + "." + key)
  }

  /// Reads an array of tables.
  mutating func tables(_ key: String) throws(ConfigurationError) -> [TOMLSection] {
    guard let node = value(key) else { return [] }
    guard case .array(let nodes) = node else { throw wrong(key, "an array of tables, [[\(key)]]", node) }
    var sections: [TOMLSection] = []
    for (index, node) in nodes.enumerated() {
      let path = (prefix.isEmpty ? key : prefix + "." + key) + "[\(index)]"
      sections.append(try TOMLSection(node, file: file, prefix: path))
    }
    return sections
  }

  /// Refuses all keys but some, naming the nearest of these: before a misspelt table makes another look wrong.
  func refuse(allBut known: [String]) throws(ConfigurationError) {
    var section = self
    section.known = known
    try section.end()
  }

  /// Refuses keys that were not asked for, naming the nearest that was.
  func end() throws(ConfigurationError) {
    guard let unknown = members.keys.sorted().first(where: { !known.contains($0) }) else { return }
    throw ConfigurationError(
      .unknownKey, at: place(of: SafeText.escape(unknown)), "unknown key",
      hint: Nearest.key(to: unknown, among: known).map { "did you mean `\($0)`?" })
  }
}
