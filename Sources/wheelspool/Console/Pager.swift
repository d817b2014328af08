import CPosix
import Glibc
import Inspector

/// Shows long answers on a terminal through a pager, short ones directly, as git does.
///
/// `$WHEELSPOOL_PAGER`, else `$PAGER`, else `less`; an empty text or `cat` means none. `less` gets `LESS=FRX` unless it is set.
final class Pager: ByteOutput {
  private let rows: Int
  private let direct = FileOutput(descriptor: 1)
  private var held: [UInt8] = []
  private var lines = 0
  private var isDirect = false
  private var process: (pid: pid_t, input: FileOutput, descriptor: Int32)?

  init(rows: Int) { self.rows = rows }

  func write(_ bytes: Span<UInt8>) throws(OutputError) {
    if let process { return try process.input.write(bytes) }
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
  func finish() {
    if !held.isEmpty { try? direct.write(held.span) }
    held = []
    guard let process else { return }
    close(process.descriptor)
    _ = Child.wait(process.pid)
    self.process = nil
    signal(SIGINT, SIG_DFL)
    signal(SIGQUIT, SIG_DFL)
  }

  private func start() {
    let command = Environment["WHEELSPOOL_PAGER"] ?? Environment["PAGER"] ?? "less"
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
}
