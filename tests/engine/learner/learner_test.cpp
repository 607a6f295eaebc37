#include "engine/learner/learner.h"

#include <random>

#include "engine/word_scorer.h"
#include "oracle_learner.h"
#include "tests/engine/full_vocabulary.h"
#include "tests/engine/taste.h"

namespace penchant::test {
namespace {

constexpr double days_per_half_life = 30 * 0.69314718055994531;  // with a decay of 30 days

/// A user's life, told to an engine whose users learn and to the oracle; and what each answers.
struct LearnedLife {
  Engine engine;
  OracleLearner oracle;
  std::int64_t now_ms = 1'750'000'000'000;

  explicit LearnedLife(double decay_days = 30, bool is_learning = true) : oracle(decay_days) {
    BOOST_REQUIRE(engine.change_decay({.now_ms = now_ms, .decay_days = decay_days}));
    engine.change_learning({.now_ms = now_ms, .is_on = is_learning});
    oracle.pass_to(now_ms);
  }

  void tell(Record record, std::string_view others = "") {
    const auto keywords = words(record.prompt);
    const auto other_words = words(others);
    record.now_ms = now_ms;
    record.user = "ann";
    record.keywords = keywords;
    record.other_words = other_words;
    const auto recorded = engine.record(record);
    BOOST_REQUIRE_MESSAGE(recorded, recorded.error().message);
    oracle.record(record);
  }
  void tell(Verdict verdict, std::string_view checkpoint, std::string_view prompt, int times = 1) {
    for (; times > 0; --times) tell({.verdict = verdict, .checkpoint = checkpoint, .prompt = prompt});
  }
  void days_pass(double days) { now_ms += std::llround(days * static_cast<double>(day_ms)); }

  const User* ann() const { return engine.find_user("ann"); }
  const Learner& learner() const { return *ann()->learner(); }

  /// The scorer's answer about a prompt; it lasts until the next.
  const WordScorer& ask(ScorerKind kind, std::string_view prompt, std::string_view others = "") {
    keywords_ = words(prompt);
    other_words_ = words(others);
    scorer_.ask(engine, ann(), keywords_, now_ms);
    words_.ask(engine, scorer_, {keywords_, other_words_}, kind);
    return words_;
  }
  double score(ScorerKind kind, std::string_view prompt, std::string_view checkpoint) {
    return ask(kind, prompt).score(engine.find_checkpoint(ann(), checkpoint));
  }

  void expect(const char* what, double told, double expected) const {
    BOOST_REQUIRE_MESSAGE(std::abs(told - expected) < 1e-4, what << " is " << told << ", not " << expected);
  }
  void expect_oracles(std::string_view prompt, std::string_view others = "") {
    oracle.pass_to(now_ms);
    const auto features = oracle_features(words(prompt), words(others));
    for (const std::string& name : oracle.arms()) {
      const std::uint32_t column = *engine.find_checkpoint(ann(), name);
      for (const ScorerKind kind : word_kinds) {
        const double told = ask(kind, prompt, others).score(column);
        expect(to_string(kind).data(), told, oracle.score(kind, features, name));
      }
      const KeptChance told = words_.kept(column);
      const OracleKept expected = oracle.kept(features, name);
      expect("kept", told.probability, expected.probability);
      expect("low", told.low, expected.low);
      expect("high", told.high, expected.high);
    }
    for (std::size_t i = 0; i < scorer_count; ++i) expect("a loss", learner().losses()[i], oracle.losses()[i]);
    const auto bins = plain_bins(oracle.foretold());
    for (std::size_t i = 0; i < bins.size(); ++i) {
      const ReliabilityBin& told = learner().reliability().bins()[i];
      expect("a bin's count", told.count, bins[i].count);
      expect("what a bin foretold", told.foretold, bins[i].foretold);
      expect("what a bin kept", told.kept, bins[i].kept);
    }
    BOOST_REQUIRE((learner().best() == oracle.best()));
  }

 private:
  std::vector<Keyword> keywords_;
  std::vector<Keyword> other_words_;
  Scorer scorer_;
  WordScorer words_;
};

/// How many it has foretold, faded.
double outcome_count(const Learner& learner) {
  double sum = 0;
  for (const ReliabilityBin& bin : learner.reliability().bins()) sum += bin.count;
  return sum;
}

/// Prompts of words of which few are common, and verdicts that depend on them.
class RandomTaste {
 public:
  explicit RandomTaste(unsigned seed) : random_(seed) {}

