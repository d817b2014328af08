import CLMDB
import Glibc

extension Environment {
  /// Flushes the data file to disk, whatever was committed how. Counterpart: `mdb_env_sync`.
  public func sync() throws(LMDBError) {
    try inside(.sync) { () throws(LMDBError) in
      try check(unsafe mdb_env_sync(handle, 1), .sync, subject: path)
    }
  }

  /// Frees reader slots of processes that have died and returns how many. Counterpart: `mdb_reader_check`.
  @discardableResult
  public func freeStaleReaders() throws(LMDBError) -> Int {
    try inside(.readers) { () throws(LMDBError) in
      var dead: CInt = 0
      try check(unsafe mdb_reader_check(handle, &dead), .readers, subject: path)
      return Int(dead)
    }
  }

  /// Lists the reader slots in use, of all processes. Counterpart: `mdb_reader_list`.
  public func readers() throws(LMDBError) -> [Reader] {
    try inside(.readers) { () throws(LMDBError) in
      var lines = ""
      // Safety: the callback runs inside the call only, on this thread; `lines` outlives it.
      let status = unsafe withUnsafeMutablePointer(to: &lines) { lines in
        unsafe mdb_reader_list(
          handle,
          { text, context in
            guard let text = unsafe text, let context = unsafe context else { return 0 }
            unsafe context.assumingMemoryBound(to: String.self).pointee += String(cString: text)
            return 0
          }, lines)
      }
      try check(min(status, 0), .readers, subject: path)
      return Reader.parse(lines)
    }
  }

  /// Asks for sizes and counts of the environment. Counterpart: `mdb_env_info`, `mdb_env_stat`.
  public func info() throws(LMDBError) -> EnvironmentInfo {
    try inside(.info) { () throws(LMDBError) in try state() }
  }

  /// Writes a copy without free pages to a new file at `destination`, and flushes it.
  ///
  /// Holds one read transaction and about 2 MiB; the source keeps growing when written meanwhile. The copy starts
  /// counting transactions anew. Throws `fileExists`, or another `errno`; then no file is left behind.
  /// Counterpart: `mdb_env_copyfd2` with `MDB_CP_COMPACT`.
  public func copyCompact(to destination: String) throws(LMDBError) {
    try inside(.copy) { () throws(LMDBError) in
      let file = unsafe Glibc.open(destination, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, options.mode)
      guard file >= 0 else { throw LMDBError(.init(rawValue: errno), .copy, subject: destination) }
      var status = unsafe mdb_env_copyfd2(handle, file, UInt32(MDB_CP_COMPACT))
      if status == 0 && fsync(file) != 0 { status = errno }
      if Glibc.close(file) != 0 && status == 0 { status = errno }
      guard status != 0 else { return }
      unsafe unlink(destination)
      throw LMDBError(.init(rawValue: status), .copy, subject: destination)
    }
  }

  /// Runs a call that is no transaction but needs the environment to stay open and as it is.
  private func inside<R>(
    _ operation: LMDBError.Operation, _ body: () throws(LMDBError) -> R
  ) throws(LMDBError) -> R {
    try gate.enter(operation)
    defer { gate.leave() }
    return try body()
  }
}
