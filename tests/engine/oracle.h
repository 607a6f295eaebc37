// The oracle: what docs/model.md says, in the slowest way that is plainly right. Every verdict is kept in a list;
// every answer goes through all of them, in doubles, with one std::exp each. Slow, and small enough to be believed.
#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/engine.h"
#include "engine/model_name.h"
#include "engine/recommend.h"

namespace penchant::test {

/// One verdict, with its weight as it was at `since_ms`; from then on it fades.
struct Remembered {
  std::string user;
  std::string id;
  std::uint64_t sequence = 0;
  Verdict verdict = Verdict::neutral;
  std::string checkpoint;  // its key
  std::vector<std::string> keywords;
  std::vector<std::string> loras;  // their keys
  double weight = 1;
  std::int64_t since_ms = 0;
};

struct OracleArm {
  std::string key;
  std::string name;
  std::string family;
};

class Oracle {
 public:
  std::int64_t now_ms() const { return now_ms_; }
  const std::vector<OracleArm>& checkpoints(const std::string& user) { return checkpoints_[user]; }
  const std::vector<OracleArm>& loras(const std::string& user) { return loras_[user]; }

  Recorded record(const Record& event) {
    const std::string user(event.user);
    const auto known = std::find_if(verdicts_.begin(), verdicts_.end(), [&](const Remembered& r) {
      return r.user == user && r.id == event.id && !r.id.empty();
    });
    const bool is_known = known != verdicts_.end();
    if (is_known && known->verdict == event.verdict) return {Recorded::Kind::duplicate, known->sequence};

    now_ms_ = std::max(now_ms_, event.now_ms);
    const std::int64_t at_ms = std::min(event.at_ms.value_or(now_ms_), now_ms_);
    Remembered verdict{.user = user,
                       .id = std::string(event.id),
                       .sequence = is_known ? known->sequence : ++sequences_[user],
                       .verdict = event.verdict,
                       .since_ms = std::min(event.weight_ms.value_or(at_ms), now_ms_)};
    for (const Keyword& keyword : event.keywords) verdict.keywords.emplace_back(keyword.text);
    for (const LoraTag& lora : event.loras) verdict.loras.push_back(meet(loras_[user], lora.name, event.family));
    verdict.checkpoint = meet(checkpoints_[user], event.checkpoint, event.family);
    if (is_known) verdicts_.erase(known);
    verdicts_.push_back(verdict);
    if (verdict.verdict != Verdict::neutral) {
      const auto [newest, is_first] = newest_.try_emplace(user, verdict);
      if (weight(verdict, now_ms_) > weight(newest->second, now_ms_)) newest->second = verdict;
    }
    return {is_known ? Recorded::Kind::corrected : Recorded::Kind::counted, verdict.sequence};
  }

  void change_decay(const DecayChange& event) {
    now_ms_ = std::max(now_ms_, event.now_ms);
    const auto fade = [this](Remembered& verdict) {
      verdict.weight = weight(verdict, now_ms_);
      verdict.since_ms = now_ms_;
    };
    for (Remembered& verdict : verdicts_) fade(verdict);
    for (auto& [user, verdict] : newest_) fade(verdict);
    days_ = event.decay_days;
  }

  void set_pool(const PoolSet& event) {
    now_ms_ = std::max(now_ms_, event.now_ms);
    const std::string family(event.family);
    if (pools_of(family).empty()) {
      std::erase(families_, family);
      families_.push_back(family);
    }
    std::vector<OracleArm>& pool = pools_[{family, event.tier}];
    pool.clear();
    for (const std::string_view name : event.checkpoints) add(pool, name);
  }

  bool delete_pool(const PoolDelete& event) {
    if (pools_.erase({std::string(event.family), event.tier}) == 0) return false;
    now_ms_ = std::max(now_ms_, event.now_ms);
    return true;
  }

  /// The arms in question, in the order that breaks ties.
  std::vector<OracleArm> arms(const Question& question) {
    const std::string user(question.user);
    const std::string family(question.family);
    std::vector<OracleArm> found;
    for (const std::string_view name : question.among) add(found, name);
    if (found.empty() && !family.empty()) {
      for (const auto& [tier, pool] : pools_of(family)) {
        if (question.tier && tier != *question.tier) continue;
        for (const OracleArm& arm : *pool) add(found, arm.name);
      }
    }
    if (found.empty()) {
      for (const OracleArm& arm : checkpoints_[user]) {
        if (is_recorded(user, arm.key) && (family.empty() || arm.family == family)) found.push_back(arm);
      }
    }
    for (OracleArm& arm : found) {
      for (const OracleArm& mine : checkpoints_[user]) {
        if (mine.key == arm.key) arm.name = mine.name;
      }
    }
    return found;
  }

