import Glibc
import Inspector

/// Writes to a file descriptor, unbuffered.
final class FileOutput: ByteOutput {
  private let descriptor: Int32

  init(descriptor: Int32) { self.descriptor = descriptor }

  func write(_ bytes: Span<UInt8>) throws(OutputError) {
    var done = 0
    while done < bytes.count {
      // Safety: the pointer is used inside the closure only, for the bytes that the span has.
      let count = unsafe bytes.extracting(done...).withUnsafeBytes { rest in
        unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
      }
      if count >= 0 {
        done += count
        continue
      }
      switch errno {
      case EINTR: continue
      case EPIPE: throw .closed
      case EAGAIN: waitUntilWritable()
      default: throw OutputError(errno: errno, cause: SystemText.message(errno))
      }
    }
  }

  private func waitUntilWritable() {
    var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    _ = unsafe poll(&entry, 1, -1)
  }
}

/// What the system says of its error numbers.
enum SystemText {
  static func message(_ number: Int32) -> String {
    // Safety: strerror returns a text that stays valid on this thread until it is copied here.
    unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
  }
}
