import CLMDB

extension ReadTransaction {
  /// Walks a database in key order and calls `body` with each entry until it returns false.
  ///
  /// Starts at `start`, or where it would be (`reversed`: the last key not above it); without it at the first key
  /// (`reversed`: the last). Spans are parts of the map, valid until `body` returns. Allocates nothing per entry.
  /// Throws `corrupted`, `pageNotFound`, or what `body` throws. Counterpart: `mdb_cursor_get`.
  public func forEach(
    _ database: Database, from start: [UInt8]? = nil, reversed: Bool = false,
    _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) throws -> Bool
  ) throws {
    try withCursor(database) { cursor in
      var entry =
        try unsafe start.map { try unsafe cursor.seek($0.span, orBelow: reversed) }
        ?? cursor.move(reversed ? MDB_LAST : MDB_FIRST)
      while let (key, value) = unsafe entry {
        guard try unsafe body(key.buffer.span, value.buffer.span) else { return }
        unsafe entry = try cursor.move(reversed ? MDB_PREV : MDB_NEXT)
      }
    }
  }

  /// Walks the keys that begin with `prefix`, in order, until `body` returns false. Otherwise as `forEach`.
  public func forEach(
    _ database: Database, prefix: [UInt8], _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) throws -> Bool
  ) throws {
    try forEach(database, from: prefix.isEmpty ? nil : prefix) { key, value in
      guard key.starts(with: prefix) else { return false }
      return try body(key, value)
    }
  }

  /// Runs `body` with the entry of the highest key; returns nil when the database is empty.
  public func last<R>(
    _ database: Database, _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) throws -> R
  ) throws -> R? {
    try withCursor(database) { cursor in
      guard let (key, value) = try unsafe cursor.move(MDB_LAST) else { return nil }
      return try unsafe body(key.buffer.span, value.buffer.span)
    }
  }

  /// Runs `body` with the entry of the highest key that is not above `key`; returns nil when there is none.
  public func last<R>(
    _ database: Database, atOrBelow key: Span<UInt8>,
    _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) throws -> R
  ) throws -> R? {
    try withCursor(database) { cursor in
      guard let (key, value) = try unsafe cursor.seek(key, orBelow: true) else { return nil }
      return try unsafe body(key.buffer.span, value.buffer.span)
    }
  }

  /// Throws `corrupted` when a key that was not found should be elsewhere than where it was looked for.
  func confirmAbsence(_ database: Database, _ key: Span<UInt8>) throws {
    try withCursor(database) { cursor in
      guard let found = try unsafe cursor.seek(key, orBelow: false) else { return }
      if unsafe key.isEqual(to: found.key.buffer.span) { throw LMDBError(.corrupted, .get, subject: database.name) }
    }
  }

  /// Opens a cursor for the time of `body`.
  private func withCursor<R>(_ database: Database, _ body: (borrowing Cursor) throws -> R) throws -> R {
    var opened: OpaquePointer?
    let status = unsafe mdb_cursor_open(context.handle(for: database), database.handle, &opened)
    try check(status, .walk, subject: database.name)
    guard let handle = unsafe opened else { throw LMDBError(.outOfMemory, .walk, subject: database.name) }
    // Safety: the cursor is closed when `body` has returned, before its transaction can end.
    defer { unsafe mdb_cursor_close(handle) }
    return try context.lending { try unsafe body(Cursor(handle: handle, name: database.name)) }
  }
}

/// A place in a database. Counterpart: `MDB_cursor`.
@safe
private struct Cursor: ~Copyable {
  let handle: OpaquePointer
  let name: String

  init(handle: OpaquePointer, name: String) {
    unsafe self.handle = handle
    self.name = name
  }

  /// Moves by one of LMDB's plain operations; nil at the end.
  func move(_ operation: MDB_cursor_op) throws(LMDBError) -> (key: MDB_val, value: MDB_val)? {
    var key = unsafe MDB_val()
    return try unsafe move(&key, operation)
  }

  /// Moves to `key`, or to the next one above it (`orBelow`: the next one below); nil when there is none.
  func seek(_ key: Span<UInt8>, orBelow: Bool) throws(LMDBError) -> (key: MDB_val, value: MDB_val)? {
    // An empty key is below all others, and LMDB knows none.
    if key.count == 0 { return orBelow ? nil : try unsafe move(MDB_FIRST) }
    let found = try unsafe withValue(key) { (wanted) throws(LMDBError) in try unsafe move(&wanted, MDB_SET_RANGE) }
    // A damaged key in a branch page sends the search elsewhere: what lies on both sides of the place shows it.
    guard let found = unsafe found else {
      let last = try unsafe move(MDB_LAST)
      if let last = unsafe last, unsafe !last.key.buffer.span.isBelow(key) { throw misled }
      return unsafe orBelow ? last : nil
    }
    if unsafe found.key.buffer.span.isBelow(key) { throw misled }
    let before = try unsafe move(MDB_PREV)
    if let before = unsafe before, unsafe !before.key.buffer.span.isBelow(key) { throw misled }
    let isSame = unsafe key.isEqual(to: found.key.buffer.span)
    if orBelow && !isSame { return unsafe before }
    let isFirst = unsafe before == nil
    return try unsafe move(isFirst ? MDB_FIRST : MDB_NEXT)
  }

  private var misled: LMDBError { LMDBError(.corrupted, .walk, subject: name) }

  private func move(
    _ key: inout MDB_val, _ operation: MDB_cursor_op
  ) throws(LMDBError) -> (key: MDB_val, value: MDB_val)? {
    var value = unsafe MDB_val()
    let status = unsafe mdb_cursor_get(handle, &key, &value, operation)
    if status == MDB_NOTFOUND { return nil }
    try check(status, .walk, subject: name)
    return unsafe (key, value)
  }
}

extension Span<UInt8> {
  /// Whether it comes before another one, byte by byte. Counterpart: `mdb_cmp`.
  fileprivate func isBelow(_ other: Span<UInt8>) -> Bool {
    for index in 0..<Swift.min(count, other.count) where self[index] != other[index] {
      return self[index] < other[index]
    }
    return count < other.count
  }

  fileprivate func starts(with prefix: [UInt8]) -> Bool {
    guard count >= prefix.count else { return false }
    for index in 0..<prefix.count where self[index] != prefix[index] { return false }
    return true
  }

  fileprivate func isEqual(to other: Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    for index in 0..<count where self[index] != other[index] { return false }
    return true
  }
}
