// Preloaded into a server, it writes down what the disk was promised, so that a test can take away the rest as a power
// cut would. POWER_CUT names a folder with
//   synced   what was promised, a line each:
//              file INODE SIZE     the first SIZE bytes are on disk
//              folder INODE        the names that follow are on disk, and no other
//              name INODE NAME
//   failing  while it exists, files cannot be synced: EIO
//   holding  while it exists, syncs of files do not end
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char* path_of(const char* name, char* path) {
  const char* const folder = getenv("POWER_CUT");
  if (!folder) abort();
  snprintf(path, PATH_MAX, "%s/%s", folder, name);
  return path;
}

// Another descriptor of the folder, because reading moves the position of one.
static void list_names(int fd, FILE* out) {
  DIR* folder = fdopendir(openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) abort();
  for (struct dirent* entry = readdir(folder); entry; entry = readdir(folder)) {
    fprintf(out, "name %llu %s\n", (unsigned long long)entry->d_ino, entry->d_name);
  }
  closedir(folder);
}

// One write, so that lines of two threads do not mix.
static void append_to_log(const char* text, size_t size) {
  char path[PATH_MAX];
  const int log = open(path_of("synced", path), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (log < 0 || write(log, text, size) != (ssize_t)size) abort();
  close(log);
}

static int is_switched_on(const char* name) {
  char path[PATH_MAX];
  return access(path_of(name, path), F_OK) == 0;
}

static int sync_and_log(int fd, long system_call);

// Of two threads that sync one folder, who has listed it first writes it down first: the last list is what holds.
static pthread_mutex_t folder_mutex = PTHREAD_MUTEX_INITIALIZER;

static int sync_file_or_folder(int fd, long system_call) {
  struct stat status;
  if (fstat(fd, &status) != 0) return -1;
  if (!S_ISDIR(status.st_mode)) return sync_and_log(fd, system_call);
  pthread_mutex_lock(&folder_mutex);
  const int answer = sync_and_log(fd, system_call);
  pthread_mutex_unlock(&folder_mutex);
  return answer;
}

// What is asked before the sync is certain to be in it; what is written meanwhile may not be.
static int sync_and_log(int fd, long system_call) {
  struct stat status;
  if (fstat(fd, &status) != 0) return -1;
  if (S_ISREG(status.st_mode)) {
    while (is_switched_on("holding")) usleep(1000);
    if (is_switched_on("failing")) {
      errno = EIO;
      return -1;
    }
  }
  char* text = NULL;
  size_t size = 0;
  FILE* const out = open_memstream(&text, &size);
  if (!out) abort();
  const unsigned long long inode = status.st_ino;
  if (S_ISDIR(status.st_mode)) {
    fprintf(out, "folder %llu\n", inode);
    list_names(fd, out);
  } else {
    fprintf(out, "file %llu %lld\n", inode, (long long)status.st_size);
  }
  fclose(out);
  const int answer = (int)syscall(system_call, fd);
  const int error = errno;
  if (answer == 0) append_to_log(text, size);
  free(text);
  errno = error;
  return answer;
}

int fsync(int fd) { return sync_file_or_folder(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_file_or_folder(fd, SYS_fdatasync); }
