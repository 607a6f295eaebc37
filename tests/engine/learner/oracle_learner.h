// The oracle of learners: what docs/learning.md says in the slowest way that is plainly right. Maps, doubles, the
// library's functions; as time passes everything fades, by one exp an event. Slow, and small enough to be believed.
#pragma once

#include <Eigen/Dense>
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "engine/event.h"
#include "engine/scorer_kind.h"
#include "oracle_reliability.h"

namespace penchant::test {

inline double plain_logistic(double z) { return 1 / (1 + std::exp(-z)); }
inline double plain_log_odds(double p) { return std::log(p / (1 - p)); }
inline double foretold_loss(double p, bool kept) {
  p = std::clamp(p, 1e-4, 1 - 1e-4);
  return -std::log(kept ? p : 1 - p);
}

/// Keywords, other words, and how the longer keywords begin. Words are ASCII here.
inline std::vector<std::string> oracle_features(std::span<const Keyword> keywords, std::span<const Keyword> others) {
  std::vector<std::string> features;
  for (const auto words : {keywords, others}) {
    for (const Keyword& word : words) features.emplace_back(word.text);
  }
  for (const Keyword& keyword : keywords) {
    if (keyword.text.size() <= 4) continue;
    const std::string beginning = std::string(keyword.text.substr(0, 4)) + "*";
    if (std::ranges::find(features, beginning) == features.end()) features.push_back(beginning);
  }
  return features;
}

struct OracleRivals {
  std::array<double, 3> shares{1. / 3, 1. / 3, 1. / 3};
  std::array<double, 3> log_likelihoods{};

  void note(const std::array<double, 3>& z, bool kept) {
    for (std::size_t j = 0; j < 3; ++j) log_likelihoods[j] -= foretold_loss(plain_logistic(z[j]), kept);
    double sum = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      sum += shares[j] = std::exp(log_likelihoods[j] - *std::ranges::max_element(log_likelihoods));
    }
    for (double& share : shares) share /= sum;
  }
  double average(const std::array<double, 3>& z) const {
    return shares[0] * z[0] + shares[1] * z[1] + shares[2] * z[2];
  }
};

struct OracleLogistic {
  Eigen::VectorXd coefficients;
  Eigen::MatrixXd precision;

  explicit OracleLogistic(const Eigen::VectorXd& start)
      : coefficients(start), precision(Eigen::MatrixXd::Zero(start.size(), start.size())) {}
  double at(const Eigen::VectorXd& f) const { return coefficients.dot(f); }
  Eigen::VectorXd solved(const Eigen::VectorXd& y) const {
    const auto prior = 20 * Eigen::MatrixXd::Identity(y.size(), y.size());
    return (precision + prior).llt().solve(y);
  }
  void learn(const Eigen::VectorXd& f, bool kept, double weight) {
    const double p = plain_logistic(at(f));
    precision += weight * std::max(.01, p * (1 - p)) * f * f.transpose();
    coefficients += solved(weight * ((kept ? 1 : 0) - p) * f);
  }
};

struct OracleKept {
  double probability = 0;
  double low = 0;
  double high = 0;
};

class OracleLearner {
 public:
  using Texts = std::vector<std::string>;

  explicit OracleLearner(double decay_days) : decay_days_(decay_days) {}

  void record(const Record& record) {
    pass_to(record.now_ms);
    const Judged judged{std::string(record.checkpoint), record.verdict, record.at_ms.value_or(record.now_ms)};
    const auto known = record.id.empty() ? known_.end() : known_.find(std::string(record.id));
    const bool is_known = known != known_.end();
    if (is_known && known->second.verdict == record.verdict) return;
    arms_[judged.arm];  // named from now on
    ++records_[judged.arm];
    if (is_known && --records_[known->second.arm] == 0) records_.erase(known->second.arm);
    if (is_known || judged.verdict != Verdict::neutral) {
      const Prompt prompt = weigh(oracle_features(record.keywords, record.other_words));
      teach(prompt, record.keywords.size(), is_known ? known->second : Judged{}, judged);
    }
    if (!record.id.empty()) known_[std::string(record.id)] = judged;
  }

  /// Everything fades.
  void pass_to(std::int64_t now_ms) {
    if (decay_days_ > 0) fade(std::exp(-static_cast<double>(now_ms - now_ms_) / (decay_days_ * 86'400'000)));
    now_ms_ = now_ms;
  }

