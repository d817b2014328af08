// Functions of glibc that its headers show under _GNU_SOURCE only, which a Swift import does not set: declared here as typed wrappers.
#pragma once
#include <poll.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/socket.h>

int pipe2(int ends[2], int flags);
int accept4(int listener, struct sockaddr *address, socklen_t *length, int flags);
int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);
int pthread_getattr_np(pthread_t thread, pthread_attr_t *attributes);

// poll() event: the peer has closed its sending half (Linux).
static const short ts_POLLRDHUP = 0x2000;

// libFuzzer's start, there only in a program that is linked with it (compiler-rt, FuzzerInterface.h).
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*one_input)(const unsigned char *, unsigned long));
