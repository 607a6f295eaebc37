// The weight of every stretch of a prompt: attention, scheduling, alternation, choices and sub-prompts.
//
// A bracket's weight is known only where it closes. So each stretch of text belongs to a group, a group knows
// its parent, and the weights are worked out once, at the end, parents first: linear in the prompt however
// deep it nests.
//
// Order of calls: start, the brackets as they come, finish, then weight(). Threading: none of its own.
// Limits: bracket_depth_max, weight_groups_max; beyond them brackets leave the weight as it is.
// Sources: AUTOMATIC1111 modules/prompt_parser.py, ComfyUI comfy/sd1_clip.py, sd-dynamic-prompts.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/context/context.h"
#include "engine/context/number.h"

namespace penchant {

inline constexpr std::size_t bracket_depth_max = 256;
inline constexpr std::size_t weight_groups_max = 16384;

class WeightGroups {
 public:
  using Id = std::uint32_t;

  void start(const ReadOptions& options);

  /// The group of the text that comes next.
  Id current() const { return current_; }

  /// The bracket that a '|' or ':' belongs to: '(', '[', '{', or 0 for none.
  char innermost() const { return depth_ == 0 || ignored_ > 0 ? '\0' : frames_[depth_ - 1].bracket; }

  /// A `)` would close something.
  bool is_round_open() const { return ignored_ > 0 || open_counts_[0] > 0; }

  void open_round() { open('('); }
  void open_square() { open('['); }
  void open_choice(double picks, double first_option_weight);

  void colon();                            // in the innermost bracket, if that is square
  void bar();                              // the same
  void next_option(double option_weight);  // in the innermost bracket, which is curly

  void close_round(std::optional<double> weight);
  void close_square();
  bool can_schedule() const;                  // the innermost bracket is square and can end in `:number]`
  void close_schedule(const PromptNumber& when);  // requires can_schedule()
  void close_choice();

  void weigh_subprompt(double weight);
  void next_subprompt();  // closes all that is open

  void finish();  // the same, and works out the weights
  double weight(Id group) const { return groups_[group].weight; }

 private:
  enum class Kind : std::uint8_t {
    root,      // a sub-prompt
    multiply,  // the parent's weight times the factor
    replace,   // the factor, whatever the parent's weight is
    chosen,    // the parent's weight; its factor is picks / total of its options
    option,    // its own weight times its parent's factor is the probability of being chosen
  };
  struct Group {
    Id parent = 0;
    Kind kind = Kind::multiply;
    double factor = 1;
    double weight = 1;
  };
  struct Frame {
    char bracket = 0;
    std::uint32_t colons = 0;
    std::uint32_t bars = 0;
    Id outer = 0;       // current() before the bracket
    Id first = 0;       // of the text after the bracket; equal to outer where no group was left
    Id second = 0;      // of the text after the first colon of a square bracket
    double picks = 1;   // of a choice
    double total = 0;   // the sum of its option weights
  };

  Id new_group(Id parent, Kind kind, double factor);
  bool open(char bracket);
  bool seek(char bracket);  // closes what is inside the innermost open `bracket`; false where none is open
  void weigh(Id group, double factor);
  void close_top(std::optional<double> weight, bool is_closed);
  void pop();
  std::size_t& open_count(char bracket) { return open_counts_[bracket == '(' ? 0 : bracket == '[' ? 1 : 2]; }

  ReadOptions options_;
  std::vector<Group> groups_;
  std::array<Frame, bracket_depth_max> frames_;
  std::array<std::size_t, 3> open_counts_{};
  std::size_t depth_ = 0;
  std::size_t ignored_ = 0;  // open brackets beyond bracket_depth_max
  Id current_ = 0;
  Id subprompt_ = 0;
  bool owns_subprompt_ = true;  // false once no group was left for a sub-prompt of its own
};

}  // namespace penchant
