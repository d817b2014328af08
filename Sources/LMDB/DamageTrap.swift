import CLMDB
import Glibc

/// Ends the process with a sentence where damaged pages would end it with a signal.
///
/// LMDB believes its pages: in one that makes no sense an assertion fails (SIGABRT), an entry that claims to have
/// duplicates is SIGSEGV, and a file that was cut while it is mapped is SIGBUS. None can be turned into an error: the
/// process ends, at once and in order.
public enum DamageTrap {
  // Safety: written by `install` before any environment is opened, only read afterwards.
  nonisolated(unsafe) private static var text: UnsafeMutableBufferPointer<UInt8>?
  nonisolated(unsafe) private static var status: Int32 = 0

  /// Writes `message` to standard error and exits with `code` where LMDB would abort, or SIGBUS or SIGSEGV be raised.
  ///
  /// For programs, once, before the first environment is opened. Counterpart: `mdb_env_set_assert`, `signal`.
  public static func install(message: String, exitCode code: Int32) {
    let bytes = Array((message + "\n").utf8)
    // Safety: never freed: it must be there until the process ends.
    let kept = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
    _ = unsafe kept.initialize(from: bytes)
    unsafe text = kept
    unsafe status = code
    for number in [SIGBUS, SIGSEGV] { signal(number) { _ in DamageTrap.spring() } }
  }

  /// Lets LMDB's assertions of one environment end in the trap.
  static func watch(_ handle: OpaquePointer) {
    guard unsafe text != nil else { return }
    unsafe mdb_env_set_assert(handle) { _, _ in DamageTrap.spring() }
  }

  /// Only calls that are safe in a signal handler.
  private static func spring() {
    if let text = unsafe text { _ = unsafe write(2, text.baseAddress, text.count) }
    unsafe _exit(status)
  }
}
