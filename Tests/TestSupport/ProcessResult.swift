/// How a process ended.
public enum ExitStatus: Equatable, Sendable {
  /// It returned this code.
  case code(CInt)
  /// This signal killed it.
  case signal(CInt)
}

/// What a process that has ended left behind.
public struct ProcessResult: Sendable {
  /// How it ended.
  public let status: ExitStatus
  /// The bytes of its standard output, up to the limit.
  public let output: [UInt8]
  /// The bytes of its standard error, up to the limit.
  public let errorOutput: [UInt8]

  /// The exit code, or 128 plus the signal's number, as a shell would say.
  public var exitCode: CInt {
    switch status {
    case .code(let code): code
    case .signal(let number): 128 + number
    }
  }

  /// Standard output as text.
  public var text: String { String(decoding: output, as: UTF8.self) }
  /// Standard error as text.
  public var errorText: String { String(decoding: errorOutput, as: UTF8.self) }
  /// The lines of standard output, without their ends and without an empty last one.
  public var lines: [String] {
    var lines = output.split(separator: 10, omittingEmptySubsequences: false).map {
      String(decoding: $0, as: UTF8.self)
    }
    if lines.last == "" { lines.removeLast() }
    return lines
  }
}

extension RunningProcess {
  /// Runs a program to its end and returns what it left. Throws when it runs longer than `timeout` seconds.
  public static func run(
    _ executable: String, _ arguments: [String] = [], environment: [String: String]? = nil, directory: String? = nil,
    input: [UInt8] = [], outputLimit: Int = 64 << 20, timeout: Double = 60
  ) throws -> ProcessResult {
    let process = try RunningProcess(
      executable, arguments, environment: environment, directory: directory, input: input, outputLimit: outputLimit)
    return try process.wait(timeout: timeout)
  }

  /// Runs a program that must end with code 0, and returns what it left.
  @discardableResult
  public static func check(
    _ executable: String, _ arguments: [String] = [], environment: [String: String]? = nil, directory: String? = nil,
    input: [UInt8] = [], timeout: Double = 60
  ) throws -> ProcessResult {
    let result = try run(
      executable, arguments, environment: environment, directory: directory, input: input, timeout: timeout)
    guard result.status == .code(0) else {
      throw SupportError("run \(executable)", "\(result.status): \(result.errorText)\(result.text)")
    }
    return result
  }
}
