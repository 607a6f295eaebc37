#include "cli/spool.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <utility>
#include <vector>

namespace penchant {
namespace {

constexpr std::size_t copied_at_once = std::size_t{1} << 20;

Failure failure_of(std::string_view what, const std::string& name) {
  return Failure{"cannot " + std::string(what) + " " + name + ": " + std::strerror(errno)};
}

[[noreturn]] void fail(std::string_view what, const std::string& name) {
  throw std::runtime_error(failure_of(what, name).message);
}

std::string temporary_directory() {
  const char* const named = std::getenv("TMPDIR");
  return named != nullptr && *named != '\0' ? named : "/tmp";
}

std::size_t read_some(int file, std::uint64_t offset, std::span<char> into, const std::string& name) {
  std::size_t done = 0;
  while (done < into.size()) {
    const auto got = ::pread(file, into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("read", name);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

result<void> write_all(int file, std::string_view bytes, const std::string& name) {
  while (!bytes.empty()) {
    const auto done = ::write(file, bytes.data(), bytes.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return failure_of("write", name);
    bytes.remove_prefix(static_cast<std::size_t>(done));
  }
  return {};
}

bool is_regular(int file) {
  struct stat status {};
  return ::fstat(file, &status) == 0 && S_ISREG(status.st_mode);
}

}  // namespace

Descriptor::~Descriptor() {
  if (number_ > STDERR_FILENO) ::close(number_);
}

Spool::Spool() : file_(TemporaryFile::create(temporary_directory()).value()) {}

void Spool::append(std::string_view bytes) {
  if (auto written = file_.append(bytes); !written) throw std::runtime_error(written.error().message);
}

InputFile::InputFile(const std::string& path) : name_(path == "-" ? "standard input" : path) {
  file_ = Descriptor(path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file_.number() < 0) fail("read", name_);
  if (!is_regular(file_.number())) {
    spool_.emplace();
    std::vector<char> chunk(copied_at_once);
    for (;;) {
      const auto got = ::read(file_.number(), chunk.data(), chunk.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) fail("read", name_);
      if (got == 0) break;
      spool_->append({chunk.data(), static_cast<std::size_t>(got)});
    }
    size_ = spool_->file().size();
    return;
  }
  const auto end = ::lseek(file_.number(), 0, SEEK_END);
  if (end < 0) fail("read", name_);
  size_ = static_cast<std::uint64_t>(end);
}

InputFile::InputFile(std::string name, Spool spool)
    : name_(std::move(name)), spool_(std::move(spool)), size_(spool_->file().size()) {}

std::size_t InputFile::read_at(std::uint64_t offset, std::span<char> into) const {
  if (!spool_) return read_some(file_.number(), offset, into, name_);
  const auto got = spool_->file().read_at(offset, into);
  if (!got) throw std::runtime_error(got.error().message);
  return *got;
}

OutputFile::OutputFile(std::string path) : path_(std::move(path)) {
  struct stat status {};
  if (path_ == "-") {
    device_ = Descriptor(STDOUT_FILENO);
  } else if (::stat(path_.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    device_ = Descriptor(::open(path_.c_str(), O_WRONLY | O_CLOEXEC));  // a device or a pipe keeps its name
    if (device_.number() < 0) fail("write", path_);
  } else {
    unfinished_ = path_ + "." + std::to_string(::getpid()) + ".tmp";
    auto created = files_.create(unfinished_);
    if (!created) throw std::runtime_error(created.error().message);
    file_ = std::move(*created);
  }
}

OutputFile::~OutputFile() {
  if (!unfinished_.empty()) (void)files_.remove(unfinished_);
}

result<void> OutputFile::write(std::string_view bytes) {
  if (file_) return file_->append(std::as_bytes(std::span(bytes)));
  return write_all(device_.number(), bytes, is_standard_output() ? "standard output" : path_);
}

result<void> OutputFile::finish() {
  if (!file_) return {};
  if (auto synced = file_->sync(); !synced) return synced;
  if (auto renamed = files_.rename(unfinished_, path_); !renamed) return renamed;
  unfinished_.clear();
  return files_.sync_directory(directory_of(path_));
}

}  // namespace penchant
