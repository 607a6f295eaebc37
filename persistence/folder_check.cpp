#include "persistence/folder_check.h"

#include <algorithm>

#include "persistence/compressed_format.h"
#include "persistence/decision_format.h"
#include "persistence/decision_generation.h"
#include "persistence/erasure.h"
#include "persistence/journal_check.h"
#include "persistence/snapshot.h"
#include "persistence/store_layout.h"
#include "persistence/token_file.h"

namespace penchant {
namespace {

class FolderCheck {
 public:
  FolderCheck(FileSystem& files, const std::string& directory, bool in_use, const CheckProgress& progress)
      : files_(files), directory_(directory), in_use_(in_use), progress_(progress) {}

  result<FolderFound> run() {
    const auto names = files_.list(directory_);
    if (!names) return names.error();
    for (const std::string& name : *names) sort(name, *names);
    const auto segments = list_segments(files_, directory_);
    if (!segments) return segments.error();
    if (auto measured = measure(*segments); !measured) return measured.error();
    const auto on_bytes = [this](std::uint64_t bytes) { progress_(std::min(bytes, all_bytes_), all_bytes_); };
    JournalCheck journal(files_, directory_, in_use_, found_);
    if (auto read = journal.run(*segments, on_bytes); !read) return read.error();
    return std::move(found_);
  }

 private:
  void sort(const std::string& name, const std::vector<std::string>& names) {
    if (name == "lock" || name == token_file_name || first_sequence_of(name)) return;
    if (const auto compressed = compressed_sequence_of(name)) {
      if (!std::ranges::binary_search(names, segment_name(*compressed))) return;
      note(name, "the segment is there in both forms: the plain one counts",
           "nothing: the next start removes this one");
    } else if (const auto snapshot = snapshot_sequence(name)) {
      found_.snapshots.push_back({.sequence = *snapshot,
                                  .bytes = size_of(name),
                                  .format = snapshot_format(files_, path_in(directory_, name))});
    } else if (erasure_sequence(name)) {
      check_erasure(name);
    } else if (const auto generation = parse_generation_name(name)) {
      check_decisions(name, *generation);
    } else if (is_set_aside(name)) {
      ++found_.set_aside;
      note(name, "a copy of what was cut off or repaired", "remove it when it is not needed; a FORGET does");
    } else if (name.ends_with(".tmp")) {
      ++found_.unfinished;
      if (!in_use_) note(name, "a file that was not finished", "nothing: the next start or snapshot removes it");
    } else if (is_store_folder(name)) {
      ++found_.unfinished;
      note(name, "left over of another number of stores", "nothing: the next start removes it");
    } else {
      ++found_.unknown;
      note(name, "not a file of Penchant's", "nothing: it is not looked at");
    }
  }

  void note(const std::string& name, const std::string& what, const std::string& advice) {
    found_.findings.push_back({.is_damage = false, .file = name, .what = what, .advice = advice});
  }
  void damage(const std::string& name, std::uint64_t offset, const std::string& what, const std::string& advice) {
    found_.findings.push_back({.file = name, .offset = offset, .what = what, .advice = advice});
  }

  std::uint64_t size_of(const std::string& name) {
    const auto file = files_.open_read(path_in(directory_, name));
    const auto size = file ? (*file)->size() : result<std::uint64_t>(0);
    return size ? *size : 0;
  }

  void check_erasure(const std::string& name) {
    ++found_.erasures;
    if (auto erasure = read_erasure(files_, directory_, name); !erasure) {
      found_.damaged_files.push_back(name);
      damage(name, 0, erasure.error().message, "take it out of the folder, start, and FORGET that user again");
    }
  }

  void check_decisions(const std::string& name, const GenerationId& id) {
    ++found_.decision_files;
    const auto file = files_.open_read(path_in(directory_, name));
    const auto size = file ? (*file)->size() : result<std::uint64_t>(file.error());
    if (!size) {
      if (!in_use_) damage(name, 0, size.error().message, decisions_advice);
      return;
    }
    if (*size > decision_generation_bytes_max) return damage(name, 0, "it is longer than it can be", decisions_advice);
    const auto bytes = static_cast<std::size_t>(*size);
    DecisionGeneration generation(std::max(bytes, decision_header_bytes));
    const auto got = (*file)->read_at(0, {generation.bytes(), bytes});
    if (!got) return damage(name, 0, got.error().message, decisions_advice);
    std::vector<DecisionId> judged;
    generation.load(id, *got, judged);
    found_.decisions += generation.decisions();
    const std::size_t good = generation.size();
    if (in_use_ || (good > 0 && good == *got)) return;
    if (good == 0 || !is_torn_from({generation.bytes(), *got}, good)) {
      return damage(name, good, "a checksum is wrong, or what is there contradicts itself", decisions_advice);
    }
    found_.findings.push_back({.is_damage = false,
                               .file = name,
                               .offset = good,
                               .what = "a torn tail of " + std::to_string(*got - good) + " bytes, as a crash leaves it",
                               .advice = decisions_advice});
  }

  result<void> measure(const std::vector<SegmentName>& segments) {
    for (const SegmentName& segment : segments) {
      ++found_.segments;
      if (segment.is_compressed) ++found_.compressed_segments;
      const std::string path = path_of_segment(directory_, segment);
      found_.disk_bytes += size_of(path.substr(path_in(directory_, "").size()));
      const auto opened = open_segment(files_, directory_, segment.first_sequence);
      const auto size = opened ? opened->file->size() : result<std::uint64_t>(0);
      if (size) all_bytes_ += *size;
    }
    return {};
  }

  static constexpr const char* decisions_advice =
      "nothing: decisions are expendable, and the next start reads the file up to here";

  FileSystem& files_;
  const std::string& directory_;
  const bool in_use_;
  const CheckProgress& progress_;
  FolderFound found_;
  std::uint64_t all_bytes_ = 0;  // of the segments, uncompressed
};

}  // namespace

bool FolderFound::is_sound() const {
  return std::ranges::none_of(findings, [](const Finding& finding) { return finding.is_damage; });
}

result<FolderFound> check_folder(FileSystem& files, const std::string& directory, bool in_use,
                                 const CheckProgress& progress) {
  return FolderCheck(files, directory, in_use, progress).run();
}

}  // namespace penchant
