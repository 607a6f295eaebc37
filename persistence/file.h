// Files and folders as the journal and the snapshots see them: few operations, each of which may fail.
// Abstract so that tests can cut the power and fail the Nth call (tests/persistence/memory_file_system.h,
// faulty_file_system.h); PosixFileSystem is the real one.
//
// Errors: every failure is one sentence with operation, path and the system's reason, as in
// "cannot write /data/journal-00000000000000000001.log: No space left on device".
// Threads: one FileSystem may be used from several threads. One File takes append and truncate from one
// thread at a time; read_at, size and sync may run beside them.
// Lifetime: a File or a FileLock is closed by its destructor, which reports nothing: what must last is
// synced first. A File does not outlive its FileSystem.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/result.h"

namespace penchant {

class File {
 public:
  File() = default;
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  virtual ~File() = default;

  // Writes all bytes at the end. After a failure any part of them may have been written.
  [[nodiscard]] virtual result<void> append(std::span<const std::byte> bytes) = 0;
  // Fills `into` from `offset` on and returns how many bytes there were: fewer only at the end of the file.
  [[nodiscard]] virtual result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) = 0;
  [[nodiscard]] virtual result<std::uint64_t> size() = 0;
  // Returns when all bytes appended before the call are on disk (fdatasync). After a failure the system may
  // have dropped them, and a second call may succeed without them: never ask twice.
  [[nodiscard]] virtual result<void> sync() = 0;
  [[nodiscard]] virtual result<void> truncate(std::uint64_t size) = 0;
  // Asks the system to read synced bytes from the disk again, not from its cache. Advice: cannot fail.
  virtual void drop_cache() = 0;
};

// The lock is held while this object lives.
class FileLock {
 public:
  FileLock() = default;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  virtual ~FileLock() = default;
};

class FileSystem {
 public:
  FileSystem() = default;
  FileSystem(const FileSystem&) = delete;
  FileSystem& operator=(const FileSystem&) = delete;
  virtual ~FileSystem() = default;

  // A new file with mode 0600, open for append and read; a failure if the path exists.
  [[nodiscard]] virtual result<std::unique_ptr<File>> create(const std::string& path) = 0;
  // An existing file, for append and read.
  [[nodiscard]] virtual result<std::unique_ptr<File>> open_append(const std::string& path) = 0;
  [[nodiscard]] virtual result<std::unique_ptr<File>> open_read(const std::string& path) = 0;
  // Replaces `to` if it exists.
  [[nodiscard]] virtual result<void> rename(const std::string& from, const std::string& to) = 0;
  [[nodiscard]] virtual result<void> remove(const std::string& path) = 0;
  // An empty folder.
  [[nodiscard]] virtual result<void> remove_directory(const std::string& path) = 0;
  // Returns when the names in the folder (created, renamed, removed) are on disk.
  [[nodiscard]] virtual result<void> sync_directory(const std::string& path) = 0;
  // The names in the folder, sorted by their bytes, without "." and "..".
  [[nodiscard]] virtual result<std::vector<std::string>> list(const std::string& path) = 0;
  // Mode 0700. The folder may exist, and must then be one to read and write; its parent must exist.
  [[nodiscard]] virtual result<void> make_directory(const std::string& path) = 0;
  // Takes the lock file `path`, creating it if need be; it stays behind when the lock is let go. When another
  // process holds it: "/data is in use by another penchant (pid 123)", naming the lock's folder.
  [[nodiscard]] virtual result<std::unique_ptr<FileLock>> lock(const std::string& path) = 0;
};

class PosixFileSystem final : public FileSystem {
 public:
  [[nodiscard]] result<std::unique_ptr<File>> create(const std::string& path) override;
  [[nodiscard]] result<std::unique_ptr<File>> open_append(const std::string& path) override;
  [[nodiscard]] result<std::unique_ptr<File>> open_read(const std::string& path) override;
  [[nodiscard]] result<void> rename(const std::string& from, const std::string& to) override;
  [[nodiscard]] result<void> remove(const std::string& path) override;
  [[nodiscard]] result<void> remove_directory(const std::string& path) override;
  [[nodiscard]] result<void> sync_directory(const std::string& path) override;
  [[nodiscard]] result<std::vector<std::string>> list(const std::string& path) override;
  [[nodiscard]] result<void> make_directory(const std::string& path) override;
  [[nodiscard]] result<std::unique_ptr<FileLock>> lock(const std::string& path) override;
};

// "/data" and "name" to "/data/name".
[[nodiscard]] std::string path_in(std::string_view directory, std::string_view name);
// The folder of a path: "." where it names none.
[[nodiscard]] std::string directory_of(std::string_view path);

}  // namespace penchant
