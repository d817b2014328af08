// Functions of the system that Swift does not import.
#pragma once

#include <fcntl.h>
#include <malloc.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

/// The size of the terminal behind a file descriptor; returns 0 on success.
static inline int wheelspool_terminal_size(int descriptor, unsigned short *columns, unsigned short *rows) {
  struct winsize size;
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0) return -1;
  *columns = size.ws_col;
  *rows = size.ws_row;
  return 0;
}

/// Keeps the process's memory out of core dumps and away from debuggers of the same user.
static inline int wheelspool_hide_memory(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

/// A pipe whose ends no program started later inherits; returns 0 on success.
static inline int wheelspool_pipe(int *ends) {
  if (pipe(ends) != 0) return -1;
  fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  fcntl(ends[1], F_SETFD, FD_CLOEXEC);
  return 0;
}

/// Gives free memory inside the heap back to the system, which `free` alone does at its end only.
static inline void wheelspool_trim_heap(void) { malloc_trim(0); }

/// Bounds what the heap keeps of freed memory. Call it before the first thread is made.
///
/// Blocks of 128 KiB and more are mapped by themselves and go back to the system when they are freed: by default the C
/// library raises that threshold up to 32 MiB, and then documents leave the heap full of holes. Smaller ones come out of
/// one heap for all threads, for each further one has holes of its own; it keeps up to 256 KiB at its end.
static inline void wheelspool_bound_heap(void) {
  mallopt(M_MMAP_THRESHOLD, 128 << 10);
  mallopt(M_TRIM_THRESHOLD, 256 << 10);
  mallopt(M_ARENA_MAX, 1);
}
