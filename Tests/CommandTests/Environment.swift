import Glibc

/// The tests' own environment.
enum Environment {
  /// Whether a variable is set.
  static func has(_ name: String) -> Bool { unsafe getenv(name) != nil }
}
