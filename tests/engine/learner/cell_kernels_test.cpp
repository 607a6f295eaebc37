#include "engine/learner/cell_kernels.h"

#include <boost/align/aligned_allocator.hpp>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstring>
#include <functional>
#include <random>
#include <vector>

namespace penchant::test {
namespace {

constexpr std::size_t cell_lines_max = 9;
constexpr PriorWeights half_of_ten{5, 10};
constexpr Strengths three_strengths{{5, 25, 125}, {0.2F, 0.3F, 0.5F}};
constexpr Strengths equal_strengths{{5, 25, 125}, {0.25F, 0.25F, 0.25F}};
constexpr Strengths one_strength{{5, 25, 125}, {0, 1, 0}};

using AlignedFloats = std::vector<float, boost::alignment::aligned_allocator<float, 64>>;

struct CellValues {
  double selected = 0;
  double observed = 0;
  double residual = 0;
  double precision = 0;
  double rate = 0.5;
};

/// Lines of cells, as the kernels take them.
struct WordCells {
  AlignedFloats counts;
  AlignedFloats learned;
  AlignedFloats rates;

  explicit WordCells(std::size_t line_count)
      : counts(line_count * line_floats),
        learned(line_count * line_floats),
        rates(line_count * line_columns, 0.5F) {}
  std::size_t size() const { return rates.size(); }
  CellLines lines(float learned_per_unit = 1) const {
    return {.counts = counts.data(),
            .learned = learned.data(),
            .rates = rates.data(),
            .count = rates.size() / line_columns,
            .learned_per_unit = learned_per_unit};
  }
  void put(std::size_t i, const CellValues& cell) {
    const std::size_t at = i / line_columns * line_floats + i % line_columns;
    counts[at] = static_cast<float>(cell.selected);
    counts[at + line_columns] = static_cast<float>(cell.observed);
    learned[at] = static_cast<float>(cell.residual);
    learned[at + line_columns] = static_cast<float>(cell.precision);
    rates[i] = static_cast<float>(cell.rate);
  }
  CellValues operator[](std::size_t i) const {
    const std::size_t at = i / line_columns * line_floats + i % line_columns;
    const auto real = [](float value) { return static_cast<double>(value); };
    return {real(counts[at]), real(counts[at + line_columns]), real(learned[at]), real(learned[at + line_columns]),
            real(rates[i])};
  }
};

/// Counts from none to millions, some just judged and some long faded.
WordCells random_cells(std::size_t line_count, std::mt19937& random) {
  constexpr double scales[] = {0, 1e-6, 1, 10, 1000, 1e6};
  const auto real = [&random](double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(random);
  };
  WordCells cells(line_count);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const double observed = scales[random() % std::size(scales)] * real(0.5, 1);
    const double selected = random() % 4 == 0 ? observed : random() % 3 == 0 ? 0 : observed * real(0, 1);
    const double precision = scales[random() % std::size(scales)] * real(0.5, 1);
    cells.put(i, {selected, observed, precision * real(-2, 2), precision, real(0.001, 0.999)});
  }
  return cells;
}

/// Everything a variant makes of these cells.
std::vector<AlignedFloats> cell_results(const CellKernels& variant, const WordCells& cells) {
  const CellLines lines = cells.lines(0.25F);
  std::vector<AlignedFloats> all(1, AlignedFloats{variant.spread(lines, 10), variant.observed(lines)});
  const auto add = [&](const std::function<void(float*)>& fill) { fill(all.emplace_back(cells.size()).data()); };
  add([&](float* squares) { variant.squares(lines, 10, squares); });
  add([&](float* terms) { variant.add_rate_terms(lines, 1.5F, half_of_ten, terms); });
  for (const Strengths& one : {three_strengths, equal_strengths, one_strength}) {
    add([&](float* terms) { variant.add_log_odds_terms(lines, 1.5F, one, terms); });
    add([&](float* terms) { variant.add_evidence_terms(lines, 1.5F, one, terms); });
  }
  AlignedFloats selected(cells.rates);
  AlignedFloats odds(cells.rates.rbegin(), cells.rates.rend());
  variant.to_rates_and_odds(selected.data(), odds.data(), 0.5F, lines.count);
  all.push_back(selected);
  variant.to_log2(odds.data(), lines.count);
  all.push_back(odds);
  AlignedFloats& rates = all.emplace_back(odds);
  variant.to_rates(rates.data(), lines.count);
  return all;
}

bool is_near(float told, double expected, double error) {
  return std::abs(static_cast<double>(told) - expected) <= error * (1 + std::abs(expected));
}

double shared_out_of(const Strengths& of, const std::function<double(double)>& at_strength) {
  double sum = 0;
  for (std::size_t i = 0; i < of.observed.size(); ++i) {
    sum += static_cast<double>(of.shares[i]) * at_strength(static_cast<double>(of.observed[i]));
  }
  return sum;
}

double log_odds_of(const CellValues& cell, const Strengths& of) {
  return shared_out_of(of, [&](double m) {
    const double odds = (cell.selected + m * cell.rate) / (cell.observed - cell.selected + m * (1 - cell.rate));
    return std::log2(odds) - std::log2(cell.rate / (1 - cell.rate));
  });
}

double evidence_of(const CellValues& cell, const Strengths& of) {
  return shared_out_of(of, [&](double m) { return cell.residual / (m + cell.precision); });
}

BOOST_AUTO_TEST_SUITE(cell_kernels_of_a_word)

BOOST_AUTO_TEST_CASE(every_variant_equals_the_baseline_bit_by_bit) {
  std::mt19937 random(1);
  for (std::size_t line_count = 0; line_count <= cell_lines_max; ++line_count) {
    for (int i = 0; i < 50; ++i) {
      const WordCells cells = random_cells(line_count, random);
      const auto expected = cell_results(available_cell_kernels().front(), cells);
      for (const CellKernels& variant : available_cell_kernels()) {
        const auto told = cell_results(variant, cells);
        for (std::size_t which = 0; which < told.size(); ++which) {
          const bool is_equal = told[which].empty() || std::memcmp(told[which].data(), expected[which].data(),
                                                                   told[which].size() * sizeof(float)) == 0;
          BOOST_REQUIRE_MESSAGE(is_equal, variant.name << ", result " << which << " of " << line_count << " lines");
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(the_fastest_is_the_last) {
  BOOST_TEST(cell_kernels().name == available_cell_kernels().back().name);
  BOOST_TEST(available_cell_kernels().size() == available_kernels().size());
}

BOOST_AUTO_TEST_CASE(each_term_is_what_its_formula_says) {
  std::mt19937 random(2);
  const CellKernels& kernels = available_cell_kernels().front();
  for (int round = 0; round < 200; ++round) {
    const WordCells cells = random_cells(3, random);
    AlignedFloats rate_terms(cells.size());
    AlignedFloats log_odds(cells.size());
    AlignedFloats equal_log_odds(cells.size());
    AlignedFloats evidence(cells.size());
    AlignedFloats squares(cells.size());
    kernels.add_rate_terms(cells.lines(), 1.5F, half_of_ten, rate_terms.data());
    kernels.add_log_odds_terms(cells.lines(), 1.5F, three_strengths, log_odds.data());
    kernels.add_log_odds_terms(cells.lines(), 1.5F, equal_strengths, equal_log_odds.data());
    kernels.add_evidence_terms(cells.lines(), 1.5F, three_strengths, evidence.data());
    kernels.squares(cells.lines(), 10, squares.data());
    double spread = 0;
    double observed = 0;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const CellValues cell = cells[i];
      const double off = (cell.selected + 10 * cell.rate) / (cell.observed + 10) - cell.rate;
      spread += off * off;
      observed += cell.observed;
      BOOST_REQUIRE(is_near(squares[i], off * off, 1e-5));
      BOOST_REQUIRE(is_near(rate_terms[i], 1.5 * ((cell.selected + 5) / (cell.observed + 10) - 0.5), 1e-6));
      const double rounded = 1e-6 / (1 - cell.rate);  // as much as single precision knows of what is near 1
      const double says = cell.observed > 0 ? 1.5 : 0;
      BOOST_REQUIRE(is_near(log_odds[i], says * log_odds_of(cell, three_strengths), rounded));
      BOOST_REQUIRE(is_near(equal_log_odds[i], says * log_odds_of(cell, equal_strengths), rounded));
      BOOST_REQUIRE(is_near(evidence[i], 1.5 * evidence_of(cell, three_strengths), 1e-6));
    }
    BOOST_REQUIRE(is_near(kernels.spread(cells.lines(), 10), spread, 1e-5));
    BOOST_REQUIRE(is_near(kernels.observed(cells.lines()), observed, 1e-5));
  }
}

BOOST_AUTO_TEST_CASE(a_strength_without_a_share_says_nothing) {
  WordCells cells(1);
  cells.put(0, {30, 40, 6, 20, 0.3});
  AlignedFloats terms(cells.size());
  available_cell_kernels().front().add_log_odds_terms(cells.lines(), 1, one_strength, terms.data());
  BOOST_TEST(is_near(terms[0], std::log2((30 + 7.5) / (10 + 17.5) * 0.7 / 0.3), 1e-6));
  terms[0] = 0;
  available_cell_kernels().front().add_evidence_terms(cells.lines(), 1, one_strength, terms.data());
  BOOST_TEST(is_near(terms[0], 6 / 45.0, 1e-6));
}

BOOST_AUTO_TEST_CASE(terms_are_of_now_and_added_to_what_is_there) {
  WordCells kept(1);
  WordCells now(1);
  kept.put(0, {30, 40, 24, 80, 0.3});
  now.put(0, {30, 40, 6, 20, 0.3});
  AlignedFloats expected(now.size(), 2);
  AlignedFloats told(kept.size(), 2);
  const CellKernels& kernels = available_cell_kernels().front();
  const auto add = [&kernels](const CellLines& lines, float* sums) {
    kernels.add_rate_terms(lines, 1, half_of_ten, sums);
    kernels.add_log_odds_terms(lines, 1, three_strengths, sums);
    kernels.add_evidence_terms(lines, 1, three_strengths, sums);
  };
  add(now.lines(), expected.data());
  add(kept.lines(0.25F), told.data());
  BOOST_TEST(told == expected);
  BOOST_TEST(told[1] == 2);
}

BOOST_AUTO_TEST_CASE(what_is_kept_is_bounded_as_it_is_read) {
  WordCells cells(1);
  std::size_t at = 0;
  for (const double rate : {0x1p-40, 0.5, 1 - 0x1p-20}) {
    cells.put(at++, {0, 1e30, -1e30, 1e30, rate});
    cells.put(at++, {1e30, 1e30, 1e30, 1e30, rate});
    cells.put(at++, {0, 1e-30, 1e30, 0, rate});
  }
  for (const CellKernels& variant : available_cell_kernels()) {
    for (const AlignedFloats& result : cell_results(variant, cells)) {
      for (const float value : result) BOOST_TEST(std::isfinite(value), variant.name);
    }
  }
}

BOOST_AUTO_TEST_CASE(cells_without_counts_say_nothing) {
  for (const CellKernels& variant : available_cell_kernels()) {
    const auto told = cell_results(variant, WordCells(3));
    for (std::size_t which = 0; which + 3 < told.size(); ++which) {  // the last are rates and odds, which are even
      for (const float value : told[which]) BOOST_TEST(std::abs(value) < 1e-6F, variant.name << " " << which);
    }
    for (const float rate : told.back()) BOOST_TEST(std::abs(rate - 0.5F) < 1e-6F);
  }
}

BOOST_AUTO_TEST_CASE(counts_become_rates_and_odds_that_are_bounded) {
  AlignedFloats selected(line_columns, 30);
  AlignedFloats rejected(line_columns, 10);
  selected[1] = rejected[2] = 1e30F;
  available_cell_kernels().front().to_rates_and_odds(selected.data(), rejected.data(), 150, 1);
  BOOST_TEST(is_near(selected[0], 180 / 340.0, 1e-7));
  BOOST_TEST(is_near(rejected[0], 180 / 160.0, 1e-7));
  BOOST_TEST((selected[1] == 1 - 0x1p-20F && rejected[1] == 0x1p20F));
  BOOST_TEST((selected[2] > 0x1p-40F && rejected[2] > 0x1p-40F));
}

BOOST_AUTO_TEST_CASE(odds_and_rates_are_each_others_inverse) {
  AlignedFloats values(line_columns);
  const CellKernels& kernels = available_cell_kernels().front();
  for (int i = 0; i < 2000; ++i) {
    const double rate = std::exp2(-0.01 * (i + 1));
    const double odds = rate / (1 - rate);
    values[0] = static_cast<float>(odds);
    kernels.to_log2(values.data(), 1);
    BOOST_REQUIRE(is_near(values[0], std::log2(odds), 2e-6));
    kernels.to_rates(values.data(), 1);
    BOOST_REQUIRE(std::abs(static_cast<double>(values[0]) - rate) < 5e-6 * rate + 1e-7);
  }
}

BOOST_AUTO_TEST_CASE(any_odds_are_a_rate) {
  AlignedFloats odds(line_columns);
  const float values[] = {-1e30F, -121, -120, -30, 0, 30, 120, 121, 1e30F};
  std::copy(std::begin(values), std::end(values), odds.begin());
  available_cell_kernels().front().to_rates(odds.data(), 1);
  for (std::size_t i = 0; i < std::size(values); ++i) {
    BOOST_TEST((odds[i] >= 0 && odds[i] <= 1));
    if (i > 0) BOOST_TEST(odds[i] >= odds[i - 1]);
  }
  BOOST_TEST(odds[4] == 0.5F);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test
