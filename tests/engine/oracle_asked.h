// The oracle asked: by whom, about which words, at what time. Every rate comes from rate(), which goes through the
// asker's verdicts and the sharers'.
#pragma once

#include <span>

#include "engine/recommend.h"
#include "tests/engine/oracle_community.h"

namespace penchant::test {

/// What is known of one thing that can be chosen.
struct Scored {
  std::string name;
  double score = 0;
  double observations = 0;
  double variance = 0;       // of the score, each cell drawn from its Beta posterior
  bool is_sure = true;       // false where rounding decides what the community says of it
  bool is_optional = false;  // whether rounding decides that it is there at all
};

class OracleAsked {
 public:
  /// `community` may be null.
  OracleAsked(const Oracle& oracle, const OracleCommunity* community, std::string_view user,
              std::span<const Keyword> keywords, std::int64_t at_ms)
      : oracle_(oracle), community_(community), person_(oracle.find(user)), mine_(oracle.verdicts(person_, at_ms)) {
    for (const Keyword& keyword : keywords) keywords_.emplace_back(keyword.text);
    if (person_) lost_ = oracle.lost(*person_, at_ms, person_->newest.value_or(Fading{}));
    if (!community_) return;
    theirs_ = community_->verdicts(at_ms);
    lost_ += community_->lost(at_ms);
  }

  const Person* person() const { return person_; }
  const Verdicts& mine() const { return mine_; }
  const std::vector<std::string>& keywords() const { return keywords_; }
  double lost() const { return lost_; }  // by at most so much are observations of a cell off

  Tally counts(const Cell& cell) const { return tally(mine_, cell); }
  Prior prior(const Cell& cell) const { return community_ ? community_->prior(theirs_, cell) : Prior{}; }

  /// The mean of the cells' rates.
  Scored mean_rate(std::string name, const std::vector<Cell>& cells) const {
    Scored mean{.name = std::move(name)};
    const auto count = static_cast<double>(cells.size());
    for (const Cell& cell : cells) {
      const Tally counts = tally(mine_, cell);
      const Prior prior = this->prior(cell);
      const double selected = counts.selected + 10 * prior.mean;
      const double observed = counts.observed + 10;
      mean.score += selected / observed / count;
      mean.observations += counts.observed;
      mean.variance += selected * (observed - selected) / (observed * observed * (observed + 1)) / (count * count);
      mean.is_sure = mean.is_sure && prior.is_sure;
    }
    return mean;
  }

  /// The cells of something with each keyword; `without` any, its own.
  std::vector<Cell> cells(Cell one) const {
    std::vector<Cell> all;
    for (const std::string& keyword : keywords_) {
      one.keyword = keyword;
      all.push_back(one);
    }
    return all.empty() ? std::vector{one} : all;
  }
  Scored checkpoint(const OracleArm& arm) const { return mean_rate(arm.name, cells({.checkpoint = arm.key})); }

  /// The checkpoints in question, in the order that breaks ties; none where rounding decides which they are.
  std::optional<std::vector<OracleArm>> arms(const Question& question) const {
    const std::string family(question.family);
    std::vector<OracleArm> found;
    for (const std::string_view name : question.among) Oracle::add(found, name);
    if (found.empty() && !family.empty()) {
      for (const auto& [tier, pool] : oracle_.pools_of(family)) {
        if (question.tier && tier != *question.tier) continue;
        for (const OracleArm& arm : *pool) Oracle::add(found, arm.name);
      }
    }
    if (found.empty() && person_) {
      for (const OracleArm& arm : person_->checkpoints) {
        if (person_->names_checkpoint(arm.key) && (family.empty() || arm.family == family)) found.push_back(arm);
      }
    }
    if (person_) give_names(found, person_->checkpoints);
    if (!found.empty() || !community_) return found;
    for (const OracleArm& arm : community_->checkpoints()) {
      const Prior shared = prior({.checkpoint = arm.key});
      if (!shared.is_sure) return std::nullopt;
      if (shared.counts && (family.empty() || arm.family == family)) found.push_back(arm);
    }
    return found;
  }

  const OracleCommunity* community() const { return community_; }

  /// What the user calls them, where the user has them.
  static void give_names(std::vector<OracleArm>& arms, const std::vector<OracleArm>& own) {
    for (OracleArm& arm : arms) {
      const auto mine = std::ranges::find(own, arm.key, &OracleArm::key);
      if (mine != own.end()) arm.name = mine->name;
    }
  }

 private:
  const Oracle& oracle_;
  const OracleCommunity* community_;
  const Person* person_;
  Verdicts mine_;
  std::vector<Verdicts> theirs_;
  std::vector<std::string> keywords_;
  double lost_ = 0;
};

}  // namespace penchant::test
