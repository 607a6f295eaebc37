#include "persistence/background_snapshot.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <string_view>

#include "engine/check.h"

namespace penchant {
namespace {

constexpr std::size_t sentence_bytes_max = 4096;  // below what a pipe takes at once

Failure system_failure(const std::string& what) { return Failure{what + ": " + std::strerror(errno)}; }

[[noreturn]] void fail_child(int pipe, std::string_view sentence) {
  const ssize_t told = write(pipe, sentence.data(), std::min(sentence.size(), sentence_bytes_max));
  _exit(told < 0 ? 2 : 1);
}

/// The child's whole life. Nothing leaves it: the server's stack, with its destructors, is the parent's alone.
[[noreturn]] void run_child(int pipe, FileSystem& files, const std::string& directory, const SnapshotStamp& stamp,
                            const Engine& engine, const HistoryHeads& heads) noexcept {
  // It ends with the server, and does not hold on to the folder's lock, the port and the clients until then.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  close_range(3, static_cast<unsigned>(pipe) - 1, 0);
  close_range(static_cast<unsigned>(pipe) + 1, ~0U, 0);
  try {
    const auto written = write_snapshot(files, directory, stamp, engine, heads);
    if (!written) fail_child(pipe, written.error().message);
  } catch (const std::exception& error) {
    fail_child(pipe, error.what());
  }
  _exit(0);
}

/// What the end of a child tells of its failure; empty where it is that of a success.
std::string reason_of(int status) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  const std::string process = "the process that wrote it ended with ";
  return WIFSIGNALED(status) ? process + "signal " + std::to_string(WTERMSIG(status))
                             : process + "status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

BackgroundSnapshot::~BackgroundSnapshot() {
  if (!running()) return;
  kill(child_, SIGKILL);
  waitpid(child_, nullptr, 0);
  close(pipe_);
}

result<void> BackgroundSnapshot::start(FileSystem& files, const std::string& directory, const SnapshotStamp& stamp,
                                       const Engine& engine, const HistoryHeads& heads) {
  PENCHANT_CHECK(!running());
  std::array<int, 2> ends;
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return system_failure("cannot create a pipe for the snapshot");
  const pid_t child = fork();
  if (child < 0) {
    const Failure failure = system_failure("cannot fork for the snapshot");
    close(ends[0]);
    close(ends[1]);
    return failure;
  }
  if (child == 0) run_child(ends[1], files, directory, stamp, engine, heads);
  close(ends[1]);
  child_ = child;
  pipe_ = ends[0];
  sequence_ = stamp.sequence;
  return {};
}

BackgroundSnapshot::State BackgroundSnapshot::poll() {
  if (!running()) return State::idle;
  int status = 0;
  const pid_t ended = waitpid(child_, &status, WNOHANG);
  if (ended == 0) return State::running;
  // Where the server was started with SIGCHLD ignored, the system keeps no child's end for it.
  const std::string reason =
      ended == child_ ? reason_of(status) : system_failure("cannot learn how the process that wrote it ended").message;
  failure_.resize(sentence_bytes_max);
  const ssize_t size = read(pipe_, failure_.data(), failure_.size());
  failure_.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  close(pipe_);
  child_ = 0;
  if (reason.empty()) return State::succeeded;
  if (failure_.empty()) failure_ = reason;
  return State::failed;
}

}  // namespace penchant
