import CTestSystem
import Glibc

/// A pipe, both ends closed on exec.
struct Pipe {
  let read: CInt
  let write: CInt

  init() throws {
    var ends: [CInt] = [0, 0]
    guard unsafe pipe2(&ends, O_CLOEXEC) == 0 else { throw SupportError("make a pipe", errno: errno) }
    (read, write) = (ends[0], ends[1])
  }
}

/// Starting and waiting for processes. Counterparts: `posix_spawnp`, `waitpid`.
enum Spawn {
  /// Starts a program with the given descriptors as its standard streams.
  static func start(
    _ executable: String, _ arguments: [String], environment: [String: String]?, directory: String?, streams: [CInt]
  ) throws -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    for (number, descriptor) in streams.enumerated() {
      unsafe posix_spawn_file_actions_adddup2(&actions, descriptor, CInt(number))
    }
    if let directory { unsafe posix_spawn_file_actions_addchdir_np(&actions, directory) }
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    // A parent that ignores or blocks SIGPIPE, as test runners do, must not hand that down.
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe posix_spawnattr_setsigmask(&attributes, &signals)
    for number in [SIGPIPE, SIGINT, SIGTERM, SIGHUP] { unsafe sigaddset(&signals, number) }
    unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
    var processID: pid_t = 0
    let status = unsafe withStrings([executable] + arguments) { arguments in
      guard let environment else {
        return unsafe posix_spawnp(&processID, executable, &actions, &attributes, arguments, environ)
      }
      return unsafe withStrings(environment.map { "\($0)=\($1)" }.sorted()) {
        unsafe posix_spawnp(&processID, executable, &actions, &attributes, arguments, $0)
      }
    }
    guard status == 0 else { throw SupportError("start \(executable)", errno: status) }
    return processID
  }

  /// Waits for the end of a child, once.
  static func wait(_ processID: pid_t) -> ExitStatus {
    var status: CInt = 0
    while unsafe waitpid(processID, &status, 0) < 0, errno == EINTR {}
    let number = status & 0x7f
    return number == 0 ? .code((status >> 8) & 0xff) : .signal(number)
  }

  /// Writes all bytes, or as many as a reader takes before it closes.
  static func writeAll(_ bytes: [UInt8], to descriptor: CInt) {
    // Safety: an empty or one-signal set is a plain value; the mask concerns this thread alone.
    var pipeSignal = sigset_t()
    unsafe sigemptyset(&pipeSignal)
    unsafe sigaddset(&pipeSignal, SIGPIPE)
    unsafe pthread_sigmask(SIG_BLOCK, &pipeSignal, nil)
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes[done...].withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      done += count
    }
  }

  /// Lends strings as a zero-terminated array of C strings.
  private static func withStrings<R>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> R
  ) -> R {
    // Safety: each string is copied by strdup, freed below after the last use; the array ends with nil as exec wants.
    var pointers = unsafe strings.map { unsafe strdup($0) }
    defer { unsafe pointers.forEach { unsafe free($0) } }
    unsafe pointers.append(nil)
    return unsafe pointers.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { preconditionFailure("the array has at least its end") }
      return unsafe body(base)
    }
  }
}
