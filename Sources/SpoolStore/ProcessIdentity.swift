import Glibc

/// This process.
enum ProcessIdentity {
  /// Its number. Counterpart: `getpid`.
  static var pid: Int32 { getpid() }
}
