// The engine alone: records a second, and recommendations a second, on a prompt vocabulary that follows Zipf's law.
// Beside it the same answers by the obvious program: nested maps and one exp per cell.
#include "engine/engine.h"

#include <cmath>
#include <cstdio>
#include <map>
#include <random>
#include <string>

#include "bench/bench.h"
#include "engine/recommend.h"

namespace {

using namespace penchant;
using bench::median;
using bench::seconds_of;

constexpr std::size_t vocabulary = 20'000;
constexpr std::size_t checkpoints = 50;
constexpr std::size_t prompt_words = 8;
constexpr std::size_t records = 100'000;
constexpr std::size_t questions = 20'000;
constexpr std::int64_t start_ms = 1'700'000'000'000;
constexpr double decay_ms = 30 * 86'400'000.0;

struct Sample {
  std::vector<Keyword> keywords;
  std::size_t checkpoint;
  Verdict verdict;
  std::int64_t at_ms;
};

class Zipf {
 public:
  explicit Zipf(std::size_t size) {
    double sum = 0;
    for (std::size_t i = 0; i < size; ++i) cumulative_.push_back(sum += 1 / static_cast<double>(i + 1));
  }
  std::size_t operator()(std::mt19937_64& random) const {
    const double at = std::uniform_real_distribution<double>(0, cumulative_.back())(random);
    return static_cast<std::size_t>(std::ranges::lower_bound(cumulative_, at) - cumulative_.begin());
  }

 private:
  std::vector<double> cumulative_;
};

/// The obvious program: what was recorded, summed up anew at every question.
class Naive {
 public:
  void record(const Sample& sample) {
    for (const Keyword& keyword : sample.keywords) {
      cells_[std::string(keyword.text)][sample.checkpoint].push_back({sample.at_ms, sample.verdict});
    }
  }
  double best_score(const Sample& question, std::int64_t now_ms) const {
    double best = 0;
    for (std::size_t c = 0; c < checkpoints; ++c) {
      double sum = 0;
      for (const Keyword& keyword : question.keywords) {
        double selected = 0;
        double observed = 0;
        const auto row = cells_.find(std::string(keyword.text));
        if (row != cells_.end()) {
          if (const auto cell = row->second.find(c); cell != row->second.end()) {
            for (const auto& [at_ms, verdict] : cell->second) {
              const double weight = std::exp(-static_cast<double>(now_ms - at_ms) / decay_ms);
              observed += weight;
              if (verdict == Verdict::selected) selected += weight;
            }
          }
        }
        sum += (selected + 5) / (observed + 10);
      }
      best = std::max(best, sum / static_cast<double>(question.keywords.size()));
    }
    return best;
  }

 private:
  std::map<std::string, std::map<std::size_t, std::vector<std::pair<std::int64_t, Verdict>>>> cells_;
};

}  // namespace

int main() {
  std::mt19937_64 random(1);
  const Zipf zipf(vocabulary);
  std::vector<std::string> words;
  for (std::size_t i = 0; i < vocabulary; ++i) words.push_back("word" + std::to_string(i));
  std::vector<std::string> names;
  for (std::size_t c = 0; c < checkpoints; ++c) names.push_back("checkpoint-" + std::to_string(c));
  std::vector<Sample> samples(records);
  for (std::size_t i = 0; i < records; ++i) {
    while (samples[i].keywords.size() < prompt_words) {
      const std::string_view word = words[zipf(random)];
      const auto same = [word](const Keyword& keyword) { return keyword.text == word; };
      if (std::ranges::none_of(samples[i].keywords, same)) samples[i].keywords.push_back({word, 1});
    }
    samples[i].checkpoint = random() % checkpoints;
    samples[i].verdict = random() % 2 == 0 ? Verdict::selected : Verdict::rejected;
    samples[i].at_ms = start_ms + static_cast<std::int64_t>(i) * 10'000;
  }

  Engine engine;
  Naive naive;
  const double record_seconds = seconds_of([&] {
    for (const Sample& sample : samples) {
      const auto recorded = engine.record({.now_ms = sample.at_ms,
                                           .verdict = sample.verdict,
                                           .user = "ann",
                                           .checkpoint = names[sample.checkpoint],
                                           .keywords = sample.keywords});
      if (!recorded) std::puts(recorded.error().message.c_str());
    }
  });
  for (const Sample& sample : samples) naive.record(sample);

  const std::int64_t now_ms = engine.now_ms();
  Recommender recommender{Bands{}};
  std::vector<double> seconds;
  for (int round = 0; round < 7; ++round) {
    seconds.push_back(seconds_of([&] {
      for (std::size_t i = 0; i < questions; ++i) {
        bench::keep(recommender.recommend(engine, {.user = "ann", .keywords = samples[i].keywords, .at_ms = now_ms}));
      }
    }));
  }
  const std::size_t naive_questions = 20;
  for (std::size_t i = 0; i < naive_questions; ++i) {
    const auto answer =
        recommender.recommend(engine, {.user = "ann", .keywords = samples[i].keywords, .at_ms = now_ms});
    if (std::abs(answer->arms.front().score - naive.best_score(samples[i], now_ms)) > 1e-5) {
      std::puts("the engine is wrong");
      return 1;
    }
  }
  const double naive_seconds = seconds_of([&] {
    for (std::size_t i = 0; i < naive_questions; ++i) bench::keep(naive.best_score(samples[i], now_ms));
  });
  const double recommend_us = median(seconds) / questions * 1e6;
  const double naive_us = naive_seconds / naive_questions * 1e6;
  std::printf("record, %zu words:                       %8.0f ns\n", prompt_words, record_seconds / records * 1e9);
  std::printf("recommend, %zu words x %zu checkpoints:   %8.2f us\n", prompt_words, checkpoints, recommend_us);
  std::printf("the same by maps and one exp an event:  %8.0f us, %.0f times as long\n", naive_us,
              naive_us / recommend_us);
}
