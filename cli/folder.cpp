#include "cli/folder.h"

#include <algorithm>
#include <stdexcept>

#include "net/service.h"
#include "persistence/store_layout.h"

namespace penchant {

std::unique_ptr<StoreSet> open_folder(FileSystem& files, const std::string& directory, MissingFolder missing) {
  if (missing == MissingFolder::refuse) {
    const auto names = files.list(directory);
    const auto is_kept = [](const std::string& name) { return is_store_file(name) || name == layout_name; };
    if (!names || std::ranges::none_of(*names, is_kept)) {
      throw std::runtime_error("nothing is kept in " + directory + " (" +
                               (names ? "it has no journal" : names.error().message) + "); penchant serve --data " +
                               directory + " makes a folder that keeps preferences");
    }
  }
  StoreSetOptions options;
  options.store.directory = directory;
  options.store.keep_decay = true;
  // Whatever room a server gives its decisions: from here none of them expires.
  options.decisions.bytes_max = decision_ring_bytes_max;
  auto set = StoreSet::open(
      files, options, clock_ms(), [](std::uint32_t, const auto&) {}, [](const std::string&) {});
  if (!set) throw std::runtime_error(set.error().message);
  return std::move(*set);
}

}  // namespace penchant
