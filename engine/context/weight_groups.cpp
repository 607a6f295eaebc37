#include "engine/context/weight_groups.h"

#include <algorithm>

#include "engine/check.h"

namespace penchant {
namespace {

constexpr double attention_step = 1.1;

}  // namespace

void WeightGroups::start(const ReadOptions& options) {
  options_ = options;
  options_.steps = std::max(options.steps, 1);
  groups_.clear();
  groups_.push_back({0, Kind::root, 1, 1});
  open_counts_ = {};
  depth_ = 0;
  ignored_ = 0;
  current_ = 0;
  subprompt_ = 0;
  owns_subprompt_ = true;
}

WeightGroups::Id WeightGroups::new_group(Id parent, Kind kind, double factor) {
  if (groups_.size() >= weight_groups_max) return parent;
  groups_.push_back({parent, kind, factor, 1});
  return static_cast<Id>(groups_.size() - 1);
}

bool WeightGroups::open(char bracket) {
  if (depth_ == bracket_depth_max) {
    ++ignored_;
    return false;
  }
  Frame& frame = frames_[depth_++];
  frame = Frame{};
  frame.bracket = bracket;
  frame.outer = current_;
  frame.first = new_group(current_, bracket == '{' ? Kind::chosen : Kind::multiply, 1);
  frame.second = frame.first;
  ++open_count(bracket);
  current_ = frame.first;
  return true;
}

void WeightGroups::open_choice(double picks, double first_option_weight) {
  if (!open('{')) return;
  frames_[depth_ - 1].picks = picks;
  next_option(first_option_weight);
}

void WeightGroups::next_option(double option_weight) {
  PENCHANT_CHECK(innermost() == '{');
  Frame& frame = frames_[depth_ - 1];
  frame.total += option_weight;
  const bool has_group = frame.first != frame.outer;
  current_ = has_group ? new_group(frame.first, Kind::option, option_weight) : frame.outer;
}

void WeightGroups::colon() {
  if (innermost() != '[') return;
  Frame& frame = frames_[depth_ - 1];
  if (frame.colons++ == 0) frame.second = new_group(frame.outer, Kind::multiply, 1);
  current_ = frame.second;
}

void WeightGroups::bar() {
  if (innermost() == '[') ++frames_[depth_ - 1].bars;
}

bool WeightGroups::seek(char bracket) {
  if (ignored_ > 0) {
    --ignored_;
    return false;
  }
  if (open_count(bracket) == 0) return false;
  while (innermost() != bracket) close_top(std::nullopt, false);
  return true;
}

void WeightGroups::close_round(std::optional<double> weight) {
  if (seek('(')) close_top(weight, true);
}

void WeightGroups::close_square() {
  if (seek('[')) close_top(std::nullopt, true);
}

void WeightGroups::close_choice() {
  if (seek('{')) close_top(std::nullopt, true);
}

bool WeightGroups::can_schedule() const {
  if (innermost() != '[') return false;
  const Frame& frame = frames_[depth_ - 1];
  return frame.bars == 0 && frame.colons <= 1;
}

void WeightGroups::close_schedule(const PromptNumber& when) {
  PENCHANT_CHECK(can_schedule());
  const Frame& frame = frames_[depth_ - 1];
  const double share = std::clamp(when.has_point ? when.value : when.value / options_.steps, 0.0, 1.0);
  if (frame.colons == 0) {  // [b:when]: from then on
    weigh(frame.first, 1 - share);
  } else {
    weigh(frame.first, share);
    weigh(frame.second, 1 - share);
  }
  pop();
}

void WeightGroups::weigh(Id group, double factor) {
  const Frame& frame = frames_[depth_ - 1];
  if (group != frame.outer) groups_[group].factor = factor;
}

void WeightGroups::close_top(std::optional<double> weight, bool is_closed) {
  const Frame& frame = frames_[depth_ - 1];
  const bool comfy = options_.dialect == Dialect::comfy;
  if (frame.bracket == '{') {
    if (frame.total > 0) weigh(frame.first, frame.picks / frame.total);
  } else if (frame.bracket == '(') {
    const bool is_text = comfy && !is_closed;
    weigh(frame.first, is_text ? 1 : weight.value_or(attention_step));
    if (comfy && weight && frame.first != frame.outer) groups_[frame.first].kind = Kind::replace;
  } else {
    const double factor = is_closed && frame.bars > 0 ? 1.0 / (frame.bars + 1) : 1 / attention_step;
    weigh(frame.first, factor);
    if (frame.second != frame.first) weigh(frame.second, factor);
  }
  pop();
}

void WeightGroups::pop() {
  const Frame& frame = frames_[--depth_];
  --open_count(frame.bracket);
  current_ = frame.outer;
}

void WeightGroups::weigh_subprompt(double weight) {
  if (owns_subprompt_) groups_[subprompt_].factor = weight;
}

void WeightGroups::next_subprompt() {
  ignored_ = 0;
  while (depth_ > 0) close_top(std::nullopt, false);
  const Id next = new_group(subprompt_, Kind::root, 1);
  owns_subprompt_ = next != subprompt_;
  subprompt_ = next;
  current_ = next;
}

void WeightGroups::finish() {
  ignored_ = 0;
  while (depth_ > 0) close_top(std::nullopt, false);
  for (Group& group : groups_) {  // a parent stands before its children
    const Group& parent = groups_[group.parent];
    switch (group.kind) {
      case Kind::root:
      case Kind::replace: group.weight = group.factor; break;
      case Kind::multiply: group.weight = bounded_weight(parent.weight * group.factor); break;
      case Kind::chosen: group.weight = parent.weight; break;
      case Kind::option: group.weight = parent.weight * std::min(1.0, group.factor * parent.factor); break;
    }
  }
}

}  // namespace penchant
