// Wraps another file system and fails the Nth call, of files and folders alike, so that a test can repeat a
// scenario failing at each step in turn: for n = 1, 2, … until the scenario ends without failed().
// Only the Nth call fails; the later ones succeed again, as after a hole in the network or an emptied disk:
// what must stay failed has to remember it. Or the power fails with it, and so does every later call. Threads: as the
// file system it wraps.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "persistence/file.h"

namespace penchant::test {

struct Fault {
  std::uint64_t fail_call = 0;  // counted from 1; 0: none
  bool short_write = false;     // a failing append first writes half of its bytes
  void (*first)() = nullptr;    // done before it fails, if it comes to that
  bool is_last = false;         // no later call succeeds either
};

class FaultyFileSystem final : public FileSystem {
 public:
  explicit FaultyFileSystem(FileSystem& real, Fault fault = {}) : real_(real), fault_(fault) {}

  [[nodiscard]] std::uint64_t calls() const { return calls_; }
  [[nodiscard]] std::uint64_t appends() const { return appends_; }
  [[nodiscard]] std::uint64_t syncs() const { return syncs_; }
  [[nodiscard]] bool failed() const { return fault_.fail_call != 0 && calls_ >= fault_.fail_call; }
  // The largest buffer a read was asked to fill.
  [[nodiscard]] std::size_t largest_read() const { return largest_read_; }
  // The nth call from now on fails: 1 is the very next.
  void fail_in(std::uint64_t n, bool short_write = false) { fault_ = {calls_ + n, short_write}; }
  // The nth call from now on and all behind it fail.
  void lose_power_in(std::uint64_t n, bool short_write = false) {
    fault_ = {.fail_call = calls_ + n, .short_write = short_write, .is_last = true};
  }
  void heal() { fault_ = {}; }
  // In the nth call from now on this is done.
  void do_in(std::uint64_t n, void (*what)()) { fault_ = {.fail_call = calls_ + n, .first = what}; }

  [[nodiscard]] result<std::unique_ptr<File>> create(const std::string& path) override {
    if (fails()) return failure("create", path);
    return wrap(real_.create(path), path);
  }
  [[nodiscard]] result<std::unique_ptr<File>> open_append(const std::string& path) override {
    if (fails()) return failure("open", path);
    return wrap(real_.open_append(path), path);
  }
  [[nodiscard]] result<std::unique_ptr<File>> open_read(const std::string& path) override {
    if (fails()) return failure("open", path);
    return wrap(real_.open_read(path), path);
  }
  [[nodiscard]] result<void> rename(const std::string& from, const std::string& to) override {
    if (fails()) return failure("rename", from);
    return real_.rename(from, to);
  }
  [[nodiscard]] result<void> remove(const std::string& path) override {
    if (fails()) return failure("remove", path);
    return real_.remove(path);
  }
  [[nodiscard]] result<void> remove_directory(const std::string& path) override {
    if (fails()) return failure("remove folder", path);
    return real_.remove_directory(path);
  }
  [[nodiscard]] result<void> sync_directory(const std::string& path) override {
    if (fails()) return failure("sync", path);
    return real_.sync_directory(path);
  }
  [[nodiscard]] result<std::vector<std::string>> list(const std::string& path) override {
    if (fails()) return failure("list", path);
    return real_.list(path);
  }
  [[nodiscard]] result<void> make_directory(const std::string& path) override {
    if (fails()) return failure("make folder", path);
    return real_.make_directory(path);
  }
  [[nodiscard]] result<std::unique_ptr<FileLock>> lock(const std::string& path) override {
    if (fails()) return failure("lock", path);
    return real_.lock(path);
  }

 private:
  class FaultyFile final : public File {
   public:
    FaultyFile(FaultyFileSystem& disk, std::unique_ptr<File> real, std::string path)
        : disk_(disk), real_(std::move(real)), path_(std::move(path)) {}

    result<void> append(std::span<const std::byte> bytes) override {
      ++disk_.appends_;
      if (!disk_.fails()) return real_->append(bytes);
      // Where the power went before, nothing is written any more.
      const bool is_first = disk_.calls_ <= disk_.fault_.fail_call || !disk_.fault_.is_last;
      if (disk_.fault_.short_write && is_first) (void)real_->append(bytes.first(bytes.size() / 2));
      return Failure{"cannot write " + path_ + ": No space left on device"};
    }
    result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) override {
      std::size_t largest = disk_.largest_read_;
      while (largest < into.size() && !disk_.largest_read_.compare_exchange_weak(largest, into.size())) continue;
      if (disk_.fails()) return failure("read", path_);
      return real_->read_at(offset, into);
    }
    result<std::uint64_t> size() override {
      if (disk_.fails()) return failure("ask the size of", path_);
      return real_->size();
    }
    // A sync that fails has brought nothing to the disk, and the next one says that all is well (fsyncgate).
    result<void> sync() override {
      ++disk_.syncs_;
      if (disk_.fails()) return failure("sync", path_);
      return real_->sync();
    }
    result<void> truncate(std::uint64_t size) override {
      if (disk_.fails()) return failure("truncate", path_);
      return real_->truncate(size);
    }
    void drop_cache() override { real_->drop_cache(); }

   private:
    FaultyFileSystem& disk_;
    std::unique_ptr<File> real_;
    std::string path_;
  };

  static Failure failure(const std::string& operation, const std::string& path) {
    return Failure{"cannot " + operation + " " + path + ": Input/output error"};
  }
  bool fails() {
    const std::uint64_t call = ++calls_;
    if (call != fault_.fail_call && !(fault_.is_last && call > fault_.fail_call)) return false;
    if (fault_.first != nullptr) fault_.first();
    return true;
  }
  result<std::unique_ptr<File>> wrap(result<std::unique_ptr<File>> file, const std::string& path) {
    if (!file) return file;
    return std::unique_ptr<File>(std::make_unique<FaultyFile>(*this, std::move(*file), path));
  }

  FileSystem& real_;
  Fault fault_;
  std::atomic<std::size_t> largest_read_ = 0;
  std::atomic<std::uint64_t> calls_ = 0;
  std::atomic<std::uint64_t> appends_ = 0;
  std::atomic<std::uint64_t> syncs_ = 0;
};

}  // namespace penchant::test
