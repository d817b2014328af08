import CLMDB
import Glibc

/// Ends the process with a sentence where damaged pages would end it with a signal.
///
/// LMDB believes its pages: in one that makes no sense an assertion fails (SIGABRT), an entry that claims to have
/// duplicates is SIGSEGV, and a file that was cut while it is mapped is SIGBUS. None can be turned into an error: the
/// process ends, at once and in order. A SIGSEGV outside of LMDB's own code is a defect of the program: it says so, and
/// ends the process as if nobody had caught it.
public enum DamageTrap {
  // Safety: written by `install` before any environment is opened, only read afterwards.
  nonisolated(unsafe) private static var text: UnsafeMutableBufferPointer<UInt8>?
  nonisolated(unsafe) private static var status: Int32 = 0
  nonisolated(unsafe) private static var library = wheelspool_code()

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
    unsafe library = wheelspool_lmdb_code()
    signal(SIGBUS) { _ in DamageTrap.spring() }
    var action = sigaction()
    action.sa_flags = SA_SIGINFO
    unsafe action.__sigaction_handler.sa_sigaction = { _, _, context in
      let place = unsafe wheelspool_interrupted(context)
      // Where the place cannot be told, damage is the likelier cause by far.
      let isInside = unsafe (DamageTrap.library.start..<DamageTrap.library.end).contains(place)
      if place == 0 || isInside { DamageTrap.spring() }
      DamageTrap.defect.withUTF8Buffer { text in _ = unsafe write(2, text.baseAddress, text.count) }
      // The instruction is run again, and then ends the process.
      signal(SIGSEGV, SIG_DFL)
    }
    unsafe sigaction(SIGSEGV, &action, nil)
  }

  private static let defect: StaticString =
    "wheelspool: error: the program itself is at fault (SIGSEGV): please report it; the store is as its last commit left it\n"

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
