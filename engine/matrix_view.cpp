#include "engine/matrix_view.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <optional>

#include "engine/asked.h"
#include "engine/ranking.h"

namespace penchant {
namespace {

/// 16 log2(1 + observed), rounded, up to 255: by the exponent, and the steps within an octave, which lie so far apart
/// that none of 32 parts of it has two. A logarithm for each of millions of cells would take ten times as long.
class StrengthScale {
 public:
  StrengthScale() {
    std::array<double, steps> edges;  // where the next step begins
    for (unsigned step = 0; step < steps; ++step) edges[step] = exp2_exact((step + 0.5) / steps);
    for (unsigned part = 0; part < parts; ++part) {
      const auto next = std::ranges::upper_bound(edges, 1 + static_cast<double>(part) / parts);
      passed_[part] = static_cast<unsigned>(next - edges.begin());
      next_[part] = next == edges.end() ? 2 : static_cast<float>(*next);
    }
  }

  char of(float observed) const {
    constexpr unsigned mantissa_bits = 23;
    constexpr unsigned bias = 127;
    const auto bits = std::bit_cast<std::uint32_t>(1 + observed);
    const std::uint32_t octave = (bits >> mantissa_bits) - bias;
    const std::uint32_t mantissa = bits & ((1U << mantissa_bits) - 1);
    const std::uint32_t part = mantissa >> (mantissa_bits - std::bit_width(parts - 1));
    const auto in_octave = std::bit_cast<float>(mantissa | bias << mantissa_bits);
    const std::uint32_t step = octave * steps + passed_[part] + (in_octave >= next_[part] ? 1 : 0);
    return static_cast<char>(static_cast<unsigned char>(std::min(step, 255U)));
  }

 private:
  static constexpr unsigned steps = 16;
  static constexpr unsigned parts = 32;

  std::array<unsigned, parts> passed_;
  std::array<float, parts> next_;
};

/// A row or column that may be shown.
struct Candidate {
  std::uint32_t number = 0;
  Counts counts;  // faded
};

/// The first `count` of them, in order.
void keep_most_observed(std::vector<Candidate>& candidates, std::size_t count) {
  const auto is_before = [](const Candidate& a, const Candidate& b) {
    const auto in_steps = [](const Candidate& one) {
      return std::floor(one.counts.observed * observation_steps + 0.5);
    };
    return in_steps(a) != in_steps(b) ? in_steps(a) > in_steps(b) : a.number < b.number;
  };
  count = std::min(count, candidates.size());
  std::ranges::partial_sort(candidates, candidates.begin() + static_cast<std::ptrdiff_t>(count), is_before);
  candidates.resize(count);
}

/// The row's counts, where it is dense: as most are of whoever has much to add up.
std::optional<RowView> dense_row(const User& user, std::uint32_t row) {
  const auto counted = user.rows().counted(row);
  if (!counted || !user.keyword_checkpoints().is_dense(*counted)) return std::nullopt;
  return user.keyword_checkpoints().row(*counted);
}

Counts sum_of(const RowView& row) {
  std::array<float, line_floats> sums{};
  for (std::size_t line = 0; line < row.line_count; ++line) {
    for (std::size_t i = 0; i < line_floats; ++i) sums[i] += row.lines[line * line_floats + i];
  }
  Counts sum;
  for (std::size_t i = 0; i < line_columns; ++i) {
    sum.selected += sums[i];
    sum.observed += sums[line_columns + i];
  }
  return sum;
}

Counts sum_of(const User& user, std::uint32_t row) {
  if (const auto dense = dense_row(user, row)) return sum_of(*dense);
  Counts sum;
  user.each_checkpoint(row, [&sum](std::uint32_t, const Counts& counts) {
    sum.selected += counts.selected;
    sum.observed += counts.observed;
  });
  return sum;
}

std::vector<Candidate> most_observed_rows(const User& user, const Asked& asked, std::size_t count) {
  std::vector<Candidate> rows(user.rows().size());
  for (std::uint32_t row = 0; row < rows.size(); ++row) rows[row] = {row, asked.now(sum_of(user, row))};
  keep_most_observed(rows, count);
  return rows;
}

std::vector<Candidate> most_observed_columns(const User& user, const Asked& asked, std::size_t count) {
  std::vector<Candidate> columns;
  for (std::uint32_t column = 0; column < user.checkpoints().size(); ++column) {
    if (user.checkpoints().is_live(column)) columns.push_back({column, asked.now(user.checkpoints()[column].overall)});
  }
  keep_most_observed(columns, count);
  return columns;
}

/// Writes the cells of one keyword after the other.
class Brush {
 public:
  Brush(const User& user, const Asked& asked, const std::vector<Candidate>& columns)
      : user_(user),
        per_unit_(static_cast<float>(asked.per_unit())),
        places_(user.checkpoints().size(), no_place),
        line_(columns.size()) {
    for (const Candidate& column : columns) {
      places_[column.number] = static_cast<std::uint32_t>(columns_.size());
      columns_.push_back(column.number);
    }
  }

  /// Two bytes for each column.
  void draw(std::uint32_t row, char* to) {
    if (const auto dense = dense_row(user_, row)) {
      for (std::size_t i = 0; i < columns_.size(); ++i) draw(CountMatrix::counts_in(*dense, columns_[i]), to + 2 * i);
      return;
    }
    std::ranges::fill(line_, Counts{});
    // A row that lists lessons may have several of one checkpoint.
    user_.each_checkpoint(row, [this](std::uint32_t column, const Counts& counts) {
      if (places_[column] == no_place) return;
      Counts& sum = line_[places_[column]];
      sum.selected += counts.selected;
      sum.observed += counts.observed;
    });
    for (std::size_t i = 0; i < columns_.size(); ++i) draw(line_[i], to + 2 * i);
  }

 private:
  static constexpr std::uint32_t no_place = 0xFFFFFFFF;  // of a column that is not shown

  void draw(const Counts& counts, char* to) const {
    const auto selected = static_cast<float>(counts.selected);
    const auto observed = static_cast<float>(counts.observed);
    if (!(observed > 0)) return;
    const float rate = std::clamp(selected / observed, 0.0F, 1.0F);
    to[0] = static_cast<char>(static_cast<unsigned char>(255 * rate + 0.5F));
    to[1] = strength_.of(observed * per_unit_);
  }

  const User& user_;
  const float per_unit_;
  const StrengthScale strength_;
  std::vector<std::uint32_t> columns_;
  std::vector<std::uint32_t> places_;  // of each column among them
  std::vector<Counts> line_;           // scratch
};

}  // namespace

MatrixView view_matrix(const Engine& engine, const MatrixQuestion& question) {
  MatrixView view;
  const User* const user = engine.find_user(question.user);
  if (!user) return view;
  Asked asked;
  asked.ask(engine, nullptr, user, {}, question.at_ms);
  const std::vector<Candidate> rows = most_observed_rows(*user, asked, question.keywords);
  const std::vector<Candidate> columns = most_observed_columns(*user, asked, question.checkpoints);
  for (const Candidate& row : rows) {
    view.keywords.push_back({engine.keyword_text(user->rows().keyword(row.number)), row.counts});
  }
  for (const Candidate& column : columns) {
    view.checkpoints.push_back({engine.name_text(user->checkpoints()[column.number].name), column.counts});
  }
  view.cells.resize(2 * rows.size() * columns.size());
  Brush brush(*user, asked, columns);
  for (std::size_t i = 0; i < rows.size(); ++i) brush.draw(rows[i].number, view.cells.data() + 2 * i * columns.size());
  return view;
}

}  // namespace penchant
