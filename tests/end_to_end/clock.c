// Preloaded into a process, it sets its clock: CLOCK names a file of 8 bytes, how many seconds to add to the system's
// time, which may change while the process runs. What measures durations is left alone.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t* added_s;

__attribute__((constructor)) static void begin(void) {
  const char* const path = getenv("CLOCK");
  const int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (fd < 0) abort();
  void* const place = mmap(NULL, sizeof *added_s, PROT_READ, MAP_SHARED, fd, 0);
  if (place == MAP_FAILED) abort();
  close(fd);
  added_s = place;
}

int clock_gettime(clockid_t clock, struct timespec* now) {
  const int answer = (int)syscall(SYS_clock_gettime, clock, now);
  if (answer == 0 && clock == CLOCK_REALTIME && added_s) now->tv_sec += *added_s;
  return answer;
}
int gettimeofday(struct timeval* now, void* zone) {
  (void)zone;
  struct timespec exact;
  if (clock_gettime(CLOCK_REALTIME, &exact) != 0) return -1;
  now->tv_sec = exact.tv_sec;
  now->tv_usec = exact.tv_nsec / 1000;
  return 0;
}
time_t time(time_t* into) {
  struct timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
  if (into) *into = now.tv_sec;
  return now.tv_sec;
}
