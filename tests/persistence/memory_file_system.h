// A disk in memory that remembers what was synced, so that tests can cut the power.
// Stricter than most disks: a file's name lasts only once its folder was synced, its bytes once it was.
// Threads: one mutex around everything. Folders need not be made, and are there while a file is in
// them; `list` shows what lies directly in a path.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "persistence/file.h"

namespace penchant::test {

using Bytes = std::vector<std::byte>;

class MemoryFileSystem final : public FileSystem {
 public:
  // What a power cut leaves of bytes that were not synced.
  struct Leftover {
    std::uint64_t prefix_bytes = 0;     // this many of each file's unsynced bytes, or
    std::mt19937_64* random = nullptr;  // a random length, in which each page came through or is zeros
    std::uint64_t page_bytes = 64;
  };

  void power_cut() { power_cut(Leftover{}); }
  // The process is dead: drop its files and journals first. Then only what lasts is there.
  void power_cut(Leftover leftover) {
    const std::lock_guard lock(mutex_);
    names_ = lasting_names_;
    locks_.clear();
    for (auto& [path, node] : names_) cut(*node, leftover);
  }

  // The bytes themselves, to look at, to flip and to cut. Not counted as an unsynced change: it is the disk
  // that has changed.
  [[nodiscard]] Bytes bytes(const std::string& path) const {
    const std::lock_guard lock(mutex_);
    return names_.at(path)->bytes;
  }
  void put(const std::string& path, Bytes bytes) {
    const std::lock_guard lock(mutex_);
    auto node = std::make_shared<Node>();
    node->bytes = node->lasting = std::move(bytes);
    names_[path] = lasting_names_[path] = node;
  }
  [[nodiscard]] bool exists(const std::string& path) const {
    const std::lock_guard lock(mutex_);
    return names_.contains(path);
  }

  [[nodiscard]] result<std::unique_ptr<File>> create(const std::string& path) override {
    const std::lock_guard lock(mutex_);
    if (names_.contains(path)) return Failure{"cannot create " + path + ": File exists"};
    const auto node = names_[path] = std::make_shared<Node>();
    return std::unique_ptr<File>(std::make_unique<MemoryFile>(mutex_, node));
  }
  [[nodiscard]] result<std::unique_ptr<File>> open_append(const std::string& path) override {
    return open(path);
  }
  [[nodiscard]] result<std::unique_ptr<File>> open_read(const std::string& path) override {
    return open(path);
  }
  [[nodiscard]] result<void> rename(const std::string& from, const std::string& to) override {
    const std::lock_guard lock(mutex_);
    const auto node = names_.extract(from);
    if (node.empty()) return missing("rename", from);
    names_[to] = node.mapped();
    return {};
  }
  [[nodiscard]] result<void> remove(const std::string& path) override {
    const std::lock_guard lock(mutex_);
    if (names_.erase(path) == 0) return missing("remove", path);
    return {};
  }
  [[nodiscard]] result<void> remove_directory(const std::string& path) override {
    if (!list(path)->empty()) return Failure{"cannot remove folder " + path + ": Directory not empty"};
    return {};
  }
  [[nodiscard]] result<void> sync_directory(const std::string& path) override {
    const std::lock_guard lock(mutex_);
    std::erase_if(lasting_names_, [&](const auto& entry) { return directory_of(entry.first) == path; });
    for (const auto& [name, node] : names_) {
      if (directory_of(name) == path) lasting_names_[name] = node;
    }
    return {};
  }
  [[nodiscard]] result<std::vector<std::string>> list(const std::string& path) override {
    const std::lock_guard lock(mutex_);
    const std::string folder = path_in(path, "");
    std::set<std::string> names;
    for (const auto& [name, node] : names_) {
      if (name.starts_with(folder))
        names.insert(name.substr(folder.size(), name.find('/', folder.size()) - folder.size()));
    }
    return std::vector<std::string>(names.begin(), names.end());
  }
  [[nodiscard]] result<void> make_directory(const std::string&) override { return {}; }
  [[nodiscard]] result<std::unique_ptr<FileLock>> lock(const std::string& path) override {
    const std::lock_guard lock(mutex_);
    if (!locks_.insert(path).second)
      return Failure{directory_of(path) + " is in use by another penchant (pid 1)"};
    return std::unique_ptr<FileLock>(std::make_unique<MemoryLock>(*this, path));
  }

