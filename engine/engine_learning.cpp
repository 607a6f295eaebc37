// Engine: what users' learners are told of each record.
#include <algorithm>

#include "engine/asked.h"
#include "engine/engine.h"

namespace penchant {
namespace {

/// The text's row, a new one where it has none.
std::uint32_t feature_row(FeatureTable& features, Interner& texts, std::string_view text) {
  const auto id = texts.find(text);
  const auto known = id ? features.find(*id) : std::nullopt;
  return known ? *known : features.add(texts.acquire(text));
}

}  // namespace

void Engine::change_learning(const LearningChange& event) {
  move_clock(event.now_ms);
  if (is_learning_ == event.is_on) return;
  is_learning_ = event.is_on;
  for (NamedUser& named : users_) {
    if (is_learning_) {
      if (event.is_from_counts && named.user->checkpoints().size() > 0) learn_from_counts(named.user.write());
    } else if (named.user->learner()) {
      cell_count_ -= named.user->learner()->cell_count();
      named.user.write().end_learning(vocabulary_.keywords);
    }
  }
}

/// What was counted before there was a learner: words and their beginnings, as far as texts are left.
void Engine::learn_from_counts(User& user) {
  user.begin_learning();
  Learner& learner = *user.learner();
  const double unit = unit_at(decay_.half_lives(now_ms_), user.landmark());
  const std::vector<double> rates = learner.learn_overall(user.checkpoints(), unit);
  Interner& texts = vocabulary_.keywords;
  for (std::uint32_t row = 0; row < user.rows().size(); ++row) {
    const Keyword keyword{texts.text(user.rows().keyword(row))};
    lesson_features_.read({&keyword, 1}, {});
    for (const std::string_view text : lesson_features_.texts()) {
      const bool has_room = vocabulary_.bytes() + text.size() + Interner::bytes_per_text <= vocabulary_bytes_max;
      if (!has_room && !texts.find(text)) continue;
      const std::uint32_t feature = feature_row(learner.features(), texts, text);
      user.each_checkpoint(row, [&](std::uint32_t column, const Counts& counts) {
        if (counts.observed > 0) learner.learn_counts(feature, column, counts, rates[column]);
      });
    }
  }
  cell_count_ += learner.cell_count();
}

/// What each scorer makes of the image before its outcome is known.
void Engine::look_before_learning(const Record& record, std::uint32_t column, User& user, double half_lives_now) {
  if (!user.learner()) user.begin_learning();
  FeatureTable& features = user.learner()->features();
  lesson_features_.read(record.keywords, record.other_words);
  feature_rows_.clear();
  std::vector<std::optional<std::uint32_t>> rows;
  for (const std::string_view text : lesson_features_.texts()) {
    const std::uint32_t row = feature_row(features, vocabulary_.keywords, text);
    if (std::ranges::find(feature_rows_, row) != feature_rows_.end()) continue;  // sent twice, it counts once
    feature_rows_.push_back(row);
    rows.push_back(row);
  }
  const double unit = unit_at(half_lives_now, user.landmark());
  user.learner()->ask(rows, user.checkpoints(), unit, lesson_scores_);
  lesson_cells_ = lesson_scores_.cells_of(column);

  mean_score_ = posterior_mean(lesson_scores_.overall(column));
  if (lesson_keywords_.empty()) return;
  mean_score_ = 0;
  for (const LessonKeyword& keyword : lesson_keywords_) {
    Counts counts;
    if (keyword.row) counts = user.with_checkpoint(*keyword.row, column);
    counts.scale(1 / unit);
    mean_score_ += posterior_mean(counts) / static_cast<double>(lesson_keywords_.size());
  }
}

void Engine::teach_learner(const Lesson& lesson, const Known* known, User& user, double half_lives_now) {
  Learner& learner = *user.learner();
  const Outcome outcome{.column = lesson.checkpoint,
                        .is_kept = lesson.verdict == Verdict::selected,
                        .mean_score = mean_score_,
                        .weight = weight_at(lesson.half_lives, user.landmark()),
                        .unit = unit_at(half_lives_now, user.landmark())};
  const bool was_judged = known && known->verdict != Verdict::neutral;
  const bool is_judged = lesson.verdict != Verdict::neutral;
  if (was_judged) {
    Outcome old = outcome;
    old.weight = weight_at(known->half_lives, user.landmark());
    old.column = known->checkpoint;
    old.is_kept = known->verdict == Verdict::selected;
    if (is_judged && old.column == outcome.column) {
      return learner.correct(feature_rows_, lesson_scores_, old, outcome);
    }
    learner.unlearn(feature_rows_, lesson_scores_, old);
  }
  if (is_judged) learner.learn(feature_rows_, lesson_scores_, lesson_cells_, outcome, user.checkpoints().live_count());
}

}  // namespace penchant
