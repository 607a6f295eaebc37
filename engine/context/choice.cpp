#include "engine/context/choice.h"

#include <optional>

#include "engine/context/char_class.h"
#include "engine/context/words.h"

namespace penchant {
namespace {

constexpr std::string_view bound_mark = "$$";

std::optional<int> read_count(std::string_view text, std::size_t& i) {
  if (i >= text.size() || !is_digit(text[i])) return std::nullopt;
  int count = 0;
  for (; i < text.size() && is_digit(text[i]); ++i) {
    if (count <= picks_max) count = count * 10 + (text[i] - '0');
  }
  return count <= picks_max ? count : picks_max;
}

/// The end of ` and $$` at text[begin], or `begin`.
std::size_t skip_joint(std::string_view text, std::size_t begin) {
  const std::string_view near = text.substr(begin, joint_bytes_max + bound_mark.size());
  const std::size_t mark = near.find(bound_mark);
  if (mark == near.npos || near.substr(0, mark).find_first_of("{}|") != near.npos) return begin;
  return begin + mark + bound_mark.size();
}

}  // namespace

ChoiceBound read_choice_bound(std::string_view text, std::size_t begin) {
  std::size_t i = begin;
  while (i < text.size() && is_space(text[i])) ++i;
  const std::optional<int> least = read_count(text, i);
  const bool is_range = i < text.size() && text[i] == '-';
  if (is_range) ++i;
  const std::optional<int> most = is_range ? read_count(text, i) : least;
  if ((!least && !most) || text.substr(i, bound_mark.size()) != bound_mark) return {1, begin};
  // `2-$$` has no upper bound of its own; at least that many are picked.
  const double low = least.value_or(1);
  return {(low + most.value_or(least.value_or(1))) / 2, skip_joint(text, i + bound_mark.size())};
}

}  // namespace penchant
