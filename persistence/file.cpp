#include "persistence/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

namespace penchant {
namespace {

Failure failed(std::string_view operation, std::string_view path, int error) {
  std::string message = "cannot ";
  message.append(operation).append(" ").append(path).append(": ");
  return Failure{message + std::generic_category().message(error)};
}

// Calls until a signal no longer interrupts.
template <class Call>
auto uninterrupted(Call call) {
  auto answer = call();
  while (answer < 0 && errno == EINTR) answer = call();
  return answer;
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

Descriptor open_descriptor(const std::string& path, int flags) {
  return Descriptor(uninterrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0600); }));
}

class PosixFile final : public File {
 public:
  PosixFile(Descriptor descriptor, std::string path)
      : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

  result<void> append(std::span<const std::byte> bytes) override {
    while (!bytes.empty()) {
      const ssize_t written =
          uninterrupted([&] { return ::write(descriptor_.get(), bytes.data(), bytes.size()); });
      if (written < 0) return failed("write", path_, errno);
      if (written == 0) return failed("write", path_, ENOSPC);
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
  }

  result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) override {
    std::size_t done = 0;
    while (done < into.size()) {
      const ssize_t got = uninterrupted([&] {
        return ::pread(descriptor_.get(), into.data() + done, into.size() - done,
                       static_cast<off_t>(offset + done));
      });
      if (got < 0) return failed("read", path_, errno);
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

  result<std::uint64_t> size() override {
    struct stat status {};
    if (::fstat(descriptor_.get(), &status) < 0) return failed("ask the size of", path_, errno);
    return static_cast<std::uint64_t>(status.st_size);
  }

  result<void> sync() override {
    const int synced = uninterrupted([&] { return ::fdatasync(descriptor_.get()); });
    if (synced < 0) return failed("sync", path_, errno);
    return {};
  }

  result<void> truncate(std::uint64_t size) override {
    if (uninterrupted([&] { return ::ftruncate(descriptor_.get(), static_cast<off_t>(size)); }) < 0) {
      return failed("truncate", path_, errno);
    }
    return {};
  }

  void drop_cache() override {
#ifdef POSIX_FADV_DONTNEED
    (void)::posix_fadvise(descriptor_.get(), 0, 0, POSIX_FADV_DONTNEED);
#endif
  }

 private:
  Descriptor descriptor_;
  std::string path_;
};

class PosixFileLock final : public FileLock {
 public:
  explicit PosixFileLock(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

 private:
  Descriptor descriptor_;  // closing it lets the lock go
};

result<std::unique_ptr<File>> open_file(const std::string& path, int flags, std::string_view operation) {
  Descriptor descriptor = open_descriptor(path, flags);
  if (descriptor.get() < 0) return failed(operation, path, errno);
  return std::unique_ptr<File>(std::make_unique<PosixFile>(std::move(descriptor), path));
}

// Who holds the lock, as its holder wrote it; empty where it has not.
std::string holder_of(const Descriptor& lock) {
  std::array<char, 20> text{};
  const ssize_t got = uninterrupted([&] { return ::pread(lock.get(), text.data(), text.size(), 0); });
  if (got <= 0) return {};
  const char* const end =
      std::find_if(text.data(), text.data() + got, [](char c) { return c < '0' || c > '9'; });
  return std::string(text.data(), static_cast<std::size_t>(end - text.data()));
}

// A courtesy to whoever is refused: no failure, because a full disk must not keep a store from starting.
void write_holder(const Descriptor& lock) {
  const std::string text = std::to_string(::getpid()) + "\n";
  const ssize_t written = uninterrupted([&] { return ::pwrite(lock.get(), text.data(), text.size(), 0); });
  (void)!::ftruncate(lock.get(), std::max<ssize_t>(written, 0));
}

}  // namespace

result<std::unique_ptr<File>> PosixFileSystem::create(const std::string& path) {
  return open_file(path, O_CREAT | O_EXCL | O_RDWR | O_APPEND, "create");
}

result<std::unique_ptr<File>> PosixFileSystem::open_append(const std::string& path) {
  return open_file(path, O_RDWR | O_APPEND, "open");
}

result<std::unique_ptr<File>> PosixFileSystem::open_read(const std::string& path) {
  return open_file(path, O_RDONLY, "open");
}

result<void> PosixFileSystem::rename(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) return failed("rename " + from + " to", to, errno);
  return {};
}

result<void> PosixFileSystem::remove(const std::string& path) {
  if (::unlink(path.c_str()) < 0) return failed("remove", path, errno);
  return {};
}

result<void> PosixFileSystem::remove_directory(const std::string& path) {
  if (::rmdir(path.c_str()) < 0) return failed("remove folder", path, errno);
  return {};
}

result<void> PosixFileSystem::sync_directory(const std::string& path) {
  const Descriptor directory = open_descriptor(path, O_RDONLY | O_DIRECTORY);
  if (directory.get() < 0) return failed("open", path, errno);
  if (uninterrupted([&] { return ::fsync(directory.get()); }) < 0) return failed("sync", path, errno);
  return {};
}

result<std::vector<std::string>> PosixFileSystem::list(const std::string& path) {
  std::error_code error;
  std::filesystem::directory_iterator entry(path, error);
  std::vector<std::string> names;
  while (!error && entry != std::filesystem::directory_iterator()) {
    names.push_back(entry->path().filename().string());
    entry.increment(error);
  }
  if (error) return failed("list", path, error.value());
  std::sort(names.begin(), names.end());
  return names;
}

result<void> PosixFileSystem::make_directory(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0) return sync_directory(directory_of(path));
  const int error = errno;
  struct stat status {};
  const bool exists = error == EEXIST && ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
  if (!exists) return failed("make folder", path, error);
  // Said now rather than when the first segment is full.
  if (::access(path.c_str(), R_OK | W_OK | X_OK) != 0) return failed("use folder", path, errno);
  return {};
}

result<std::unique_ptr<FileLock>> PosixFileSystem::lock(const std::string& path) {
  Descriptor descriptor = open_descriptor(path, O_CREAT | O_RDWR);
  if (descriptor.get() < 0) return failed("open", path, errno);
  if (uninterrupted([&] { return ::flock(descriptor.get(), LOCK_EX | LOCK_NB); }) < 0) {
    if (errno != EWOULDBLOCK) return failed("lock", path, errno);
    const std::string holder = holder_of(descriptor);
    return Failure{directory_of(path) + " is in use by another penchant" +
                   (holder.empty() ? std::string() : " (pid " + holder + ")")};
  }
  write_holder(descriptor);
  return std::unique_ptr<FileLock>(std::make_unique<PosixFileLock>(std::move(descriptor)));
}

std::string path_in(std::string_view directory, std::string_view name) {
  std::string path(directory);
  if (path.empty() || path.back() != '/') path += '/';
  return path.append(name);
}

std::string directory_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return std::string(path.substr(0, slash == 0 ? 1 : slash));
}

}  // namespace penchant
