// Suggester: which values of a parameter, or strengths of a LoRA, worked. The rule and why are in docs/model.md.
#include <algorithm>
#include <cmath>

#include "engine/suggest.h"

namespace penchant {
namespace {

// A keyword's own spread is believed as if it had been seen this often with the spread of all its user's records.
constexpr double spread_prior_observations = 2;
// Where all records agree there is no spread at all: what is smaller than this share of the value is none.
constexpr double least_relative_sd = 1e-6;

/// Adds up what several sources say of one value, each weighed by how well it foretells a value.
class Blend {
 public:
  explicit Blend(const Moments& overall)
      : overall_variance_(std::max(overall.variance(), std::pow(least_relative_sd * overall.mean, 2) + 1e-18)) {}

  void add(const Moments& source, double per_unit) {
    const double observations = source.weight * per_unit;
    if (observations < 1e-6) return;
    const double spread = (source.variance() * observations + overall_variance_ * spread_prior_observations) /
                          (observations + spread_prior_observations);
    const double foretold_variance = spread * (1 + 1 / observations);
    Moments weighed = source;
    weighed.scale(1 / (foretold_variance * source.weight));
    blend_.merge(weighed);
    observations_ += observations;
  }

  std::optional<ValueAnswer> answer() const {
    if (blend_.weight <= 0) return std::nullopt;
    return ValueAnswer{blend_.mean, std::sqrt(blend_.variance()), observations_};
  }

 private:
  double overall_variance_;
  Moments blend_;
  double observations_ = 0;
};

}  // namespace

/// `columns` are one parameter in one family, or in several.
std::optional<ValueAnswer> Suggester::value_of(std::span<const std::uint32_t> columns) const {
  const ParameterTable& table = asked_.user()->parameters();
  const auto merged = [columns](const auto& of_column) {
    Moments all;
    for (const std::uint32_t column : columns) all.merge(of_column(column));
    return all;
  };
  const Moments overall = merged([&](std::uint32_t column) { return table.overall(column); });
  Blend blend(overall);
  for (std::size_t i = 0; i < asked_.keyword_count(); ++i) {
    const auto row = asked_.row(i);
    if (!row) continue;
    blend.add(merged([&](std::uint32_t column) { return asked_.user()->with_parameter(*row, column); }),
              asked_.per_unit());
  }
  if (checkpoint_.own) {
    blend.add(merged([&](std::uint32_t column) { return table.of_checkpoint(*checkpoint_.own, column); }),
              asked_.per_unit());
  }
  if (asked_.keyword_count() == 0 && !has_checkpoint_) blend.add(overall, asked_.per_unit());
  return blend.answer();
}

std::span<const ParameterAnswer> Suggester::parameters(const Engine& engine, const SuggestQuestion& question) {
  parameter_answers_.clear();
  const User* user = engine.find_user(question.user);
  asked_.ask(engine, nullptr, user, question.keywords, question.at_ms);
  if (!user) return parameter_answers_;
  has_checkpoint_ = !question.checkpoint.empty();
  checkpoint_ = engine.find_checkpoint(user, question.checkpoint);
  // FAMILY, else that of the checkpoint, else all.
  family_ = std::nullopt;
  if (!question.family.empty()) {
    family_ = engine.find_name(question.family);
    if (!family_) return parameter_answers_;
  } else if (checkpoint_.own && user->checkpoints()[*checkpoint_.own].has_family()) {
    family_ = user->checkpoints()[*checkpoint_.own].family;
  }
  gather_parameters(user->parameters());
  // Columns of one name lie together; the first of them says where the name comes among the answers.
  for (auto it = named_columns_.begin(); it != named_columns_.end();) {
    const NamedColumn first = *it;
    columns_.clear();
    for (; it != named_columns_.end() && it->name == first.name; ++it) columns_.push_back(it->column);
    if (const auto value = value_of(columns_)) {
      parameter_answers_.push_back({engine.name_text(first.name), *value, first.column});
    }
  }
  std::ranges::sort(parameter_answers_, {}, &ParameterAnswer::first_column);
  return parameter_answers_;
}

void Suggester::gather_parameters(const ParameterTable& table) {
  named_columns_.clear();
  for (std::uint32_t column = 0; column < table.column_count(); ++column) {
    const ParameterKey& key = table.key(column);
    const bool is_asked = key.family != ParameterKey::lora_strength && (!family_ || key.family == *family_);
    if (is_asked) named_columns_.push_back({key.name, column});
  }
  std::ranges::stable_sort(named_columns_, {}, &NamedColumn::name);
}

}  // namespace penchant
