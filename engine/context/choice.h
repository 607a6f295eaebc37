// How many options of `{2$$a|b|c}` are picked, as sd-dynamic-prompts writes it.
#pragma once

#include <cstddef>
#include <string_view>

namespace penchant {

inline constexpr int picks_max = 1000;              // more count as it
inline constexpr std::size_t joint_bytes_max = 32;  // a longer text between two $$ is the first option's

struct ChoiceBound {
  double picks = 1;     // of a range, its mean
  std::size_t end = 0;  // of the bound and the text that joins the picks
};

/// The bound at text[begin], just after the '{': `2$$`, `1-3$$`, `-3$$`, `2$$ and $$`. One pick where there
/// is none.
ChoiceBound read_choice_bound(std::string_view text, std::size_t begin);

}  // namespace penchant
