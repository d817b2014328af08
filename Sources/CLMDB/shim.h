// C declarations that Swift cannot import by itself, as typed functions.
#pragma once
#include <lmdb.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/vfs.h>
#include <ucontext.h>

/// The kernel's number of the file system under a path; 0 when it cannot be asked.
static inline long wheelspool_file_system_type(const char *path) {
  struct statfs status;
  return statfs(path, &status) == 0 ? (long)status.f_type : 0;
}

/// A range of memory that holds code.
struct wheelspool_code {
  uintptr_t start, end;
};

/// Where LMDB's code lies in memory; nowhere when that cannot be told.
static inline struct wheelspool_code wheelspool_lmdb_code(void) {
  const uintptr_t function = (uintptr_t)&mdb_env_open;
  struct wheelspool_code code = {0, 0};
  FILE *maps = fopen("/proc/self/maps", "re");
  char line[4096];
  unsigned long start, end;
  while (maps && !code.end && fgets(line, sizeof line, maps))
    if (sscanf(line, "%lx-%lx ", &start, &end) == 2 && start <= function && function < end)
      code = (struct wheelspool_code){start, end};
  if (maps) fclose(maps);
  return code;
}

/// The address of the instruction that a signal interrupted; 0 where it is not known how to tell.
static inline uintptr_t wheelspool_interrupted(void *context) {
#if defined(__x86_64__)
  return (uintptr_t)((ucontext_t *)context)->uc_mcontext.gregs[16];  // RIP
#elif defined(__aarch64__)
  return (uintptr_t)((ucontext_t *)context)->uc_mcontext.pc;
#else
  return 0;
#endif
}