  double score(ScorerKind kind, const Texts& features, const std::string& arm) {
    const Prompt prompt = weigh(features);
    if (kind == ScorerKind::weighted) return weighted(prompt, arm);
    const bool is_evidence = kind == ScorerKind::evidence;
    const double base = is_evidence ? own_evidence(arm) : own_log_odds(arm);
    const auto z = is_evidence ? evidence(prompt, arm) : log_odds(prompt, arm);
    double sum = base;
    for (std::size_t j = 0; j < 3; ++j) {
      const double share = (is_evidence ? evidence_rivals_ : log_odds_rivals_).shares[j];
      if (share >= .01) sum += share * (z[j] - base);
    }
    return plain_logistic(sum);
  }

  OracleKept kept(const Texts& features, const std::string& arm) {
    const Prompt prompt = weigh(features);
    const Eigen::VectorXd f = kept_features(prompt, arm);
    const Cell& own = arms_[arm];
    double by_cells = 0;
    double by_words = 0;
    for (const Word& word : prompt) {
      by_cells += word.weight * word.weight / (static_cast<double>(prompt.size()) / 4 + cell(word, arm).precision);
      by_words += word.scale * word.scale / (10 + words_[word.text].precision);
    }
    const Eigen::VectorXd& c = kept_.coefficients;
    const double variance = f.dot(kept_.solved(f)) +
                            c[1] * c[1] * (1 / (own.selected + .5) + 1 / (own.observed - own.selected + .5)) +
                            std::abs(c[2]) * by_cells + c[3] * c[3] * by_words;
    const double z = kept_.at(f);
    const double spread = 1.6448536269514722 * std::sqrt(variance);
    return {plain_logistic(z), plain_logistic(z - spread), plain_logistic(z + spread)};
  }

  const std::array<double, 4>& losses() const { return losses_; }
  const std::vector<ForetoldOutcome>& foretold() const { return foretold_; }
  ScorerKind best() const { return best_; }
  Texts arms() const {
    Texts names;
    for (const auto& [name, arm] : arms_) names.push_back(name);
    return names;
  }

 private:
  struct Cell {
    double selected = 0;
    double observed = 0;
    double residual = 0;
    double precision = 0;
  };
  struct LearnedWord {
    std::map<std::string, Cell> cells;  // by arm
    double records = 0;
    double residual = 0;
    double precision = 0;
  };
  struct Word {
    std::string text;
    double weight = 1;
    double scale = 1;
  };
  using Prompt = std::vector<Word>;
  struct Judged {
    std::string arm;
    Verdict verdict = Verdict::neutral;
    std::int64_t at_ms = 0;
    bool is_kept() const { return verdict == Verdict::selected; }
  };

  static constexpr std::array<double, 3> strengths{5, 25, 125};

  double weight_of(const Judged& judged) const {
    return decay_days_ > 0 ? std::exp(-static_cast<double>(now_ms_ - judged.at_ms) / (decay_days_ * 86'400'000)) : 1;
  }
  Cell cell(const Word& word, const std::string& arm) { return words_[word.text].cells[arm]; }

  void fade(double by) {
    for (auto& [name, arm] : arms_) fade(arm, by);
    for (auto& [text, word] : words_) {
      for (double* const value : {&word.records, &word.residual, &word.precision}) *value *= by;
      for (auto& [arm, cell] : word.cells) fade(cell, by);
    }
    kept_.precision *= by;
    for (OracleLogistic& one : calibrations_) one.precision *= by;
  }
  static void fade(Cell& cell, double by) {
    for (double* const value : {&cell.selected, &cell.observed, &cell.residual, &cell.precision}) *value *= by;
  }
  /// What was learned fades by outcomes, too.
  void fade_learned(double by) {
    const auto fade_one = [by](Cell& cell) {
      cell.residual *= by;
      cell.precision *= by;
    };
    for (auto& [name, arm] : arms_) fade_one(arm);
    for (auto& [text, word] : words_) {
      for (auto& [arm, cell] : word.cells) fade_one(cell);
    }
  }

