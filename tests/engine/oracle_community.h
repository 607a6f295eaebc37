// The oracle's community: what all who share have counted, in cells that three of them stand behind.
#pragma once

#include "tests/engine/oracle.h"

namespace penchant::test {

/// The prior mean of a cell; it is not sure where rounding decides who stands behind the cell.
struct Prior {
  double mean = 0.5;
  bool counts = false;
  bool is_sure = true;
};

class OracleCommunity {
 public:
  OracleCommunity() = default;
  /// Of those who share now. It stays as it is, whatever they do then.
  explicit OracleCommunity(const Oracle& oracle) : then_(oracle) {
    made_ms_ = then_.now_ms();
    for (const Person& person : then_.people()) {
      if (!person.shares) continue;
      sharers_.push_back(&person);
      when_made_.push_back(then_.verdicts(&person, made_ms_));
      lost_when_made_.push_back(then_.weight(person.lost, made_ms_) + 1e-8);
      if (person.newest && (!newest_ || age(*person.newest) > age(*newest_))) newest_ = person.newest;
    }
  }
  OracleCommunity(const OracleCommunity&) = delete;  // it points into itself
  OracleCommunity& operator=(const OracleCommunity&) = delete;

  const std::vector<const Person*>& sharers() const { return sharers_; }

  /// A change of the decay is no event of the community's users, but fades what they have counted.
  void change_decay(const DecayChange& event) {
    if (newest_) newest_ = Fading{then_.weight(*newest_, event.now_ms), event.now_ms};
    then_.change_decay(event);
  }

  /// Their verdicts at a time, one list for each of them.
  std::vector<Verdicts> verdicts(std::int64_t at_ms) const {
    std::vector<Verdicts> all;
    for (const Person* person : sharers_) all.push_back(then_.verdicts(*person, at_ms, newest_.value_or(Fading{})));
    return all;
  }

  /// `verdicts` as above, for the time that is asked about.
  Prior prior(const std::vector<Verdicts>& verdicts, const Cell& cell) const {
    std::size_t users = 0;
    std::size_t perhaps = 0;
    Tally all;
    for (std::size_t i = 0; i < sharers_.size(); ++i) {
      const Tally mine = tally(verdicts[i], cell);
      all.selected += mine.selected;
      all.observed += mine.observed;
      const double observed = tally(when_made_[i], cell).observed;
      const bool is_behind = observed - lost_when_made_[i] > 1e-6;
      users += is_behind ? 1 : 0;
      perhaps += !is_behind && observed > 0 && observed + lost_when_made_[i] > 1e-6 ? 1 : 0;
    }
    if (users < 3) return {.is_sure = users + perhaps < 3};
    return {.mean = (all.selected + 5) / (all.observed + 10), .counts = true};
  }

  /// At most so many observations of a cell were lost in the users' corrections.
  double lost(std::int64_t at_ms) const {
    double sum = 0;
    for (const Person* person : sharers_) sum += then_.lost(*person, at_ms, newest_.value_or(Fading{}));
    return sum;
  }

  /// All that they ever named, by key, in order of first sight; a family is as the last of them has it.
  std::vector<OracleArm> checkpoints() const { return arms(&Person::checkpoints); }
  std::vector<OracleArm> loras() const { return arms(&Person::loras); }

  bool knows_word(const std::string& word) const {
    return std::ranges::any_of(sharers_, [&](const Person* person) {
      return person->words.contains(word) || std::ranges::any_of(person->records, [&](const Remembered& record) {
               return std::ranges::find(record.negatives, word) != record.negatives.end();
             });
    });
  }

 private:
  double age(const Fading& fading) const { return then_.weight(fading, made_ms_); }

  std::vector<OracleArm> arms(std::vector<OracleArm> Person::*kind) const {
    std::vector<OracleArm> all;
    for (const Person* person : sharers_) {
      for (const OracleArm& arm : person->*kind) {
        Oracle::add(all, arm.key);
        if (!arm.family.empty()) std::ranges::find(all, arm.key, &OracleArm::key)->family = arm.family;
      }
    }
    return all;
  }

  Oracle then_;
  std::int64_t made_ms_ = 0;
  std::vector<const Person*> sharers_;  // of then_
  std::vector<Verdicts> when_made_;     // of each of them
  std::vector<double> lost_when_made_;
  std::optional<Fading> newest_;
};

}  // namespace penchant::test