  unsigned below(unsigned bound) { return static_cast<unsigned>(random_() % bound); }
  /// Distinct words; some begin alike.
  std::string prompt(unsigned words_max) {
    std::string text;
    for (unsigned left = below(words_max + 1); left > 0; --left) {
      const auto number = static_cast<int>(std::exp(below(1000) * 0.005)) - 1;
      const std::string word =
          std::string(static_cast<std::size_t>(1 + number % 5), static_cast<char>('a' + number % 7)) +
          std::to_string(number);
      const auto earlier = split(text);
      if (std::ranges::find(earlier, word) == earlier.end()) text += " " + word;
    }
    return text;
  }
  std::string others() { return std::string(below(2) == 0 ? "of " : "") + (below(3) == 0 ? "the" : ""); }

  void live(LearnedLife& life, int records) {
    for (; records > 0; --records) {
      if (below(3) == 0) life.days_pass(below(40) / 10.0);
      const std::string checkpoint = numbered('m', static_cast<int>(below(5)));
      const std::string text = prompt(8);
      const bool likes = (checkpoint.back() - '0' + static_cast<int>(text.size())) % 3 == 0;
      Record record{.verdict = likes == (below(4) > 0) ? Verdict::selected : Verdict::rejected,
                    .checkpoint = checkpoint,
                    .prompt = text};
      if (below(12) == 0) record.verdict = Verdict::neutral;
      if (below(8) == 0) record.at_ms = life.now_ms - below(40) * day_ms;
      const std::string other_words = others();
      const std::string id = std::to_string(known_.size());
      if (below(4) == 0) {
        record.id = id;
        known_.push_back({text, checkpoint, other_words});
      }
      life.tell(record, other_words);
      if (!known_.empty() && below(6) == 0) correct(life);
    }
  }

 private:
  /// The same image with any verdict, once in a while as another checkpoint's.
  void correct(LearnedLife& life) {
    const unsigned number = below(static_cast<unsigned>(known_.size()));
    const std::string id = std::to_string(number);
    const Known known = known_[number];
    Record record{
        .verdict = static_cast<Verdict>(1 + below(3)), .checkpoint = known.checkpoint, .prompt = known.prompt};
    if (below(5) == 0) record.checkpoint = "m1";
    record.id = id;
    life.tell(record, known.others);
  }
  struct Known {
    std::string prompt;
    std::string checkpoint;
    std::string others;
  };

