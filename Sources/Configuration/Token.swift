import Glibc
import WheelModel

/// A token: no description, no mirror and no interpolation shows it.
public struct Token: Equatable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The token itself, to be put into a header and nowhere else.
  public let secretBytes: [UInt8]

  /// The most bytes of a token.
  public static let maximumBytes = 4096

  /// Checks and wraps a token; `place` names where it came from.
  ///
  /// Every byte must be printable ASCII (0x21–0x7e): others would end the header or begin another one.
  public init(_ bytes: [UInt8], from place: String) throws(ConfigurationError) {
    guard !bytes.isEmpty else { throw ConfigurationError(.token, at: place, "holds no token") }
    guard bytes.count <= Self.maximumBytes else {
      throw ConfigurationError(.token, at: place, "holds more than \(Self.maximumBytes) bytes")
    }
    guard bytes.allSatisfy({ (0x21...0x7e).contains($0) }) else {
      throw ConfigurationError(.token, at: place, "holds a byte that no token has: white space, control or not ASCII")
    }
    secretBytes = bytes
  }

  /// Always the same.
  public var description: String { "(token)" }
  /// Always the same.
  public var debugDescription: String { description }
  /// A mirror without children.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// Where a token comes from.
public enum TokenSource: Equatable, Sendable {
  /// A variable of the environment, which must be set.
  case environment(String)
  /// A variable of the environment, which may be unset.
  case optionalEnvironment(String)
  /// A file that nobody but its owner may read.
  case file(String)

  /// Gets the token; nil when it may be absent and is.
  ///
  /// One newline at the end of a file is dropped. Throws `E_CONFIG_TOKEN` for a file that others can read, for an unset
  /// variable, for bytes that no token has.
  public func load(environment: [String: String]) throws(ConfigurationError) -> Token? {
    switch self {
    case .environment(let name):
      guard let value = environment[name] else {
        // In capitals it is a name; anything else might be a token, which no message shows.
        let isPlain = name == name.uppercased() && name.utf8.count <= 64
        throw ConfigurationError(
          .token, at: "gitlab.token-env",
          "the environment has no " + (isPlain ? SafeText.escape(name) : "variable of the name that stands there"),
          hint: "export it, or use token-file")
      }
      return try Token(Array(value.utf8), from: "environment variable \(SafeText.escape(name))")
    case .optionalEnvironment(let name):
      guard let value = environment[name], !value.isEmpty else { return nil }
      return try Token(Array(value.utf8), from: "environment variable \(SafeText.escape(name))")
    case .file(let path):
      let read = try SmallFile.read(path, limit: Token.maximumBytes + 2) { mode throws(ConfigurationError) in
        guard mode & 0o077 == 0 else {
          throw ConfigurationError(
            .token, at: path, "the token's file is open to its group or to others", hint: "chmod 600 \(path)")
        }
      }
      guard var bytes = read else { throw ConfigurationError(.token, at: path, "there is no such file") }
      if bytes.last == UInt8(ascii: "\n") {
        bytes.removeLast()
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
      }
      return try Token(bytes, from: path)
    }
  }
}
