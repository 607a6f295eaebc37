// RandomLife: an endless, repeatable stream of events of all kinds, and of questions about them.
//
// Owner: the caller. Lifetime: what next_* returns lasts until the next call of any.
#pragma once

#include <cstdint>
#include <deque>
#include <initializer_list>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/recommend.h"
#include "tests/engine/taste.h"

namespace penchant::test {

class RandomLife {
 public:
  using AnyEvent = std::variant<Record, PoolSet, PoolDelete, DecayChange>;

  /// Of four lives one knows many models, one some, one two, and one judges two in quick succession, which is what
  /// makes an engine sure.
  explicit RandomLife(unsigned seed)
      : random_(seed),
        models_(seed % 4 == 0   ? 40
                : seed % 4 == 1 ? 5
                                : 2),
        busy_(seed % 4 == 3) {}

  AnyEvent next_event() {
    pass_time();
    forget_texts();
    const unsigned dice = below(40);
    if (dice == 0) return DecayChange{now_ms_, pick<double>({30, 30, 7, 300, 0})};
    if (dice == 1) return PoolDelete{now_ms_, family(), tier()};
    if (dice <= 3) {
      checkpoints_.clear();
      for (unsigned left = below(8); left > 0; --left) checkpoints_.push_back(model('m'));
      return PoolSet{now_ms_, family(), tier(), checkpoints_};
    }
    return next_record();
  }

  Question next_question(std::int64_t now_ms) {
    forget_texts();
    Question question{.user = below(12) == 0 ? "eve" : user(), .keywords = prompt()};
    if (below(3) == 0) question.family = below(6) == 0 ? "flux" : family();
    if (below(3) == 0) question.tier = tier();
    if (below(4) == 0) question.top = pick<std::uint32_t>({1, 2, 5, 100});
    checkpoints_.clear();
    if (below(3) == 0) {
      for (unsigned left = below(8); left > 0; --left) checkpoints_.push_back(model('m'));
    }
    question.among = checkpoints_;
    question.at_ms = now_ms + pick<std::int64_t>({0, 0, second_ms, 40 * day_ms, -2 * day_ms});
    return question;
  }

 private:
  unsigned below(unsigned bound) { return static_cast<unsigned>(random_() % bound); }

  template <class Value>
  Value pick(std::initializer_list<Value> values) {
    return values.begin()[below(static_cast<unsigned>(values.size()))];
  }

  void pass_time() {
    if (busy_ && below(50) > 0) {
      now_ms_ += below(1000);
      return;
    }
    switch (below(12)) {
      case 0: now_ms_ += below(20) * day_ms; break;
      case 1: now_ms_ -= below(3) * day_ms; break;  // a clock that was set back
      case 2: now_ms_ += below(8) == 0 ? 1500 * day_ms : 0; break;
      case 3: break;
      default: now_ms_ += below(100'000);
    }
  }

  std::string_view keep(std::string text) { return texts_.emplace_back(std::move(text)); }
  void forget_texts() { texts_.clear(); }

  std::string_view user() { return pick<std::string_view>({"ann", "ann", "ann", "bob", "cyd"}); }
  std::string_view family() { return pick<std::string_view>({"sdxl", "sd15"}); }
  Tier tier() { return pick({Tier::draft, Tier::standard, Tier::quality}); }

  /// One of few models, in one of the ways to write it.
  std::string_view model(char kind) {
    const std::string key = numbered(kind, static_cast<int>(below(models_)));
    switch (below(4)) {
      case 0: return keep("sdxl/" + key + ".safetensors");
      case 1: return keep("old\\" + key + ".CKPT");
      default: return keep(key);
    }
  }

  std::span<const Keyword> prompt() {
    keywords_.clear();
    for (const char* word : {"ink", "cat", "moon", "oil", "dog", "anime", "portrait"}) {
      if (below(3) < (busy_ ? 2U : 1U)) keywords_.push_back({word});
    }
    return keywords_;
  }

  Record next_record() {
    Record record{.now_ms = now_ms_, .verdict = verdict(), .user = user(), .checkpoint = model('m')};
    record.keywords = prompt();
    if (below(6) == 0) record.at_ms = now_ms_ - below(90) * day_ms;
    if (below(20) == 0) record.at_ms = now_ms_ - below(4000) * day_ms;
    if (below(20) == 0) record.at_ms = now_ms_ + below(90) * day_ms;
    if (below(15) == 0) record.weight_ms = now_ms_ - below(60) * day_ms;
    if (below(3) == 0) record.family = family();
    if (below(busy_ ? 8 : 2) == 0) record.id = keep(std::to_string(below(12)));
    loras_.clear();
    if (below(3) == 0) loras_.push_back({model('l')});
    record.loras = loras_;
    return record;
  }

  Verdict verdict() {
    return pick({Verdict::selected, Verdict::selected, Verdict::rejected, Verdict::rejected, Verdict::neutral});
  }

  std::mt19937 random_;
  unsigned models_;
  bool busy_;
  std::int64_t now_ms_ = 1'750'000'000'000;
  std::deque<std::string> texts_;
  std::vector<Keyword> keywords_;
  std::vector<LoraTag> loras_;
  std::vector<std::string_view> checkpoints_;
};

}  // namespace penchant::test
