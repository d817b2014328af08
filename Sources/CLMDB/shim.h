// C declarations that Swift cannot import by itself, as typed functions.
#pragma once
#include <lmdb.h>
#include <sys/vfs.h>

/// The kernel's number of the file system under a path; 0 when it cannot be asked.
static inline long wheelspool_file_system_type(const char *path) {
  struct statfs status;
  return statfs(path, &status) == 0 ? (long)status.f_type : 0;
}
