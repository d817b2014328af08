// C declarations that Swift cannot import by itself, as typed functions.
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE  // dl_iterate_phdr
#endif
#include <link.h>
#include <lmdb.h>
#include <signal.h>
#include <stdint.h>
#include <sys/vfs.h>
#include <ucontext.h>

/// The kernel's number of the file system under a path; 0 when it cannot be asked.
static inline long wheelspool_file_system_type(const char *path) {
  struct statfs status;
  return statfs(path, &status) == 0 ? (long)status.f_type : 0;
}

/// The code of the library that a function belongs to.
struct wheelspool_code {
  uintptr_t function, start, end;
};

static inline int wheelspool_find_code(struct dl_phdr_info *library, size_t size, void *found) {
  struct wheelspool_code *code = (struct wheelspool_code *)found;
  for (int index = 0; index < library->dlpi_phnum; index += 1) {
    const uintptr_t start = library->dlpi_addr + library->dlpi_phdr[index].p_vaddr;
    const uintptr_t end = start + library->dlpi_phdr[index].p_memsz;
    if (library->dlpi_phdr[index].p_type != PT_LOAD || code->function < start || code->function >= end) continue;
    code->start = start;
    code->end = end;
    return 1;
  }
  return 0;
}

/// Where LMDB's code lies in memory; nowhere when that cannot be told.
static inline struct wheelspool_code wheelspool_lmdb_code(void) {
  struct wheelspool_code code = {(uintptr_t)&mdb_env_open, 0, 0};
  dl_iterate_phdr(wheelspool_find_code, &code);
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
