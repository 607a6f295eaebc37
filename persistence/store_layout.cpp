#include "persistence/store_layout.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>

#include "engine/check.h"
#include "persistence/compressed_format.h"
#include "persistence/crc32c.h"
#include "persistence/decision_format.h"
#include "persistence/erasure.h"
#include "persistence/journal_format.h"
#include "persistence/little_endian.h"
#include "persistence/snapshot.h"

namespace penchant {
namespace {

constexpr std::string_view layout_magic = "PENCHSTO";
constexpr std::uint32_t layout_version = 1;
constexpr std::size_t layout_bytes = 28;
constexpr std::size_t layout_crc_at = 24;
constexpr std::string_view store_prefix = "store-";

using LayoutBytes = std::array<std::byte, layout_bytes>;

LayoutBytes encode_layout(const StoreLayout& layout) {
  LayoutBytes bytes;
  std::memcpy(bytes.data(), layout_magic.data(), layout_magic.size());
  store_little_endian(bytes.data() + 8, layout_version);
  store_little_endian(bytes.data() + 12, layout.generation);
  store_little_endian(bytes.data() + 20, layout.stores);
  store_little_endian(bytes.data() + layout_crc_at, crc32c(std::span(bytes).first(layout_crc_at)));
  return bytes;
}

std::string store_folder(std::uint64_t generation, std::uint64_t store) {
  return std::string(store_prefix) + std::to_string(generation) + "-" + std::to_string(store);
}

/// The generation of a store's folder; nothing unless the name is one that store_folder gives.
std::optional<std::uint64_t> generation_of_folder(std::string_view name) {
  if (!name.starts_with(store_prefix)) return std::nullopt;
  const char* const end = name.data() + name.size();
  std::uint64_t generation = 0;
  std::uint64_t store = 0;
  const auto [dash, error] = std::from_chars(name.data() + store_prefix.size(), end, generation);
  if (error != std::errc() || dash == end) return std::nullopt;
  const auto [behind, store_error] = std::from_chars(dash + 1, end, store);
  if (store_error != std::errc() || name != store_folder(generation, store)) return std::nullopt;
  return generation;
}

result<void> remove_store_files(FileSystem& files, const std::string& directory, bool has_own_lock) {
  const auto names = files.list(directory);
  if (!names) return names.error();
  for (const std::string& name : *names) {
    if (!is_store_file(name) && !(has_own_lock && name == "lock")) continue;
    if (auto removed = files.remove(path_in(directory, name)); !removed) return removed;
  }
  return {};
}

}  // namespace

result<StoreLayout> read_layout(FileSystem& files, const std::string& root) {
  const auto names = files.list(root);
  if (!names) return names.error();
  if (!std::ranges::binary_search(*names, layout_name)) return StoreLayout{};
  const std::string path = path_in(root, layout_name);
  const auto file = files.open_read(path);
  if (!file) return file.error();
  std::array<std::byte, layout_bytes + 1> bytes;
  const auto size = (*file)->read_at(0, bytes);
  if (!size) return size.error();
  const std::span<const std::byte> read(bytes.data(), *size);
  const StoreLayout layout{load_little_endian<std::uint64_t>(bytes.data() + 12),
                           load_little_endian<std::uint32_t>(bytes.data() + 20)};
  const bool has_magic = *size > layout_magic.size() && std::memcmp(bytes.data(), layout_magic.data(), 8) == 0;
  const bool is_whole =
      *size == layout_bytes && has_magic &&
      load_little_endian<std::uint32_t>(bytes.data() + layout_crc_at) == crc32c(read.first(layout_crc_at));
  if (is_whole && load_little_endian<std::uint32_t>(bytes.data() + 8) > layout_version) {
    return Failure{path + " is of a newer format: start the newer penchant that wrote it"};
  }
  const bool is_possible = layout.generation > 0 && layout.stores >= 1 && layout.stores <= stores_max;
  if (is_whole && is_possible) return layout;
  return Failure{path + " is damaged, and only it says which folders hold the stores: put back a copy of it", true};
}

result<void> write_layout(FileSystem& files, const std::string& root, const StoreLayout& layout) {
  PENCHANT_CHECK(layout.generation > 0 && layout.stores >= 1 && layout.stores <= stores_max);
  const std::string unfinished = path_in(root, layout_unfinished_name);
  {
    auto file = files.create(unfinished);
    if (!file) return file.error();
    if (auto written = (*file)->append(encode_layout(layout)); !written) return written;
    if (auto synced = (*file)->sync(); !synced) return synced;
  }
  if (auto renamed = files.rename(unfinished, path_in(root, layout_name)); !renamed) return renamed;
  return files.sync_directory(root);
}

std::vector<std::string> store_directories(const std::string& root, const StoreLayout& layout) {
  if (layout.generation == 0) return {root};
  std::vector<std::string> directories;
  for (std::uint32_t store = 0; store < layout.stores; ++store) {
    directories.push_back(path_in(root, store_folder(layout.generation, store)));
  }
  return directories;
}

bool is_store_file(std::string_view name) {
  if (name.ends_with(".tmp")) name.remove_suffix(4);
  for (const std::string_view aside : {".before-repair-", ".torn-"}) name = name.substr(0, name.find(aside));
  return first_sequence_of(name) || compressed_sequence_of(name) || snapshot_sequence(name) || erasure_sequence(name) ||
         parse_generation_name(name);
}

bool is_store_folder(std::string_view name) { return generation_of_folder(name).has_value(); }

result<bool> has_store_files(FileSystem& files, const std::string& directory) {
  const auto names = files.list(directory);
  if (!names) return names.error();
  return std::ranges::any_of(*names, is_store_file);
}

result<void> remove_other_generations(FileSystem& files, const std::string& root, const StoreLayout& layout) {
  const auto names = files.list(root);
  if (!names) return names.error();
  if (std::ranges::binary_search(*names, layout_unfinished_name)) {
    if (auto removed = files.remove(path_in(root, layout_unfinished_name)); !removed) return removed;
  }
  bool has_removed = layout.generation > 0 && std::ranges::any_of(*names, is_store_file);
  if (has_removed) {
    if (auto removed = remove_store_files(files, root, false); !removed) return removed;
  }
  for (const std::string& name : *names) {
    const auto generation = generation_of_folder(name);
    if (!generation || *generation == layout.generation) continue;
    const std::string directory = path_in(root, name);
    has_removed = true;
    if (auto removed = remove_store_files(files, directory, true); !removed) return removed;
    const auto left = files.list(directory);
    if (!left) return left.error();
    if (!left->empty()) continue;  // somebody else's
    if (auto removed = files.remove_directory(directory); !removed) return removed;
  }
  return has_removed ? files.sync_directory(root) : result<void>();
}

std::uint32_t store_of(std::string_view user, std::uint32_t stores) {
  // FNV-1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/
  std::uint64_t hash = 0xCBF29CE484222325;
  for (const char byte : user) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001B3;
  // fmix64 of MurmurHash3: https://github.com/aappleby/smhasher. FNV's top bits hardly know of the last bytes.
  hash = (hash ^ hash >> 33) * 0xFF51AFD7ED558CCD;
  hash = (hash ^ hash >> 33) * 0xC4CEB9FE1A85EC53;
  hash ^= hash >> 33;
  return static_cast<std::uint32_t>((hash >> 48) * stores >> 16);
}

}  // namespace penchant