  std::mt19937 random_;
  std::vector<Known> known_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(learner)

BOOST_AUTO_TEST_CASE(every_score_chance_and_loss_is_the_oracles) {
  for (unsigned seed = 0; seed < 6; ++seed) {
    LearnedLife life(seed % 2 == 0 ? 30 : 0);
    RandomTaste taste(seed);
    for (int part = 0; part < 12; ++part) {
      taste.live(life, 40);
      BOOST_TEST_CONTEXT("life " << seed << ", part " << part) {
        for (int i = 0; i < 5; ++i) life.expect_oracles(taste.prompt(12), taste.others());
        life.expect_oracles("");
        life.expect_oracles("never heard of");
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_verdict_corrected_back_and_forth_teaches_what_its_last_does) {
  LearnedLife often;
  LearnedLife once;
  for (LearnedLife* const life : {&often, &once}) {
    life->tell({.verdict = Verdict::selected, .checkpoint = "A", .prompt = "ink", .id = "1"});
    life->days_pass(60);
  }
  for (int i = 0; i < 7; ++i) {
    often.tell(
        {.verdict = i % 2 == 0 ? Verdict::rejected : Verdict::selected, .checkpoint = "A", .prompt = "ink", .id = "1"});
  }
  once.tell({.verdict = Verdict::rejected, .checkpoint = "A", .prompt = "ink", .id = "1"});
  for (const ScorerKind kind : word_kinds) {
    BOOST_TEST(often.score(kind, "ink", "A") < 0.5);
    BOOST_TEST(std::abs(often.score(kind, "ink", "A") - once.score(kind, "ink", "A")) < 0.01, to_string(kind));
  }
}

BOOST_AUTO_TEST_CASE(a_correction_leaves_how_its_image_was_foretold_at_first) {
  LearnedLife life;
  const auto tell = [&life](Verdict verdict, std::string_view checkpoint) {
    life.tell({.verdict = verdict, .checkpoint = checkpoint, .prompt = "ink", .id = "1"});
    return outcome_count(life.learner());
  };
  BOOST_TEST(tell(Verdict::selected, "A") == 1);
  BOOST_TEST(tell(Verdict::rejected, "A") == 1);
  BOOST_TEST(tell(Verdict::neutral, "A") == 1);
  BOOST_TEST(tell(Verdict::selected, "B") > 1.99);  // foretold anew
}

BOOST_AUTO_TEST_CASE(an_image_of_long_ago_takes_nothing_from_what_is_known) {
  LearnedLife life;
  life.tell(Verdict::selected, "A", "ink", 5);
  const double before = life.ask(ScorerKind::weighted, "ink").cell(0, 0).observed;
  life.tell({.at_ms = life.now_ms - 900 * day_ms, .verdict = Verdict::rejected, .checkpoint = "A", .prompt = "ink"});
  BOOST_TEST(life.ask(ScorerKind::weighted, "ink").cell(0, 0).observed >= before);
}

BOOST_AUTO_TEST_CASE(what_is_named_twice_counts_once) {
  LearnedLife twice;
  LearnedLife once;
  once.tell(Verdict::selected, "A", "ink cat");
  const Keyword keywords[] = {{"ink"}, {"cat"}, {"ink"}};
  const Keyword others[] = {{"cat"}};
  BOOST_REQUIRE(twice.engine.record({.now_ms = twice.now_ms,
                                     .verdict = Verdict::selected,
                                     .user = "ann",
                                     .checkpoint = "A",
                                     .keywords = keywords,
                                     .other_words = others}));
  for (const ScorerKind kind : word_kinds)
    BOOST_TEST(twice.score(kind, "ink cat", "A") == once.score(kind, "ink cat", "A"));
}

BOOST_AUTO_TEST_CASE(neutral_records_teach_nothing) {
  LearnedLife life;
  life.tell(Verdict::selected, "A", "ink cat", 3);
  const double loss = life.learner().losses()[0];
  const double outcomes = outcome_count(life.learner());
  const double score = life.score(ScorerKind::evidence, "ink cat", "A");
  const std::size_t words_before = life.learner().features().size();
  life.tell(Verdict::neutral, "A", "ink moon", 3);
  life.tell({.verdict = Verdict::neutral, .checkpoint = "A", .prompt = "oil", .id = "1"});
  BOOST_TEST(life.learner().losses()[0] == loss);
  BOOST_TEST(outcome_count(life.learner()) == outcomes);
  BOOST_TEST(life.score(ScorerKind::evidence, "ink cat", "A") == score);
  BOOST_TEST(life.learner().features().size() == words_before);
}

BOOST_AUTO_TEST_CASE(an_end_of_learning_releases_every_text_and_cell) {
  LearnedLife learned;
  LearnedLife plain(30, false);
  for (LearnedLife* const life : {&learned, &plain}) RandomTaste(1).live(*life, 200);
  BOOST_TEST(learned.engine.vocabulary_bytes() > plain.engine.vocabulary_bytes());
  BOOST_TEST(learned.engine.cell_count() > plain.engine.cell_count());
  learned.engine.change_learning({.now_ms = learned.now_ms, .is_on = false});
  BOOST_TEST(learned.ann()->learner() == nullptr);
  BOOST_TEST(learned.engine.vocabulary_bytes() == plain.engine.vocabulary_bytes());
  BOOST_TEST(learned.engine.cell_count() == plain.engine.cell_count());
}

BOOST_AUTO_TEST_CASE(of_whom_is_forgotten_no_text_or_cell_is_left) {
  LearnedLife life;
  RandomTaste(1).live(life, 200);
  life.engine.forget({.now_ms = life.now_ms, .user = "ann"});
  BOOST_TEST(life.engine.vocabulary_bytes() == 0U);
  BOOST_TEST(life.engine.cell_count() == 0U);
}

BOOST_AUTO_TEST_CASE(learning_again_begins_anew) {
  LearnedLife life;
  life.tell(Verdict::selected, "A", "ink", 9);
  life.engine.change_learning({.now_ms = life.now_ms, .is_on = false});
  life.engine.change_learning({.now_ms = life.now_ms, .is_on = true});
  life.tell(Verdict::rejected, "A", "oil");
  BOOST_TEST(life.learner().features().size() == 1U);
}

BOOST_AUTO_TEST_CASE(without_a_learner_keyword_counts_are_weighed) {
  LearnedLife plain(30, false);
  LearnedLife learned;
  for (LearnedLife* const life : {&plain, &learned}) {
    life->tell(Verdict::selected, "A", "ink cat", 4);
    life->tell(Verdict::rejected, "B", "ink", 3);
    life->tell(Verdict::rejected, "A", "oil", 40);  // more than a row lists
  }
  BOOST_REQUIRE(plain.ann()->learner() == nullptr);
  plain.oracle.pass_to(plain.now_ms);
  for (const char* const prompt : {"ink", "ink cat oil", "", "moon"}) {
    for (const char* const checkpoint : {"A", "B"}) {
      const auto features = oracle_features(words(prompt), {});
      plain.expect("weighted", plain.score(ScorerKind::weighted, prompt, checkpoint),
                   plain.oracle.score(ScorerKind::weighted, features, checkpoint));
    }
  }
  BOOST_TEST(plain.score(ScorerKind::logodds, "ink", "A") > 0.5);
  BOOST_TEST(plain.score(ScorerKind::logodds, "ink", "B") < 0.5);
}

BOOST_AUTO_TEST_CASE(evidence_is_refused_where_nobody_learns) {
  LearnedLife life(30, false);
  const auto refused = WordScorer::kind_of(life.engine, nullptr, ScorerKind::evidence);
  BOOST_REQUIRE(!refused);
  BOOST_TEST(refused.error().message ==
             "the scorer evidence learns from each record, and nobody does here: serve with --scorer auto");
  BOOST_TEST((*WordScorer::kind_of(life.engine, nullptr, ScorerKind::logodds) == ScorerKind::logodds));
  BOOST_TEST((*WordScorer::kind_of(life.engine, nullptr, ScorerChoice::automatic()) == ScorerKind::mean));
}

BOOST_AUTO_TEST_CASE(automatic_is_what_has_foretold_best) {
  LearnedLife life;
  BOOST_TEST((*WordScorer::kind_of(life.engine, nullptr, ScorerChoice::automatic()) == ScorerKind::evidence));
  RandomTaste(4).live(life, 400);
  BOOST_TEST((*WordScorer::kind_of(life.engine, life.ann(), ScorerChoice::automatic()) == life.learner().best()));
}

BOOST_AUTO_TEST_CASE(until_a_user_learns_automatic_weighs_what_was_counted_before) {
  LearnedLife life(30, false);
  life.tell(Verdict::selected, "A", "ink", 5);
  life.engine.change_learning({.now_ms = life.now_ms, .is_on = true});
  BOOST_TEST((*WordScorer::kind_of(life.engine, life.ann(), ScorerChoice::automatic()) == ScorerKind::weighted));
  BOOST_TEST(life.score(ScorerKind::weighted, "ink", "A") > 0.5);
}

BOOST_AUTO_TEST_CASE(a_landmark_that_moves_changes_no_score_and_drops_what_faded) {
  LearnedLife life;
  life.tell(Verdict::selected, "A", "old words", 5);
  life.days_pass(30 * days_per_half_life);
  life.tell(Verdict::selected, "A", "ink cat", 20);
  life.tell(Verdict::rejected, "B", "ink", 20);
  life.days_pass(3 * days_per_half_life);
  const std::int64_t landmark = life.ann()->landmark();
  BOOST_TEST(life.learner().features().size() == 5U);  // words begins as word
  std::vector<double> before;
  const auto scores = [&] {
    std::vector<double> all;
    for (const ScorerKind kind : word_kinds) {
      for (const char* const checkpoint : {"A", "B"}) all.push_back(life.score(kind, "ink cat", checkpoint));
    }
    const KeptChance kept = life.ask(ScorerKind::evidence, "ink cat").kept(0);
    for (const double one : {kept.probability, kept.low, kept.high}) all.push_back(one);
    return all;
  };
  before = scores();
  life.tell(Verdict::neutral, "A", "");
  BOOST_TEST(life.ann()->landmark() > landmark);
  BOOST_TEST(life.learner().features().size() == 2U);
  const std::vector<double> after = scores();
  for (std::size_t i = 0; i < before.size(); ++i) BOOST_TEST(std::abs(after[i] - before[i]) < 1e-5);
  life.expect_oracles("ink cat");
}

BOOST_AUTO_TEST_CASE(outcomes_that_weigh_ever_more_change_no_score) {
  LearnedLife life(0);
  RandomTaste taste(3);
  for (int i = 0; i < 500 * 32 + 100; ++i) {
    const std::string prompt = taste.prompt(3);
    life.tell(taste.below(3) == 0 ? Verdict::selected : Verdict::rejected, "A", prompt);
    if (i % 1000 == 0 || i >= 500 * 32 - 2) life.expect_oracles(taste.prompt(3));
  }
}

BOOST_AUTO_TEST_CASE(words_that_do_not_fit_the_vocabulary_are_refused_where_learners_would_know_them) {
  Engine full;
  fill_vocabulary(full);
  const std::string word = long_text(7, 2 * model_name_bytes_max);
  const Keyword others[] = {{word}};
  const Record record{.verdict = Verdict::rejected, .user = "ann", .checkpoint = "A", .other_words = others};
  BOOST_TEST(full.record(record).has_value());
  const std::size_t bytes = full.vocabulary_bytes();
  full.change_learning({.is_on = true});
  const auto refused = full.record(record);
  BOOST_REQUIRE(!refused);
  BOOST_TEST(refused.error().message == vocabulary_full().message);
  BOOST_TEST(full.vocabulary_bytes() == bytes);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test
