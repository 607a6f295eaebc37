// RecordStats: plain counts of records that pass by, as docs/export_format.md has them under "stats".
//
// Memory: each keyword and name once, 32 bytes for each pair. Threading: none. Errors: none of its own.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event.h"
#include "engine/result.h"
#include "engine/text_hash.h"

namespace penchant {

struct Stat {
  std::string_view type;
  std::string_view key;
  std::uint64_t selected = 0;
  std::uint64_t total = 0;
};

class RecordStats {
 public:
  /// A neutral record counts nowhere.
  void count(const Record& record);
  /// Calls on_stat for all, in the order of the page, until it fails.
  result<void> each(const std::function<result<void>(const Stat&)>& on_stat) const;

 private:
  using Number = std::uint32_t;
  struct Counted {
    std::uint64_t selected = 0;
    std::uint64_t total = 0;
  };
  using Pairs = boost::unordered_flat_map<std::uint64_t, Counted>;  // by first << 32 | second
  class Names {
   public:
    /// What is the same by its key gets the same number, and the text that came first.
    Number number_of(std::string_view key, std::string_view text);
    const std::string& text(Number number) const { return texts_[number]; }

   private:
    boost::unordered_flat_map<std::string_view, Number, TextHash> numbers_;
    std::deque<std::string> keys_;
    std::deque<std::string> texts_;
  };

  result<void> each_of(std::string_view type, const Pairs& pairs, const Names* first, const Names& second,
                       const std::function<result<void>(const Stat&)>& on_stat) const;

  Names keyword_names_;
  Names checkpoint_names_;
  Names lora_names_;
  Pairs keyword_checkpoints_;
  Pairs keyword_loras_;
  Pairs checkpoint_loras_;
  Pairs checkpoints_;
  Pairs loras_;
  std::vector<Number> record_loras_;  // scratch
  std::vector<Number> record_keywords_;
};

}  // namespace penchant
