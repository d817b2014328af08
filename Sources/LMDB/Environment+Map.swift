import CLMDB
import Glibc

extension Environment {
  /// Makes the map `mapBytes` large, once no transaction of this process is open; traps when this thread has one.
  ///
  /// Never smaller than what the file holds. Throws `outOfMemory` when the address space has no room, the map being as
  /// before, or `closed`. Counterpart: `mdb_env_set_mapsize`.
  public func grow(mapBytes: Int) throws(LMDBError) {
    try gate.alone(.grow) { () throws(LMDBError) in
      let info = try state()
      let size = max(mapBytes, info.neededBytes)
      guard hasAddressSpace(size - info.mapBytes) else { throw LMDBError(.outOfMemory, .grow, subject: path) }
      try setMap(size)
    }
  }

  /// Makes the map large enough for a file that another process has made larger.
  func followFile() throws(LMDBError) {
    try gate.alone(.grow) { () throws(LMDBError) in
      let info = try state()
      guard info.neededBytes > info.mapBytes else { return }
      // As large as may be, up to the options; at the least what the file holds now.
      var size = max(options.mapBytes, info.neededBytes.multipliedReportingOverflow(by: 2).partialValue)
      while size > info.neededBytes && !hasAddressSpace(size - info.mapBytes) { size /= 2 }
      size = max(size, info.neededBytes)
      guard hasAddressSpace(size - info.mapBytes) else { throw LMDBError(.outOfMemory, .grow, subject: path) }
      try setMap(size)
    }
  }

  /// Asks for sizes and counts; the caller is inside the gate.
  func state() throws(LMDBError) -> EnvironmentInfo {
    var info = unsafe MDB_envinfo()
    try check(unsafe mdb_env_info(handle, &info), .info, subject: path)
    var status = MDB_stat()
    try check(unsafe mdb_env_stat(handle, &status), .info, subject: path)
    return unsafe EnvironmentInfo(info, status)
  }

  /// Whether so many bytes more can be mapped.
  ///
  /// LMDB gives up the old map before it asks for the new one, and is left with none when that is refused: ask first.
  private func hasAddressSpace(_ bytes: Int) -> Bool {
    guard bytes > 0 else { return true }
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    let room = unsafe mmap(nil, bytes, PROT_NONE, flags, -1, 0)
    guard unsafe room != MAP_FAILED else { return false }
    unsafe munmap(room, bytes)
    return true
  }

  private func setMap(_ bytes: Int) throws(LMDBError) {
    let status = unsafe mdb_env_set_mapsize(handle, bytes)
    // Without a map the next call would touch memory that is gone.
    precondition(status == MDB_SUCCESS || status == EINVAL, "the map of \(path) was lost: error \(status)")
    try check(status, .grow, subject: path)
  }
}
