import CPosix
import Glibc
import Inspector

/// Shows long answers on a terminal through a pager, short ones directly, as git does.
///
/// `$WHEELSPOOL_PAGER`, else `$PAGER`, else `less` where it is installed; an empty text or `cat` means none. `less` gets
/// `LESS=FRX` unless it is set. What a pager that cannot be run leaves unread is written directly.
final class Pager: ByteOutput {
  /// What a pipe takes in without a reader: who has been sent more has read some of it.
  private static let pipeBytes = 64 << 10

  private let rows: Int
  private let direct = FileOutput(descriptor: 1)
  /// Bytes that wait for the decision; then those that the pager may not have read.
  private var held: [UInt8] = []
  /// How much the pager was sent, as long as that matters.
  private var sent = 0
  private var lines = 0
  private var isDirect = false
  private var process: (pid: pid_t, input: FileOutput, descriptor: Int32)?

  init(rows: Int) { self.rows = rows }

  func write(_ bytes: Span<UInt8>) throws(OutputError) {
    if let process { return try send(bytes, to: process.input) }
    if isDirect { return try direct.write(bytes) }
    for index in bytes.indices {
      held.append(bytes[index])
      if bytes[index] == UInt8(ascii: "\n") { lines += 1 }
    }
    guard lines >= rows else { return }
    start()
    isDirect = process == nil
    let all = held
    held = []
    try write(all.span)
  }

  /// Writes what is held and waits until the pager is left.
  func finish() throws(OutputError) {
    if process != nil, hasRun() { return }
    let rest = held
    held = []
    try direct.write(rest.span)
  }

  private func send(_ bytes: Span<UInt8>, to input: FileOutput) throws(OutputError) {
    do throws(OutputError) {
      try input.write(bytes)
    } catch {
      guard error.isClosed, !hasRun() else { throw error }
      isDirect = true
      let unread = held
      held = []
      try direct.write(unread.span)
      return try direct.write(bytes)
    }
    guard sent <= Self.pipeBytes else { return }
    sent += bytes.count
    if sent > Self.pipeBytes { return held = [] }
    for index in bytes.indices { held.append(bytes[index]) }
  }

  /// Waits for the pager to end. Returns false when the shell could not run it: what is held is then unread.
  private func hasRun() -> Bool {
    guard let process else { return false }
    close(process.descriptor)
    let status = Child.wait(process.pid)
    self.process = nil
    signal(SIGINT, SIG_DFL)
    signal(SIGQUIT, SIG_DFL)
    // The shell's own: 126 for what it may not run, 127 for what it does not find.
    let isMissing = (status == 126 || status == 127) && sent <= Self.pipeBytes
    if !isMissing { held = [] }
    return !isMissing
  }

  private func start() {
    guard let command = Environment["WHEELSPOOL_PAGER"] ?? Environment["PAGER"] ?? Self.installed("less") else {
      return
    }
    if command.isEmpty || command == "cat" { return }
    if Environment["LESS"] == nil { unsafe setenv("LESS", "FRX", 1) }
    var ends: [Int32] = [-1, -1]
    guard unsafe wheelspool_pipe(&ends) == 0 else { return }
    defer { close(ends[0]) }
    guard let pid = Child.spawn("/bin/sh", ["sh", "-c", command], input: ends[0]) else {
      close(ends[1])
      return
    }
    process = (pid, FileOutput(descriptor: ends[1]), ends[1])
    // An interrupt from the keyboard is the pager's: leaving it alone on the terminal would spoil both.
    signal(SIGINT, SIG_IGN)
    signal(SIGQUIT, SIG_IGN)
  }

  /// The name of a program when the shell will find it.
  private static func installed(_ name: String) -> String? {
    let folders = (Environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":", omittingEmptySubsequences: false)
    return folders.contains { unsafe access(($0.isEmpty ? "." : $0) + "/" + name, X_OK) == 0 } ? name : nil
  }
}