  Prompt weigh(const Texts& features) {
    double observed = 0;
    double variance = 0;
    for (const auto& [name, arm] : arms_) {
      const double rate = (arm.selected + 1) / (arm.observed + 2);
      observed += arm.observed;
      variance += rate * (1 - rate);
    }
    Prompt prompt;
    double rarities = 0;
    double powers = 0;
    double spreads = 0;
    for (const std::string& text : features) {
      double squares = 0;
      for (const auto& [name, arm] : arms_) {
        const Cell& cell = words_[text].cells[name];
        const double rate = (arm.selected + 1) / (arm.observed + 2);
        squares += std::pow((cell.selected - cell.observed * rate) / (cell.observed + 10), 2);
      }
      const double rarity = std::log(1 + (observed + 1) / (words_[text].records + 1));
      const double spread = std::sqrt(squares / variance + .005);
      rarities += rarity;
      powers += std::pow(rarity, 1.75);
      spreads += spread;
      prompt.push_back({text, std::pow(rarity, 1.75) * spread, std::sqrt(10 * rarity)});
    }
    const auto count = static_cast<double>(prompt.size());
    for (Word& word : prompt) {
      word.weight *= count * count / (powers * spreads);
      word.scale /= std::sqrt(rarities);
    }
    return prompt;
  }

  double weighted(const Prompt& prompt, const std::string& arm) {
    if (prompt.empty()) return (arms_[arm].selected + 5) / (arms_[arm].observed + 10);
    double sum = 0;
    double weights = 0;
    for (const Word& word : prompt) {
      sum += word.weight * (cell(word, arm).selected + 5) / (cell(word, arm).observed + 10);
      weights += word.weight;
    }
    return sum / weights;
  }
  double mean(const Prompt& prompt, std::size_t keywords, const std::string& arm) {
    Prompt alike(prompt.begin(), prompt.begin() + static_cast<std::ptrdiff_t>(keywords));
    for (Word& word : alike) word.weight = 1;
    return weighted(alike, arm);
  }
  double own_log_odds(const std::string& arm) {
    return plain_log_odds((arms_[arm].selected + 150) / (arms_[arm].observed + 300));
  }
  std::array<double, 3> log_odds(const Prompt& prompt, const std::string& arm) {
    const double base = own_log_odds(arm);
    const double rate = plain_logistic(base);
    std::array<double, 3> z{base, base, base};
    for (const Word& word : prompt) {
      const Cell one = cell(word, arm);
      for (std::size_t j = 0; j < 3; ++j) {
        const double odds =
            (one.selected + strengths[j] * rate) / (one.observed - one.selected + strengths[j] * (1 - rate));
        z[j] += .7 * word.weight * (std::log(odds) - base);
      }
    }
    return z;
  }
  double own_evidence(const std::string& arm) { return arms_[arm].residual / (50 + arms_[arm].precision); }
  std::array<double, 3> evidence(const Prompt& prompt, const std::string& arm) {
    std::array<double, 3> z{};
    for (std::size_t j = 0; j < 3; ++j) {
      z[j] = own_evidence(arm);
      for (const Word& word : prompt) {
        z[j] += word.weight * cell(word, arm).residual / (strengths[j] + cell(word, arm).precision);
      }
    }
    return z;
  }
  Eigen::VectorXd kept_features(const Prompt& prompt, const std::string& arm) {
    double effect = 0;
    for (const Word& word : prompt)
      effect += word.scale * words_[word.text].residual / (10 + words_[word.text].precision);
    const Cell& own = arms_[arm];
    Eigen::VectorXd f(5);
    f << 1, std::log((own.selected + .5) / (own.observed - own.selected + .5)),
        evidence_rivals_.average(evidence(prompt, arm)) - own_evidence(arm), effect,
        std::log(static_cast<double>(prompt.size()) + 1) - 2;
    return f;
  }

  void teach(const Prompt& prompt, std::size_t keywords, const Judged& old, const Judged& now) {
    const bool is_corrected = old.verdict != Verdict::neutral;
    const bool is_judged = now.verdict != Verdict::neutral;
    const bool is_same = is_corrected && is_judged && old.arm == now.arm;
    if (is_corrected) {
      const double p = plain_logistic(evidence_rivals_.average(evidence(prompt, old.arm)));
      add(prompt, old, -1, p);
      if (is_same) add(prompt, now, 1, p);
    }
    if (is_judged && !is_same) learn(prompt, keywords, now);
  }
  /// Adds an outcome that was foretold with this probability, or takes one back.
  void add(const Prompt& prompt, const Judged& judged, double sign, double p) {
    const double weight = sign * weight_of(judged);
    const double kept = judged.is_kept() ? 1 : 0;
    arms_[judged.arm].residual += weight * (kept - p);
    for (const Word& word : prompt) words_[word.text].cells[judged.arm].residual += weight * word.weight * (kept - p);
    count(prompt, judged.arm, weight * kept, weight);
  }
  void count(const Prompt& prompt, const std::string& arm, double selected, double observed) {
    const auto add_to = [=](Cell& cell) {
      cell.selected += selected;
      cell.observed += observed;
    };
    add_to(arms_[arm]);
    for (const Word& word : prompt) {
      add_to(words_[word.text].cells[arm]);
      words_[word.text].records += observed;
    }
  }

