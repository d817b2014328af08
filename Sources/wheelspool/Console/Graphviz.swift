import CPosix
import Glibc
import Inspector

/// Runs Graphviz's `dot`.
enum Graphviz {
  /// Finds the program in `PATH`.
  static func find() -> String? {
    (Environment["PATH"] ?? "").split(separator: ":").map { $0 + "/dot" }.first {
      unsafe access($0, X_OK) == 0
    }
  }

  /// Draws to standard output.
  static func draw(_ text: [UInt8], with program: String) throws {
    var ends: [Int32] = [-1, -1]
    guard unsafe wheelspool_pipe(&ends) == 0 else { throw OutputError(errno: errno, cause: SystemText.message(errno)) }
    let pid = Child.spawn(program, ["dot", "-Tsvg"], input: ends[0])
    close(ends[0])
    let outcome = Result { () throws(OutputError) in try FileOutput(descriptor: ends[1]).write(text.span) }
    close(ends[1])
    guard let pid else { throw OutputError(errno: ENOENT, cause: "\(program) cannot be started") }
    let status = Child.wait(pid)
    if status != 0 { throw ExitStatus.failed }
    try outcome.get()
  }
}
