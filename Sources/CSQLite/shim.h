// C declarations that Swift cannot import by itself, as typed functions.
#pragma once
#include <sqlite3.h>

// Binds text that SQLite copies at once. (SQLITE_TRANSIENT is a cast macro.)
static inline int csqlite_bind_text(sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 count) {
  return sqlite3_bind_text64(statement, index, (const char *)bytes, count, SQLITE_TRANSIENT, SQLITE_UTF8);
}

// Binds a blob that SQLite copies at once.
static inline int csqlite_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 count) {
  return sqlite3_bind_blob64(statement, index, bytes, count, SQLITE_TRANSIENT);
}

// Binds text that the caller keeps alive until the statement is reset. (SQLITE_STATIC is a cast macro.)
static inline int csqlite_bind_borrowed_text(sqlite3_stmt *statement, int index, const void *bytes,
                                             sqlite3_uint64 count) {
  return sqlite3_bind_text64(statement, index, (const char *)bytes, count, SQLITE_STATIC, SQLITE_UTF8);
}