  void learn(const Prompt& prompt, std::size_t keywords, const Judged& judged) {
    const std::string& arm = judged.arm;
    const double weight = weight_of(judged);
    const double kept = judged.is_kept() ? 1 : 0;
    const auto by_log_odds = log_odds(prompt, arm);
    const auto by_evidence = evidence(prompt, arm);
    note_losses(
        {mean(prompt, keywords, arm), weighted(prompt, arm), plain_logistic(log_odds_rivals_.average(by_log_odds)),
         plain_logistic(evidence_rivals_.average(by_evidence))},
        judged.is_kept(), weight);
    learn_words(prompt, kept_features(prompt, arm), judged.is_kept(), weight);

    const double p = plain_logistic(evidence_rivals_.average(by_evidence));
    const double variance = std::max(.05, p * (1 - p));
    Cell& own = arms_[arm];
    own.residual += weight * (variance * own_evidence(arm) + kept - p);
    own.precision += weight * variance;
    for (const Word& word : prompt) {
      Cell& one = words_[word.text].cells[arm];
      std::array<double, 3> says{};
      for (std::size_t j = 0; j < 3; ++j) says[j] = one.residual / (strengths[j] + one.precision);
      const double h = variance * word.weight * word.weight;
      one.residual += weight * (h * evidence_rivals_.average(says) + word.weight * (kept - p));
      one.precision += weight * h;
    }
    log_odds_rivals_.note(by_log_odds, judged.is_kept());
    evidence_rivals_.note(by_evidence, judged.is_kept());
    count(prompt, arm, weight * kept, weight);
    fade_learned(std::exp2(-1 / (500 * static_cast<double>(records_.size()))));
  }
  void learn_words(const Prompt& prompt, const Eigen::VectorXd& f, bool kept, double weight) {
    const double p = plain_logistic(kept_.at(f));
    foretold_.push_back({p, kept});
    const double variance = std::max(.01, p * (1 - p));
    for (const Word& word : prompt) {
      LearnedWord& one = words_[word.text];
      const double h = variance * word.scale * word.scale;
      one.residual += weight * (h * one.residual / (10 + one.precision) + word.scale * ((kept ? 1 : 0) - p));
      one.precision += weight * h;
    }
    kept_.learn(f, kept, weight);
  }
  void note_losses(const std::array<double, 4>& foretold, bool kept, double weight) {
    for (std::size_t i = 0; i < 4; ++i) {
      const double z = plain_log_odds(std::clamp(foretold[i], 1e-4, 1 - 1e-4));
      const Eigen::Vector2d f(1, z);
      losses_[i] = losses_[i] * std::exp2(-1. / 1000) + foretold_loss(plain_logistic(calibrations_[i].at(f)), kept);
      calibrations_[i].learn(f, kept, weight);
    }
    const auto least = static_cast<std::size_t>(std::ranges::min_element(losses_) - losses_.begin());
    if (losses_[least] + 10 < losses_[static_cast<std::size_t>(best_)]) best_ = static_cast<ScorerKind>(least);
  }

  const double decay_days_;
  std::int64_t now_ms_ = 0;
  std::map<std::string, Cell> arms_;
  std::map<std::string, int> records_;  // by arm, that there are
  std::map<std::string, LearnedWord> words_;
  std::map<std::string, Judged> known_;  // by id
  OracleRivals log_odds_rivals_;
  OracleRivals evidence_rivals_;
  OracleLogistic kept_{(Eigen::VectorXd(5) << 0, 1, .5, 1, 0).finished()};
  std::vector<OracleLogistic> calibrations_{4, OracleLogistic(Eigen::Vector2d(0, 1))};
  std::array<double, 4> losses_{};
  std::vector<ForetoldOutcome> foretold_;  // with the probability that an image is kept
  ScorerKind best_ = ScorerKind::evidence;
};

}  // namespace penchant::test
