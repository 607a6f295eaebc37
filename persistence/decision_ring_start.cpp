// How a ring starts: which number this start gets, which files are read, and which go when it begins its own.
#include <algorithm>
#include <utility>

#include "persistence/decision_ring.h"

namespace penchant {

result<std::unique_ptr<DecisionRing>> DecisionRing::open(FileSystem& files, std::string directory,
                                                         const DecisionRingOptions& options, std::int64_t now_ms,
                                                         std::uint64_t start_min) {
  if (options.bytes_max < decision_ring_bytes_min || options.bytes_max > decision_ring_bytes_max) {
    return Failure{"the decisions' bytes must be from " + std::to_string(decision_ring_bytes_min) + " to " +
                   std::to_string(decision_ring_bytes_max) + ", not " + std::to_string(options.bytes_max)};
  }
  std::unique_ptr<DecisionRing> ring(new DecisionRing(files, std::move(directory), options));
  start_min = std::max(start_min, now_ms > 0 ? static_cast<std::uint64_t>(now_ms) : 0);
  if (auto started = ring->begin_life(start_min); !started) return started.error();
  return ring;
}

result<void> DecisionRing::begin_life(std::uint64_t start_min) {
  const auto names = files_.list(directory_);
  if (!names) return names.error();
  list_generations(*names);
  const std::uint64_t least = unloaded_.empty() ? 1 : unloaded_.front().start + 1;
  if (least > decision_start_max) {
    return Failure{path_in(directory_, generation_name(unloaded_.front())) +
                   " names the last start that there can be: " + "remove it"};
  }
  start_ = std::clamp(start_min, least, decision_start_max);
  id_ = DecisionIdText({.start = start_, .number = 0});
  return {};
}

// What a writing that did not come to its end has left behind is to be removed.
void DecisionRing::list_generations(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (const auto id = parse_generation_name(name)) {
      unloaded_.push_back(*id);
    } else if (is_unfinished_generation(name)) {
      removals_.push_back({.path = path_in(directory_, name)});
    }
  }
  std::sort(unloaded_.rbegin(), unloaded_.rend());
}

void DecisionRing::begin() {
  if (has_begun_) return;
  load();
  push_generation(1);
  // They wait until the new file is there: the greatest start of all may be in the name of one of them.
  const auto written = wait_until_written();
  has_begun_ = true;
  if (written) flush();
}

// What is new has room.
void DecisionRing::get_ready() {
  begin();
  learn_outcome();
  make_room(generations_.size() - 1);
  for (DecisionFile& file : std::exchange(unfitting_, {})) removals_.push_back(std::move(file));
  is_ready_ = true;
}

void DecisionRing::load() {
  if (unloaded_.empty()) return;
  std::vector<DecisionId> judged;
  std::size_t room = options_.bytes_max;
  for (const GenerationId& id : std::exchange(unloaded_, {})) {
    auto generation = read_generation(id, room, judged);
    if (!generation) continue;
    room -= generation->size();
    generations_.push_front(std::move(generation));
    if (generations_.size() == decision_generations_max) room = 0;
  }
  for (const DecisionId& id : judged) {
    if (DecisionGeneration* const generation = generation_of(id)) generation->mark_judged(id.number);
  }
}

// Nothing where there is nothing of use in it, or it cannot be read now. Where it does not fit nor does what is older.
std::unique_ptr<DecisionGeneration> DecisionRing::read_generation(const GenerationId& id, std::size_t& room,
                                                                  std::vector<DecisionId>& judged) {
  const std::string path = path_in(directory_, generation_name(id));
  const auto unread = [this](const Failure& failure) {
    warnings_.push_back(failure.message + ": its decisions are unknown until the next start");
    unread_ = failure;
    return nullptr;
  };
  const auto file = files_.open_read(path);
  if (!file) return unread(file.error());
  const auto size = (*file)->size();
  if (!size) return unread(size.error());
  if (*size > room) {
    room = 0;
    unfitting_.push_back({.path = path});
    return nullptr;
  }
  const auto bytes = static_cast<std::size_t>(*size);
  auto generation = std::make_unique<DecisionGeneration>(std::max(bytes, decision_header_bytes));
  const auto got = (*file)->read_at(0, {generation->bytes(), bytes});
  if (!got) return unread(got.error());
  const std::size_t judged_before = judged.size();
  generation->load(id, *got, judged);
  const std::size_t good = generation->size();
  if (good == 0) {
    warnings_.push_back(path + " has no header of a decisions' file of version " +
                        std::to_string(decision_format_version) + ": its decisions are lost");
  } else if (good != *got) {
    warnings_.push_back(path + " is damaged or torn at byte " + std::to_string(good) +
                        ": its decisions from there on are lost");
  }
  if (generation->decisions() == 0 && judged.size() == judged_before) {
    removals_.push_back({.path = path});
    return nullptr;
  }
  generation->file = {.path = path, .written = good, .exists = true, .is_anew = good != *got};
  return generation;
}

}  // namespace penchant
