// Preloaded into a process, it makes one of its calls to the disk fail, or kills the process there.
//   DISK_FAULTS_FOLDER  calls that concern this folder or what is in it are counted, and no other
//   DISK_FAULTS_COUNT   a file of 8 bytes, the count so far, which outlives the process
//   DISK_FAULTS_AT      the call to strike, from 1; 0: none
//   DISK_FAULTS_HOW     fail: it does nothing and fails; short: a write writes half, then as fail;
//                       kill: it does half of a write, or nothing, and the process dies
// Counted are open, opendir, read, pread, write, pwrite, fsync, fdatasync, rename,
// unlink, ftruncate, mkdir.
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { descriptors_most = 4096 };

static _Atomic unsigned long* count;
static unsigned long strike_at;
static const char* how = "fail";
static const char* folder;
static atomic_bool is_ours[descriptors_most];

__attribute__((constructor)) static void begin(void) {
  folder = getenv("DISK_FAULTS_FOLDER");
  const char* const path = getenv("DISK_FAULTS_COUNT");
  const char* const at = getenv("DISK_FAULTS_AT");
  if (!folder || !path || !at || !getenv("DISK_FAULTS_HOW")) abort();
  how = getenv("DISK_FAULTS_HOW");
  strike_at = strtoul(at, NULL, 10);
  const int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 || syscall(SYS_ftruncate, fd, sizeof *count) != 0) abort();
  void* const place = mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (place == MAP_FAILED) abort();
  syscall(SYS_close, fd);
  count = place;
}

static int is_path_ours(const char* path) { return folder && strncmp(path, folder, strlen(folder)) == 0; }
static int is_fd_ours(int fd) { return fd >= 0 && fd < descriptors_most && is_ours[fd]; }

// Whether this call is the one; a write's first half may have been written then. Kills where that is asked for.
static int strikes(int error, int fd, const void* bytes, size_t size) {
  if (atomic_fetch_add(count, 1) + 1 != strike_at) return 0;
  if (bytes && strcmp(how, "fail") != 0) syscall(SYS_write, fd, bytes, size / 2);
  if (strcmp(how, "kill") == 0) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
  }
  errno = error;
  return 1;
}

static int open_at(int at, const char* path, int flags, mode_t mode) {
  const int ours = path[0] == '/' ? is_path_ours(path) : is_fd_ours(at);
  if (ours && strikes((flags & O_CREAT) ? ENOSPC : EIO, -1, NULL, 0)) return -1;
  const int fd = (int)syscall(SYS_openat, at, path, flags, mode);
  if (fd >= 0 && fd < descriptors_most) is_ours[fd] = ours;
  return fd;
}

static mode_t mode_of(int flags, va_list more) { return (flags & (O_CREAT | O_TMPFILE)) ? va_arg(more, mode_t) : 0; }
#define OPEN(at)                            \
  va_list more;                             \
  va_start(more, flags);                    \
  const mode_t mode = mode_of(flags, more); \
  va_end(more);                             \
  return open_at(at, path, flags, mode)

int open(const char* path, int flags, ...) { OPEN(AT_FDCWD); }
int open64(const char* path, int flags, ...) { OPEN(AT_FDCWD); }
int openat(int at, const char* path, int flags, ...) { OPEN(at); }
int openat64(int at, const char* path, int flags, ...) { OPEN(at); }

int close(int fd) {
  if (fd >= 0 && fd < descriptors_most) is_ours[fd] = 0;
  return (int)syscall(SYS_close, fd);
}

DIR* opendir(const char* path) {
  if (is_path_ours(path) && strikes(EIO, -1, NULL, 0)) return NULL;
  static DIR* (*next)(const char*);
  if (!next) *(void**)&next = dlsym(RTLD_NEXT, "opendir");
  return next(path);
}

ssize_t write(int fd, const void* bytes, size_t size) {
  if (is_fd_ours(fd) && strikes(ENOSPC, fd, bytes, size)) return -1;
  return syscall(SYS_write, fd, bytes, size);
}
ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) {
  if (is_fd_ours(fd) && strikes(ENOSPC, fd, NULL, 0)) return -1;
  return syscall(SYS_pwrite64, fd, bytes, size, offset);
}
ssize_t pwrite64(int fd, const void* bytes, size_t size, off_t offset) { return pwrite(fd, bytes, size, offset); }
ssize_t read(int fd, void* into, size_t size) {
  if (is_fd_ours(fd) && strikes(EIO, fd, NULL, 0)) return -1;
  return syscall(SYS_read, fd, into, size);
}
ssize_t pread(int fd, void* into, size_t size, off_t offset) {
  if (is_fd_ours(fd) && strikes(EIO, fd, NULL, 0)) return -1;
  return syscall(SYS_pread64, fd, into, size, offset);
}
ssize_t pread64(int fd, void* into, size_t size, off_t offset) { return pread(fd, into, size, offset); }
int fsync(int fd) {
  if (is_fd_ours(fd) && strikes(EIO, fd, NULL, 0)) return -1;
  return (int)syscall(SYS_fsync, fd);
}
int fdatasync(int fd) {
  if (is_fd_ours(fd) && strikes(EIO, fd, NULL, 0)) return -1;
  return (int)syscall(SYS_fdatasync, fd);
}
int ftruncate(int fd, off_t size) {
  if (is_fd_ours(fd) && strikes(EIO, fd, NULL, 0)) return -1;
  return (int)syscall(SYS_ftruncate, fd, size);
}
int ftruncate64(int fd, off_t size) { return ftruncate(fd, size); }
int rename(const char* from, const char* to) {
  if (is_path_ours(to) && strikes(EIO, -1, NULL, 0)) return -1;
  return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}
int unlink(const char* path) {
  if (is_path_ours(path) && strikes(EIO, -1, NULL, 0)) return -1;
  return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}
int mkdir(const char* path, mode_t mode) {
  if (is_path_ours(path) && strikes(ENOSPC, -1, NULL, 0)) return -1;
  return (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}
