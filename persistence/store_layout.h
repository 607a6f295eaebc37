// How many stores a folder has, where they lie, and which user is in which: docs/stores.md.
//
// Errors: one sentence with the path. Threads: none; needs the lock of the folder where it writes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/result.h"
#include "persistence/file.h"

namespace penchant {

inline constexpr std::uint32_t stores_max = 64;
inline constexpr std::string_view layout_name = "stores";
inline constexpr std::string_view layout_unfinished_name = "stores.tmp";

struct StoreLayout {
  std::uint64_t generation = 0;  // 0: one store, in the root itself
  std::uint32_t stores = 1;
  bool operator==(const StoreLayout&) const = default;
};

/// What the folder's file says; a folder without one has generation 0. A Failure where the file cannot be read, is
/// damaged, or a newer penchant's.
result<StoreLayout> read_layout(FileSystem& files, const std::string& root);
/// Makes the layout that of the folder, for good when this returns. After a failure it may be the old or the new one.
result<void> write_layout(FileSystem& files, const std::string& root, const StoreLayout& layout);

/// The folder of each store: "/data/store-3-0", …; of generation 0 the root.
std::vector<std::string> store_directories(const std::string& root, const StoreLayout& layout);

/// Whether it is the name of a file that a store or its decisions keep in their folder, finished or not, or set aside.
bool is_store_file(std::string_view name);
/// Whether it is the name of a store's folder, of whichever generation.
bool is_store_folder(std::string_view name);
/// Whether the folder itself holds a store's files.
result<bool> has_store_files(FileSystem& files, const std::string& directory);
/// Removes from the root what belongs to another layout than this one. What is not penchant's stays, with its folder.
result<void> remove_other_generations(FileSystem& files, const std::string& root, const StoreLayout& layout);

/// The store of a user, from 0. It must never change: where users' files lie depends on it.
std::uint32_t store_of(std::string_view user, std::uint32_t stores);

}  // namespace penchant
