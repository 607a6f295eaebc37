// Scoring 8 keywords against the memory bandwidth of the same run: a matrix far larger than the caches, rows at random.
// The answer is checked against a plain loop, then timed. Ratio 1: the kernel reads as fast as memory gives.
#include <cmath>
#include <cstdio>
#include <random>
#include <string>

#include "bench/bench.h"
#include "engine/count_matrix.h"
#include "engine/kernels.h"

namespace {

using namespace penchant;
using bench::keep;
using bench::median;
using bench::seconds_of;

constexpr std::size_t matrix_bytes = std::size_t{1} << 30;
constexpr std::size_t keywords = 8;
constexpr int questions = 200;
constexpr int rounds = 9;

std::vector<CountMatrix::Row> make_rows(std::size_t columns) {
  const auto lines = static_cast<Eigen::Index>((columns + line_columns - 1) / line_columns);
  const std::size_t count = matrix_bytes / (static_cast<std::size_t>(lines) * line_floats * sizeof(float));
  std::vector<CountMatrix::Row> rows(count);
  for (std::size_t r = 0; r < count; ++r) {
    rows[r].resize(Eigen::NoChange, lines);
    for (Eigen::Index i = 0; i < rows[r].size(); ++i)
      rows[r].data()[i] = static_cast<float>((r + static_cast<std::size_t>(i) * 7) % 13);
  }
  return rows;
}

RowView view(const CountMatrix::Row& row) { return {row.data(), static_cast<std::size_t>(row.cols())}; }

/// Reads everything once, eight sums at a time.
double bandwidth(const std::vector<CountMatrix::Row>& rows) {
  float total = 0;
  std::size_t bytes = 0;
  const double seconds = seconds_of([&] {
    for (const auto& row : rows) {
      Eigen::Array<float, line_floats, 1> sum = Eigen::Array<float, line_floats, 1>::Zero();
      for (Eigen::Index line = 0; line < row.cols(); ++line) sum += row.col(line);
      total += sum.sum();
      bytes += static_cast<std::size_t>(row.size()) * sizeof(float);
    }
  });
  keep(total);
  return static_cast<double>(bytes) / seconds;
}

bool is_right(const std::vector<RowView>& rows, const Eigen::ArrayXf& score, std::size_t columns) {
  for (std::size_t c = 0; c < columns; c += 97) {
    double expected = 0;
    for (const RowView& row : rows) {
      const float* line = row.lines + c / line_columns * line_floats + c % line_columns;
      expected += (double{line[0]} + 5) / (double{line[line_columns]} + 10);
    }
    if (std::abs(expected - double{score[static_cast<Eigen::Index>(c)]}) > 1e-4) return false;
  }
  return true;
}

int run(const Kernels& kernel, std::size_t columns) {
  const auto rows = make_rows(columns);
  const std::size_t lines = view(rows.front()).line_count;
  Eigen::ArrayXf score(static_cast<Eigen::Index>(lines * line_columns));
  Eigen::ArrayXf seen(score.size());
  std::mt19937_64 random(columns);
  std::vector<double> ratios;
  std::vector<double> micros;
  for (int round = 0; round < rounds; ++round) {
    std::vector<std::vector<RowView>> asked(questions);
    for (auto& one : asked) {
      for (std::size_t k = 0; k < keywords; ++k) one.push_back(view(rows[random() % rows.size()]));
    }
    const double available = bandwidth(rows);
    const double seconds = seconds_of([&] {
      for (const auto& one : asked) kernel.score_rows(one, lines, {5, 10}, score.data(), seen.data());
    });
    if (!is_right(asked.back(), score, columns)) return std::puts("the kernel is wrong"), 1;
    const double bytes = static_cast<double>(questions * keywords * lines * line_floats * sizeof(float));
    ratios.push_back(bytes / seconds / available);
    micros.push_back(seconds / questions * 1e6);
  }
  std::printf("%s: %zu keywords x %5zu checkpoints, cold: %7.2f us, %.2f of the read bandwidth (%.2f to %.2f)\n",
              kernel.name, keywords, columns, median(micros), median(ratios), *std::ranges::min_element(ratios),
              *std::ranges::max_element(ratios));
  return 0;
}

void run_hot(const Kernels& kernel, std::size_t columns) {
  CountMatrix matrix;
  std::vector<RowView> rows;
  for (std::uint32_t k = 0; k < keywords; ++k) {
    for (std::uint32_t c = 0; c < columns; ++c) matrix.add(k, c, {1, 2}, 1);
  }
  for (std::uint32_t k = 0; k < keywords; ++k) rows.push_back(matrix.row(k));
  const std::size_t lines = rows.front().line_count;
  Eigen::ArrayXf score(static_cast<Eigen::Index>(lines * line_columns));
  Eigen::ArrayXf seen(score.size());
  std::vector<double> nanos;
  for (int round = 0; round < rounds; ++round) {
    constexpr int times = 20'000;
    nanos.push_back(seconds_of([&] {
                      for (int i = 0; i < times; ++i) {
                        kernel.score_rows(rows, lines, {5, 10}, score.data(), seen.data());
                        keep(score);
                      }
                    }) /
                    times * 1e9);
  }
  std::printf("%s: %zu keywords x %5zu checkpoints, hot:  %7.0f ns\n", kernel.name, keywords, columns, median(nanos));
}

}  // namespace

int main() {
  for (const Kernels& kernel : available_kernels()) {
    for (const std::size_t columns : {50, 500, 5000}) run_hot(kernel, columns);
    for (const std::size_t columns : {500, 10'000}) {
      if (run(kernel, columns) != 0) return 1;
    }
  }
}
