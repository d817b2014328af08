import Glibc
import Threads

/// A child process with its own standard streams, started directly: no shell that could outlive a kill.
///
/// Both outputs are read by threads of their own up to a limit. Ends with the object: a child still running is killed.
/// Time limits are those of a plain build: under a sanitizer they are `Sanitizer.timeFactor` times as long.
public final class RunningProcess: Sendable {
  /// The child's process id.
  public let processID: CInt
  private let input: Lock<CInt?>
  private let outputs: Lock<Outputs>
  private let exit = Lock<ExitStatus?>(nil)

  private struct Outputs {
    var out: [UInt8] = []
    var error: [UInt8] = []
    var open = 2
  }

  /// Starts `executable` (a path, or a name looked for in `PATH`) with `arguments`.
  ///
  /// `environment` replaces the parent's wholly when given. Standard input stays open until `closeInput` unless `input` is given.
  /// At most `outputLimit` bytes of each output are kept; the rest is read and dropped.
  public init(
    _ executable: String, _ arguments: [String] = [], environment: [String: String]? = nil, directory: String? = nil,
    input: [UInt8]? = nil, outputLimit: Int = 64 << 20
  ) throws {
    let pipes = try (0..<3).map { _ in try Pipe() }
    processID = try Spawn.start(
      executable, arguments, environment: environment, directory: directory,
      streams: [pipes[0].read, pipes[1].write, pipes[2].write])
    for descriptor in [pipes[0].read, pipes[1].write, pipes[2].write] { close(descriptor) }
    self.input = Lock(pipes[0].write)
    let outputs = Lock(Outputs())
    self.outputs = outputs
    for (stream, descriptor) in [(1, pipes[1].read), (2, pipes[2].read)] {
      _ = Thread(stackBytes: 1 << 18) {
        Self.drain(descriptor) { piece in
          outputs.withLock { outputs in
            if stream == 1, outputs.out.count < outputLimit {
              outputs.out.append(contentsOf: piece.prefix(outputLimit - outputs.out.count))
            } else if stream == 2, outputs.error.count < outputLimit {
              outputs.error.append(contentsOf: piece.prefix(outputLimit - outputs.error.count))
            }
          }
        }
        outputs.withLock { $0.open -= 1 }
      }
    }
    let (exit, processID) = (exit, processID)
    _ = Thread(stackBytes: 1 << 18) {
      let status = Spawn.wait(processID)
      exit.withLock { $0 = status }
    }
    if let input {
      // A thread of its own, or a child that writes before it reads all of it would wait for ever.
      let stream = self.input
      _ = Thread(stackBytes: 1 << 18) {
        if let descriptor = stream.withLock({ descriptor in
          let taken = descriptor
          descriptor = nil
          return taken
        }) {
          Spawn.writeAll(input, to: descriptor)
          close(descriptor)
        }
      }
    }
  }

  deinit {
    if exit.withLock({ $0 }) == nil { kill(processID, SIGKILL) }
    closeInput()
  }

  /// Sends bytes to the child's standard input, waiting until it takes them; lost when it has closed it.
  public func write(_ bytes: [UInt8]) {
    if let descriptor = input.withLock({ $0 }) { Spawn.writeAll(bytes, to: descriptor) }
  }

  /// Ends the child's standard input.
  public func closeInput() {
    input.withLock { descriptor in
      if let open = descriptor { close(open) }
      descriptor = nil
    }
  }

  /// Sends a signal, unless the child has ended.
  public func signal(_ number: CInt) {
    exit.withLock { status in
      if status == nil { kill(processID, number) }
    }
  }

  /// Waits until `body` returns something for what the child has written so far; nil when `timeout` (seconds) passes or it has ended without.
  public func waitForOutput<R>(timeout: Double = 30, _ body: (_ out: [UInt8], _ error: [UInt8]) -> R?) -> R? {
    let found: R?? = outputs.wait(timeout: timeout * Double(Sanitizer.timeFactor)) { outputs in
      if let result = body(outputs.out, outputs.error) { return .some(result) }
      return outputs.open == 0 ? .some(nil) : nil
    }
    return found ?? nil
  }

  /// Waits for the first line of standard output that has this prefix, and returns what follows it.
  public func line(startingWith prefix: String, timeout: Double = 30) throws -> String {
    let line = waitForOutput(timeout: timeout) { out, _ in
      let complete = out.prefix((out.lastIndex(of: 10) ?? -1) + 1)
      return complete.split(separator: 10).map { String(decoding: $0, as: UTF8.self) }.first { $0.hasPrefix(prefix) }
    }
    guard let line else { throw SupportError("wait for a line \(prefix)…", "it did not come in time") }
    return String(line.dropFirst(prefix.count))
  }

  /// Waits until the child has ended and both outputs are read. After `timeout` seconds the child is killed and an error thrown.
  public func wait(timeout: Double = 60) throws -> ProcessResult {
    let timeout = timeout * Double(Sanitizer.timeFactor)
    let status = exit.wait(timeout: timeout) { $0 }
    guard let status else {
      kill(processID, SIGKILL)
      let error = outputs.withLock { String(decoding: $0.error.suffix(2000), as: UTF8.self) }
      throw SupportError(
        "wait for process \(processID)", "still running after \(timeout) s; its error output ends: \(error)")
    }
    // A grandchild may hold the pipes open: what has come within a second is what there is.
    _ = outputs.wait(timeout: Double(Sanitizer.timeFactor)) { $0.open == 0 ? true : nil }
    return outputs.withLock { ProcessResult(status: status, output: $0.out, errorOutput: $0.error) }
  }

  private static func drain(_ descriptor: CInt, _ take: (ArraySlice<UInt8>) -> Void) {
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe Glibc.read(descriptor, &piece, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      take(piece[..<count])
    }
    close(descriptor)
  }
}
