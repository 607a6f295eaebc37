#include "persistence/respread_decisions.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <span>
#include <utility>

#include "persistence/decision_generation.h"
#include "persistence/store_layout.h"

namespace penchant {
namespace {

using Generations = std::vector<std::unique_ptr<DecisionGeneration>>;

class DecisionsRespread {
 public:
  DecisionsRespread(FileSystem& files, const std::vector<std::string>& to,
                    const std::function<bool(std::string_view)>& is_erased)
      : files_(files), to_(to), is_erased_(is_erased) {}

  result<std::vector<std::string>> run(const std::vector<std::string>& from) {
    for (const std::string& directory : from) {
      if (auto read = read_ring(directory); !read) return read.error();
    }
    // A re-spread before this one has left parts of one generation in several rings.
    std::ranges::sort(old_, {}, &DecisionGeneration::id);
    mark_judged();
    for (std::size_t begin = 0; begin < old_.size();) {
      std::size_t end = begin + 1;
      while (end < old_.size() && old_[end]->id() == old_[begin]->id()) ++end;
      if (auto done = spread(std::span(old_).subspan(begin, end - begin), end == old_.size()); !done)
        return done.error();
      begin = end;
    }
    return std::move(warnings_);
  }

 private:
  result<void> read_ring(const std::string& directory) {
    const auto names = files_.list(directory);
    if (!names) return names.error();
    for (const std::string& name : *names) {
      const auto id = parse_generation_name(name);
      if (!id) continue;
      if (auto read = this->read(path_in(directory, name), *id); !read) return read;
    }
    return {};
  }

  result<void> read(const std::string& path, const GenerationId& id) {
    const auto file = files_.open_read(path);
    if (!file) return file.error();
    const auto size = (*file)->size();
    if (!size) return size.error();
    const auto bytes = static_cast<std::size_t>(std::min<std::uint64_t>(*size, decision_generation_bytes_max));
    auto generation = std::make_unique<DecisionGeneration>(std::max(bytes, decision_header_bytes));
    const auto got = (*file)->read_at(0, {generation->bytes(), bytes});
    if (!got) return got.error();
    generation->load(id, *got, judged_);
    if (generation->size() != *size) {
      warnings_.push_back(path + " is damaged or torn at byte " + std::to_string(generation->size()) +
                          ": its decisions from there on are lost");
    }
    old_.push_back(std::move(generation));
    return {};
  }

  void mark_judged() {
    for (const DecisionId& id : judged_) {
      const auto of_start =
          std::ranges::equal_range(old_, id.start, {}, [](const auto& generation) { return generation->id().start; });
      for (const auto& generation : of_start) {
        if (generation->mark_judged(id.number)) break;
      }
    }
  }

  struct Place {
    const DecisionGeneration* generation = nullptr;
    std::uint32_t part = 0;  // its number among those of its id
    DecisionGeneration::Slot slot;
    std::uint64_t number() const { return generation->first_number() + slot.number; }
  };

  /// `old`: all parts of one generation. The last one's start must stay known, whatever is in it: no id is given twice.
  result<void> spread(std::span<const std::unique_ptr<DecisionGeneration>> old, bool is_last) {
    std::vector<Place> places;
    std::size_t capacity = decision_header_bytes;
    std::uint64_t first_number = std::numeric_limits<std::uint64_t>::max();
    for (const auto& part : old) {
      const auto number = static_cast<std::uint32_t>(&part - old.data());
      capacity += part->size();
      if (part->size() > 0) first_number = std::min(first_number, part->first_number());
      for (const DecisionGeneration::Slot& slot : part->slots()) {
        if (slot.is_erased() || is_erased_(part->decision(slot).user())) continue;
        places.push_back({part.get(), number, slot});
        capacity += slot.is_judged != 0 ? judged_frame_bytes : 0;
      }
    }
    std::ranges::sort(places, {}, &Place::number);
    Generations parts;  // memory becomes resident as it is used
    for (std::size_t k = 0; k < to_.size(); ++k) {
      parts.push_back(std::make_unique<DecisionGeneration>(std::min(capacity, decision_generation_bytes_max)));
      parts.back()->begin(old.front()->id(), first_number);
    }
    for (const Place& place : places) {
      add(place,
          *parts[store_of(place.generation->decision(place.slot).user(), static_cast<std::uint32_t>(to_.size()))]);
    }
    for (std::size_t k = 0; k < to_.size(); ++k) {
      if (parts[k]->decisions() == 0 && !(is_last && k == 0)) continue;
      DecisionFile file{.path = path_in(to_[k], generation_name(parts[k]->id()))};
      if (auto written = file.write(files_, {parts[k]->bytes(), parts[k]->size()}); !written) return written;
    }
    return {};
  }

  /// What does not fit any more, which takes a gigabyte of decisions, is left out.
  void add(const Place& place, DecisionGeneration& part) {
    const DecisionView view = place.generation->decision(place.slot);
    const ArmSetView set = place.generation->arm_set(view);
    listed_.clear();
    for (std::uint32_t i = 0; i < view.listed_count(); ++i) listed_.push_back(view.listed(i));
    const DecisionArms arms{.set = std::uint64_t{place.part} << 32 | view.place().arm_set_at,
                            .count = set.count(),
                            .rest_probability = view.rest_probability(),
                            .listed = listed_};
    const auto name = [](const void* of, std::uint32_t arm) { return static_cast<const ArmSetView*>(of)->name(arm); };
    if (!part.add(place.number(), view.decision(), arms, {.name = name, .of = &set})) return;
    if (place.slot.is_judged != 0) part.add_judged({.start = part.id().start, .number = place.number()});
  }

  FileSystem& files_;
  const std::vector<std::string>& to_;
  const std::function<bool(std::string_view)>& is_erased_;
  Generations old_;
  std::vector<DecisionId> judged_;
  std::vector<ArmProbability> listed_;
  std::vector<std::string> warnings_;
};

}  // namespace

result<std::vector<std::string>> respread_decisions(FileSystem& files, const std::vector<std::string>& from,
                                                    const std::vector<std::string>& to,
                                                    const std::function<bool(std::string_view user)>& is_erased) {
  return DecisionsRespread(files, to, is_erased).run(from);
}

}  // namespace penchant