  ArmScore score(std::string_view user, std::string_view key, std::span<const Keyword> keywords,
                 std::int64_t at_ms) const {
    if (keywords.empty()) {
      const Counts total = overall(user, key, at_ms);
      return {posterior(total), total.observed};
    }
    ArmScore sum{0, 0};
    for (const Keyword& keyword : keywords) {
      Counts cell;
      for (const Remembered& verdict : verdicts_) {
        if (verdict.user != user || verdict.checkpoint != key) continue;
        if (std::count(verdict.keywords.begin(), verdict.keywords.end(), keyword.text) > 0) count(verdict, at_ms, cell);
      }
      sum.score += posterior(cell) / static_cast<double>(keywords.size());
      sum.observations += cell.observed;
    }
    return sum;
  }

  Counts overall(std::string_view user, std::string_view checkpoint, std::int64_t at_ms) const {
    Counts total;
    for (const Remembered& verdict : verdicts_) {
      if (verdict.user == user && verdict.checkpoint == checkpoint) count(verdict, at_ms, total);
    }
    return total;
  }

  Counts overall_of_lora(std::string_view user, std::string_view lora, std::int64_t at_ms) const {
    Counts total;
    for (const Remembered& verdict : verdicts_) {
      if (verdict.user != user) continue;
      for (const std::string& used : verdict.loras) {
        if (used == lora) count(verdict, at_ms, total);
      }
    }
    return total;
  }

  std::uint64_t verdicts(std::string_view user, std::optional<Verdict> verdict) const {
    return static_cast<std::uint64_t>(std::count_if(verdicts_.begin(), verdicts_.end(), [&](const Remembered& r) {
      return r.user == user && (!verdict || r.verdict == *verdict);
    }));
  }

 private:
  bool is_recorded(const std::string& user, const std::string& checkpoint) const {
    return std::any_of(verdicts_.begin(), verdicts_.end(),
                       [&](const Remembered& r) { return r.user == user && r.checkpoint == checkpoint; });
  }
  static double posterior(const Counts& counts) { return (counts.selected + 5) / (counts.observed + 10); }

  double weight(const Remembered& verdict, std::int64_t at_ms) const {
    const double age_days = static_cast<double>(at_ms - verdict.since_ms) / 86'400'000.0;
    return days_ == 0 ? verdict.weight : verdict.weight * std::exp(-age_days / days_);
  }

  void count(const Remembered& verdict, std::int64_t at_ms, Counts& counts) const {
    if (verdict.verdict == Verdict::neutral) return;
    // Asked about a time before it, the newest weighs 1, and the others less.
    const double counted = weight(verdict, at_ms) / std::max(weight(newest_.at(verdict.user), at_ms), 1.0);
    counts.observed += counted;
    if (verdict.verdict == Verdict::selected) counts.selected += counted;
  }

  /// Adds a model unless it is there.
  static void add(std::vector<OracleArm>& arms, std::string_view name) {
    const std::string key(model_key(name));
    for (const OracleArm& arm : arms) {
      if (arm.key == key) return;
    }
    arms.push_back({key, std::string(name), ""});
  }

  /// The key of a model a user records, met now or before.
  std::string meet(std::vector<OracleArm>& arms, std::string_view name, std::string_view family) {
    const std::string key(model_key(name));
    add(arms, public_name(key).value_or(std::string(name)));
    for (OracleArm& arm : arms) {
      if (arm.key == key && !family.empty()) arm.family = family;
    }
    return key;
  }

  std::optional<std::string> public_name(const std::string& key) const {
    for (const std::string& family : families_) {
      for (const auto& [tier, pool] : pools_of(family)) {
        for (const OracleArm& arm : *pool) {
          if (arm.key == key) return arm.name;
        }
      }
    }
    return std::nullopt;
  }

  std::vector<std::pair<Tier, const std::vector<OracleArm>*>> pools_of(const std::string& family) const {
    std::vector<std::pair<Tier, const std::vector<OracleArm>*>> found;
    for (const auto& [place, pool] : pools_) {
      if (place.first == family) found.emplace_back(place.second, &pool);
    }
    return found;
  }

  std::int64_t now_ms_ = 0;
  double days_ = 30;
  std::vector<Remembered> verdicts_;
  std::map<std::string, Remembered, std::less<>> newest_;  // the judged one of the latest time, by user
  std::map<std::string, std::uint64_t> sequences_;
  std::map<std::string, std::vector<OracleArm>> checkpoints_;  // by user, in order of first record
  std::map<std::string, std::vector<OracleArm>> loras_;
  std::vector<std::string> families_;  // in order of first mention
  std::map<std::pair<std::string, Tier>, std::vector<OracleArm>> pools_;
};

}  // namespace penchant::test
