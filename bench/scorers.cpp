// What scorers cost beside mean: a recommendation by each, in turns, for one user without a learner and for one with;
// and a record with one beside a record without.
//
// Usage: bench_scorers [RECORDS] [CHECKPOINTS] [PROMPTS...]  (default: 20,000 and 50; then 20,000 and 500)
// PROMPTS are files with a prompt a line; without any, prompts of 14 words by Zipf's law from a vocabulary of 20,000.
#include <array>
#include <cstdio>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "bench/bench.h"
#include "bench/teacher.h"
#include "engine/context/other_words.h"
#include "engine/recommend.h"

namespace {

using namespace penchant;

constexpr std::string_view user = "ann";
constexpr std::size_t questions = 2'000;
constexpr int rounds = 9;

/// A prompt as it was read.
struct Read {
  Context context;
  std::vector<std::string> texts;  // of the other words
  std::vector<Keyword> others;
};

std::vector<Read> read_all(const std::vector<std::string>& prompts) {
  ContextReader reader(WordLists::english());
  OtherWords words;
  std::vector<Read> all(prompts.size());
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    reader.read(prompts[i], {}, all[i].context);
    for (const Keyword& word : words.read(prompts[i], all[i].context.keywords())) {
      all[i].texts.emplace_back(word.text);
    }
    for (const std::string& text : all[i].texts) all[i].others.push_back({text, 1});
  }
  return all;
}

/// The same records for whoever is taught; seconds a record.
double teach(Engine& engine, const std::vector<Read>& prompts, std::size_t records, std::size_t checkpoints) {
  std::mt19937_64 random(2);
  return bench::seconds_of([&] {
           for (std::size_t i = 0; i < records; ++i) {
             const Read& prompt = prompts[random() % prompts.size()];
             const std::string checkpoint = "checkpoint-" + std::to_string(random() % checkpoints);
             const auto recorded =
                 engine.record({.now_ms = bench::start_ms + static_cast<std::int64_t>(i) * bench::record_every_ms,
                                .verdict = random() % 2 == 0 ? Verdict::selected : Verdict::rejected,
                                .user = user,
                                .checkpoint = checkpoint,
                                .keywords = prompt.context.keywords(),
                                .other_words = prompt.others});
             if (!recorded) throw std::runtime_error(recorded.error().message);
           }
         }) /
         static_cast<double>(records);
}

double best_score(Recommender& recommender, const Engine& engine, const Read& prompt, ScorerKind scorer) {
  return recommender
      .recommend(engine, {.user = user,
                          .keywords = prompt.context.keywords(),
                          .at_ms = engine.now_ms(),
                          .scorer = scorer,
                          .other_words = prompt.others})
      ->chosen.score;
}

/// Whether the best arm that is recommended has the highest score of all.
bool is_right(Recommender& recommender, const Engine& engine, const Read& prompt, ScorerKind kind) {
  const double told = best_score(recommender, engine, prompt, kind);
  Scorer scorer;
  WordScorer words;
  const User* const known = engine.find_user(user);
  scorer.ask(engine, known, prompt.context.keywords(), engine.now_ms());
  if (kind != ScorerKind::mean) words.ask(engine, scorer, {prompt.context.keywords(), prompt.others}, kind);
  double best = 0;
  for (std::uint32_t column = 0; column < known->checkpoints().size(); ++column) {
    best = std::max(best, kind == ScorerKind::mean ? scorer.exact({column, std::nullopt}).score : words.score(column));
  }
  return best - told < 1e-4;
}

/// Tells what a recommendation by each of the first `kinds` scorers takes.
void measure(const Engine& engine, const std::vector<Read>& prompts, std::size_t kinds) {
  Recommender recommender{Bands{}};
  std::array<std::vector<double>, scorer_names.size()> seconds;
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t kind = 0; kind < kinds; ++kind) {
      const auto scorer = static_cast<ScorerKind>(kind);
      if (!is_right(recommender, engine, prompts[static_cast<std::size_t>(round)], scorer)) {
        throw std::runtime_error(std::string(scorer_names[kind]) + " does not recommend its best");
      }
      seconds[kind].push_back(bench::seconds_of([&] {
        for (std::size_t i = 0; i < questions; ++i) {
          bench::keep(best_score(recommender, engine, prompts[i % prompts.size()], scorer));
        }
      }));
    }
  }
  const double mean_s = bench::median(seconds[0]);
  for (std::size_t kind = 0; kind < kinds; ++kind) {
    const double own_s = bench::median(seconds[kind]);
    std::printf("  recommend by %-10s %8.2f us, %5.2f times mean\n", scorer_names[kind].data(), own_s / questions * 1e6,
                own_s / mean_s);
  }
}

void measure(const std::vector<Read>& prompts, std::size_t records, std::size_t checkpoints) {
  Engine plain;
  Engine learning;
  learning.change_learning({.now_ms = bench::start_ms, .is_on = true});
  const double plain_s = teach(plain, prompts, records, checkpoints);
  const double learning_s = teach(learning, prompts, records, checkpoints);
  std::printf("%zu records, %zu checkpoints, without a learner\n", records, checkpoints);
  measure(plain, prompts, 3);  // evidence takes one
  std::printf("  record                  %8.2f us\n", plain_s * 1e6);
  std::printf("with one\n");
  measure(learning, prompts, scorer_names.size());
  std::printf("  record                  %8.2f us, %5.2f times\n", learning_s * 1e6, learning_s / plain_s);
}

}  // namespace

int main(int argc, char** argv) {
  const auto texts =
      argc > 3 ? bench::read_prompts({argv + 3, static_cast<std::size_t>(argc - 3)}) : bench::make_prompts();
  const std::vector<Read> prompts = read_all(texts);
  const std::size_t records = bench::number_at(argc, argv, 1, 20'000);
  measure(prompts, records, bench::number_at(argc, argv, 2, 50));
  if (argc <= 2) measure(prompts, records, 500);
}