 private:
  struct Node {
    Bytes bytes;
    Bytes lasting;
  };

  class MemoryFile final : public File {
   public:
    MemoryFile(std::mutex& mutex, std::shared_ptr<Node> node) : mutex_(mutex), node_(std::move(node)) {}
    result<void> append(std::span<const std::byte> bytes) override {
      const std::lock_guard lock(mutex_);
      node_->bytes.insert(node_->bytes.end(), bytes.begin(), bytes.end());
      return {};
    }
    result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) override {
      const std::lock_guard lock(mutex_);
      if (offset >= node_->bytes.size()) return std::size_t{0};
      const auto there = std::span(node_->bytes).subspan(static_cast<std::size_t>(offset));
      const auto got = there.first(std::min(there.size(), into.size()));
      std::copy(got.begin(), got.end(), into.begin());
      return got.size();
    }
    result<std::uint64_t> size() override {
      const std::lock_guard lock(mutex_);
      return std::uint64_t{node_->bytes.size()};
    }
    result<void> sync() override {
      const std::lock_guard lock(mutex_);
      node_->lasting = node_->bytes;
      return {};
    }
    result<void> truncate(std::uint64_t size) override {
      const std::lock_guard lock(mutex_);
      node_->bytes.resize(static_cast<std::size_t>(size));
      return {};
    }
    void drop_cache() override {}

   private:
    std::mutex& mutex_;
    std::shared_ptr<Node> node_;
  };

  class MemoryLock final : public FileLock {
   public:
    MemoryLock(MemoryFileSystem& disk, std::string path) : disk_(disk), path_(std::move(path)) {}
    ~MemoryLock() override {
      const std::lock_guard lock(disk_.mutex_);
      disk_.locks_.erase(path_);
    }

   private:
    MemoryFileSystem& disk_;
    std::string path_;
  };

  static Failure missing(const std::string& operation, const std::string& path) {
    return Failure{"cannot " + operation + " " + path + ": No such file or directory"};
  }

  result<std::unique_ptr<File>> open(const std::string& path) {
    const std::lock_guard lock(mutex_);
    const auto found = names_.find(path);
    if (found == names_.end()) return missing("open", path);
    return std::unique_ptr<File>(std::make_unique<MemoryFile>(mutex_, found->second));
  }

  static void cut(Node& node, const Leftover& leftover) {
    const Bytes wrote = std::exchange(node.bytes, node.lasting);
    const bool grew = wrote.size() > node.lasting.size() &&
                      std::equal(node.lasting.begin(), node.lasting.end(), wrote.begin());
    if (grew) {
      const std::uint64_t unsynced = wrote.size() - node.lasting.size();
      const std::uint64_t kept = leftover.random != nullptr ? (*leftover.random)() % (unsynced + 1)
                                                            : std::min(unsynced, leftover.prefix_bytes);
      node.bytes.resize(node.lasting.size() + static_cast<std::size_t>(kept));
      bool came_through = leftover.random == nullptr;
      for (std::size_t i = node.lasting.size(); i < node.bytes.size(); ++i) {
        const bool new_page = i == node.lasting.size() || i % leftover.page_bytes == 0;
        if (leftover.random != nullptr && new_page) came_through = ((*leftover.random)() & 1) != 0;
        if (came_through) node.bytes[i] = wrote[i];
      }
    }
    node.lasting = node.bytes;
  }

  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Node>> names_;
  std::map<std::string, std::shared_ptr<Node>> lasting_names_;
  std::set<std::string> locks_;
};

}  // namespace penchant::test
