#include "persistence/stores_check.h"

#include <algorithm>

#include "persistence/token_file.h"

namespace penchant {
namespace {

constexpr const char* leftover = "left over of another number of stores";
constexpr const char* leftover_advice = "nothing: the next start removes it";

/// What is in the root where the stores have folders of their own.
void check_root(const std::vector<std::string>& names, const std::vector<std::string>& folders,
                std::vector<Finding>& findings) {
  for (const std::string& name : names) {
    if (name == "lock" || name == layout_name || name == token_file_name) continue;
    if (std::ranges::find(folders, name) != folders.end()) continue;
    const bool is_leftover = is_store_file(name) || is_store_folder(name) || name == layout_unfinished_name;
    findings.push_back({.is_damage = false,
                        .file = name,
                        .what = is_leftover ? leftover : "not a file of Penchant's",
                        .advice = is_leftover ? leftover_advice : "nothing: it is not looked at"});
  }
}

void add_up(FolderFound& all, const FolderFound& one) {
  for (const auto number :
       {&FolderFound::segments, &FolderFound::compressed_segments, &FolderFound::segment_bytes,
        &FolderFound::disk_bytes, &FolderFound::events, &FolderFound::erased_events, &FolderFound::compared_snapshots,
        &FolderFound::erasures, &FolderFound::decision_files, &FolderFound::decisions, &FolderFound::set_aside,
        &FolderFound::unfinished, &FolderFound::unknown}) {
    all.*number += one.*number;
  }
  for (const auto number : {&FolderFound::users, &FolderFound::records}) {
    all.*number = all.*number && one.*number ? std::optional(*(all.*number) + *(one.*number)) : std::nullopt;
  }
  const auto is_before = [](auto a, auto b) { return a != 0 && (b == 0 || a < b); };
  if (is_before(one.first_event, all.first_event)) all.first_event = one.first_event;
  all.last_event = std::max(all.last_event, one.last_event);
  if (is_before(one.oldest_event_ms, all.oldest_event_ms)) all.oldest_event_ms = one.oldest_event_ms;
  all.newest_event_ms = std::max(all.newest_event_ms, one.newest_event_ms);
  all.snapshots.insert(all.snapshots.end(), one.snapshots.begin(), one.snapshots.end());
  all.is_beyond_repair = all.is_beyond_repair || one.is_beyond_repair;
}

}  // namespace

FolderFound StoresFound::all() const {
  FolderFound all;
  all.users = all.records = 0;
  all.findings = findings;
  for (const StoreFound& store : stores) {
    add_up(all, store.found);
    for (Finding finding : store.found.findings) {
      if (store.folder != ".") finding.file = store.folder + "/" + finding.file;
      all.findings.push_back(std::move(finding));
    }
  }
  return all;
}

result<StoresFound> check_stores(FileSystem& files, const std::string& root, bool in_use,
                                 const CheckProgress& progress) {
  StoresFound all;
  const auto names = files.list(root);
  if (!names) return names.error();
  const auto layout = read_layout(files, root);
  if (!layout) {
    all.findings.push_back(
        {.file = std::string(layout_name), .what = layout.error().message, .advice = "nothing else was looked at"});
    return all;
  }
  const std::vector<std::string> directories = store_directories(root, *layout);
  if (layout->generation == 0) {
    auto found = check_folder(files, root, in_use, progress);
    if (!found) return found.error();
    all.stores.push_back({".", std::move(*found)});
    return all;
  }
  std::vector<std::string> folders;
  for (const std::string& directory : directories) folders.push_back(directory.substr(path_in(root, "").size()));
  check_root(*names, folders, all.findings);
  for (std::size_t k = 0; k < directories.size(); ++k) {
    auto found = check_folder(files, directories[k], in_use, progress);
    if (found) {
      all.stores.push_back({folders[k], std::move(*found)});
      continue;
    }
    all.findings.push_back(
        {.file = folders[k], .what = found.error().message, .advice = "put back a copy of this store's folder"});
  }
  return all;
}

}  // namespace penchant
