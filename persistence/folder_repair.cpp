#include "persistence/folder_repair.h"

#include <algorithm>

#include "persistence/compressed_format.h"
#include "persistence/erasure.h"
#include "persistence/segment_mending.h"
#include "persistence/segment_salvage.h"

namespace penchant {
namespace {

constexpr std::size_t copied_at_once_bytes = std::size_t{1} << 20;

std::string told(const EventRange& events) {
  if (events.first == events.last) return "event " + std::to_string(events.first);
  return "events " + std::to_string(events.first) + " to " + std::to_string(events.last) + " (" +
         std::to_string(events.last - events.first + 1) + ")";
}

/// The newest snapshot that is whole; 0 where there is none.
std::uint64_t newest_whole(const FolderFound& found) {
  std::uint64_t newest = 0;
  for (const SnapshotFound& snapshot : found.snapshots) {
    if (snapshot.is_whole) newest = std::max(newest, snapshot.sequence);
  }
  return newest;
}

class FolderRepair {
 public:
  FolderRepair(FileSystem& files, const std::string& directory, const FolderFound& found, const RepairOptions& options)
      : files_(files), directory_(directory), found_(found), options_(options) {}

  result<std::vector<std::string>> run() {
    if (!options_.aside.empty()) {
      if (auto made = files_.make_directory(options_.aside); !made) return made.error();
    }
    for (const std::string& name : found_.damaged_files) {
      if (auto taken = take_out(name); !taken) return taken.error();
    }
    for (const SegmentDamage& damage : found_.damaged_segments) {
      if (auto mended = mend(damage); !mended) return mended.error();
    }
    if (found_.missing_before > 1) {
      if (auto filled = fill_beginning(); !filled) return filled.error();
    }
    return std::move(done_);
  }

 private:
  std::string aside_folder() const { return options_.aside.empty() ? directory_ : options_.aside; }
  std::string copy_of(const std::string& name) const {
    return path_in(aside_folder(), set_aside_name(name, options_.now_ms));
  }

  /// Makes copy_of(name), which is on the disk when this returns.
  result<void> copy_aside(const std::string& name) {
    auto from = files_.open_read(path_in(directory_, name));
    if (!from) return from.error();
    auto to = files_.create(copy_of(name));
    if (!to) return to.error();
    std::vector<std::byte> piece(copied_at_once_bytes);
    for (std::uint64_t offset = 0;;) {
      const auto got = (*from)->read_at(offset, piece);
      if (!got) return got.error();
      if (*got == 0) break;
      if (auto written = (*to)->append(std::span(piece).first(*got)); !written) return written;
      offset += *got;
    }
    if (auto synced = (*to)->sync(); !synced) return synced;
    return files_.sync_directory(aside_folder());
  }

  result<void> take_out(const std::string& name) {
    if (auto copied = copy_aside(name); !copied) return copied;
    if (auto removed = files_.remove(path_in(directory_, name)); !removed) return removed;
    done_.push_back(name + " was taken out; it is kept as " + copy_of(name));
    if (erasure_sequence(name)) done_.push_back("it said whom to forget: FORGET that user again");
    return files_.sync_directory(directory_);
  }

  result<StoreId> store_id(const SegmentName& segment) {
    if (found_.store_id) return *found_.store_id;
    return claimed_store_id(files_, directory_, segment);
  }

  result<void> mend(SegmentDamage damage) {
    if (damage.is_last) damage.until = newest_whole(found_) + 1;
    const auto id = store_id(damage.segment);
    if (!id) return id.error();
    const std::string path = path_of_segment(directory_, damage.segment);
    const std::string name = path.substr(path_in(directory_, "").size());
    const std::string plain = path_of_segment(directory_, {damage.segment.first_sequence, false});
    const std::string unfinished = plain + ".tmp";
    if (auto removed = remove_leftover(unfinished); !removed) return removed;
    const auto mended = mend_segment(files_, directory_, damage, *id, unfinished);
    if (!mended) {
      (void)files_.remove(unfinished);  // the failure told is the first one
      return mended.error();
    }
    if (auto copied = copy_aside(name); !copied) return copied;
    if (auto renamed = files_.rename(unfinished, plain); !renamed) return renamed;
    if (auto synced = files_.sync_directory(directory_); !synced) return synced;
    if (damage.segment.is_compressed) {
      if (auto removed = files_.remove(path); !removed) return removed;
      if (auto synced = files_.sync_directory(directory_); !synced) return synced;
    }
    tell(name, *mended);
    return {};
  }

  void tell(const std::string& name, const Mended& mended) {
    const std::uint64_t covered = newest_whole(found_);
    for (const EventRange& lost : mended.lost) {
      done_.push_back("lost: " + told(lost) + " of " + name +
                      (lost.last <= covered ? "; what they taught is in the snapshot of event " +
                                                  std::to_string(covered) + ", their texts are gone from the history"
                                            : ""));
    }
    if (mended.cut_bytes > 0) {
      done_.push_back(name + " was cut behind event " + std::to_string(mended.next_sequence - 1) + ": its last " +
                      std::to_string(mended.cut_bytes) + " bytes held no whole event");
    }
    done_.push_back(name + " was written anew; it is kept as it was in " + copy_of(name));
  }

  result<void> fill_beginning() {
    const EventRange missing{1, found_.missing_before - 1};
    if (!found_.store_id) return Failure{"no file tells which store this is"};
    const std::string path = path_of_segment(directory_, {1, false});
    const std::string unfinished = path + ".tmp";
    if (auto removed = remove_leftover(unfinished); !removed) return removed;
    if (auto written = write_erased_segment(files_, unfinished, *found_.store_id, missing); !written) return written;
    if (auto renamed = files_.rename(unfinished, path); !renamed) return renamed;
    done_.push_back("lost: " + told(missing) + ", which neither the journal nor a snapshot holds");
    return files_.sync_directory(directory_);
  }

  /// What a repair that was cut short has left.
  result<void> remove_leftover(const std::string& path) {
    const auto names = files_.list(directory_);
    if (!names) return names.error();
    const std::string name = path.substr(path_in(directory_, "").size());
    return std::ranges::binary_search(*names, name) ? files_.remove(path) : result<void>();
  }

  FileSystem& files_;
  const std::string& directory_;
  const FolderFound& found_;
  const RepairOptions& options_;
  std::vector<std::string> done_;
};

}  // namespace

std::vector<std::string> repair_plan(const FolderFound& found) {
  std::vector<std::string> plan;
  for (const std::string& name : found.damaged_files) plan.push_back("take out " + name + ", which is damaged");
  for (const SegmentDamage& damage : found.damaged_segments) {
    const std::string name = damage.segment.is_compressed ? compressed_name(damage.segment.first_sequence)
                                                          : segment_name(damage.segment.first_sequence);
    plan.push_back("write " + name + " anew with what can be read of it");
  }
  if (found.missing_before > 1) {
    plan.push_back("go on without " + told({1, found.missing_before - 1}) + ", which nothing holds");
  }
  return plan;
}

result<std::vector<std::string>> repair_folder(FileSystem& files, const std::string& directory,
                                               const FolderFound& found, const RepairOptions& options) {
  return FolderRepair(files, directory, found, options).run();
}

}  // namespace penchant
