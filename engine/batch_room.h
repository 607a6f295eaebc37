// BatchRoom: whether a batch of records fits an engine's limits all together, before the first of them is recorded.
//
//   BatchRoom room(engine);
//   for (…) if (auto fits = room.add(record); !fits) return fits;
//
// What it lets through Engine::record() takes, as accepted: the bytes of a user's tables are looked at as they are now,
// and the batch may add its own (limits.h). Lifetime: the engine outlives it and stays as it is. Memory: 9 bytes for
// each thing that is new. Threading: none.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.h"
#include "engine/event.h"
#include "engine/result.h"
#include "engine/text_hash.h"

namespace penchant {

class BatchRoom {
 public:
  explicit BatchRoom(const Engine& engine) : engine_(engine) {}

  /// Adds a record to the batch; what limit it does not fit, if so.
  result<void> add(const Record& record);

 private:
  enum class Kind : std::uint8_t { keyword, checkpoint, lora, parameter, negative, text };
  struct Taken {
    std::size_t keywords = 0;
    std::size_t checkpoints = 0;
    std::size_t loras = 0;
    std::size_t parameters = 0;
    std::size_t negatives = 0;
  };

  /// Whether nobody has named this before in the batch.
  bool is_new(Kind kind, std::uint64_t user, std::string_view text);
  void take_texts(const Record& record);
  void take_text(bool is_known, Kind kind, std::string_view text);
  result<void> fits(const User* user, const Taken& taken) const;

  const Engine& engine_;
  boost::unordered_flat_set<std::uint64_t> seen_;
  boost::unordered_flat_map<std::uint64_t, Taken> taken_;  // by the hash of the user's name
  std::vector<LessonKeyword> keywords_;                     // scratch of add()
  Features features_;                                       // likewise
  std::size_t new_users_ = 0;
  std::size_t new_text_bytes_ = 0;
};

}  // namespace penchant
