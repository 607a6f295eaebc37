#include "persistence/decision_frames.h"

#include <array>
#include <bit>
#include <cstring>

#include "engine/check.h"
#include "persistence/decision_format.h"
#include "persistence/little_endian.h"

namespace penchant {
namespace {

constexpr std::size_t arm_ends_at = 16;  // in an arm set's frame
constexpr std::size_t decision_fixed_bytes = 48;
constexpr std::size_t listed_arm_bytes = 8;

template <class Unsigned>
std::size_t load_size(const std::byte* from) {
  return load_little_endian<Unsigned>(from);
}

std::byte* copy_text(std::string_view text, std::byte* to) {
  if (!text.empty()) std::memcpy(to, text.data(), text.size());
  return to + text.size();
}

std::string_view text_at(const std::byte* from, std::size_t size) {
  return {reinterpret_cast<const char*>(from), size};
}

constexpr std::size_t decision_texts = 6;

// Of the texts of a decision's frame, in their order.
std::array<std::size_t, decision_texts> text_sizes(const std::byte* frame) {
  return {load_size<std::uint16_t>(frame + 10), load_size<std::uint32_t>(frame + 36),
          load_size<std::uint16_t>(frame + 40), load_size<std::uint16_t>(frame + 42),
          load_size<std::uint16_t>(frame + 44), load_size<std::uint16_t>(frame + 46)};
}

}  // namespace

std::optional<std::size_t> arm_set_frame_bytes(std::uint32_t count, const ArmNames& names) {
  std::size_t bytes = arm_ends_at + std::size_t{count} * 4;
  for (std::uint32_t arm = 0; arm < count; ++arm) {
    const std::size_t name_bytes = names(arm).size();
    if (name_bytes > model_name_bytes_max) return std::nullopt;
    bytes += name_bytes;
  }
  return bytes;
}

void encode_arm_set(std::uint32_t count, const ArmNames& names, std::span<std::byte> frame) {
  encode_frame_head(DecisionFrameKind::arm_set, frame.size(), frame.data());
  store_little_endian(frame.data() + 12, count);
  std::byte* const texts = frame.data() + arm_ends_at + std::size_t{count} * 4;
  std::byte* to = texts;
  for (std::uint32_t arm = 0; arm < count; ++arm) {
    const std::string_view name = names(arm);
    PENCHANT_CHECK(name.size() <= static_cast<std::size_t>(frame.data() + frame.size() - to));
    to = copy_text(name, to);
    store_little_endian(frame.data() + arm_ends_at + std::size_t{arm} * 4, static_cast<std::uint32_t>(to - texts));
  }
}

std::uint32_t ArmSetView::count() const { return load_little_endian<std::uint32_t>(frame_ + 12); }

std::uint32_t ArmSetView::end_of(std::uint32_t arm) const {
  return load_little_endian<std::uint32_t>(frame_ + arm_ends_at + std::size_t{arm} * 4);
}

std::string_view ArmSetView::name(std::uint32_t arm) const {
  const std::uint32_t begin = arm == 0 ? 0 : end_of(arm - 1);
  const std::byte* const texts = frame_ + arm_ends_at + std::size_t{count()} * 4;
  return text_at(texts + begin, end_of(arm) - begin);
}

bool is_arm_set(std::span<const std::byte> frame) {
  if (frame.size() < arm_ends_at) return false;
  const std::uint32_t count = ArmSetView(frame.data()).count();
  if (count > decision_arms_max || frame.size() < arm_ends_at + std::size_t{count} * 4) return false;
  const std::size_t texts = frame.size() - arm_ends_at - std::size_t{count} * 4;
  std::size_t begin = 0;
  for (std::uint32_t arm = 0; arm < count; ++arm) {
    const std::size_t end = load_size<std::uint32_t>(frame.data() + arm_ends_at + std::size_t{arm} * 4);
    if (end < begin || end > texts) return false;
    begin = end;
  }
  return begin == texts;
}

bool within_limits(const Decision& decision, const DecisionArms& arms) {
  return decision.user.size() <= user_bytes_max && decision.prompt.size() <= prompt_bytes_max &&
         decision.family.size() <= label_bytes_max && decision.policy.size() <= label_bytes_max &&
         decision.checkpoint.size() <= model_name_bytes_max && decision.would_be.size() <= model_name_bytes_max &&
         arms.count <= decision_arms_max && arms.listed.size() <= arms.count;
}

std::size_t decision_frame_bytes(const Decision& decision, const DecisionArms& arms) {
  return decision_fixed_bytes + arms.listed.size() * listed_arm_bytes + decision.user.size() + decision.prompt.size() +
         decision.family.size() + decision.policy.size() + decision.checkpoint.size() + decision.would_be.size();
}

void encode_decision(const Decision& decision, const DecisionArms& arms, const DecisionPlace& place,
                     std::span<std::byte> frame) {
  std::byte* const at = frame.data();
  encode_frame_head(DecisionFrameKind::decision, frame.size(), at);
  at[9] = decision.tier ? static_cast<std::byte>(*decision.tier) : std::byte{0};
  store_little_endian(at + 10, static_cast<std::uint16_t>(decision.user.size()));
  store_little_endian(at + 12, place.number);
  store_little_endian(at + 16, static_cast<std::uint64_t>(decision.at_ms));
  store_little_endian(at + 24, place.arm_set_at);
  store_little_endian(at + 28, static_cast<std::uint32_t>(arms.listed.size()));
  store_little_endian(at + 32, std::bit_cast<std::uint32_t>(arms.rest_probability));
  store_little_endian(at + 36, static_cast<std::uint32_t>(decision.prompt.size()));
  store_little_endian(at + 40, static_cast<std::uint16_t>(decision.family.size()));
  store_little_endian(at + 42, static_cast<std::uint16_t>(decision.policy.size()));
  store_little_endian(at + 44, static_cast<std::uint16_t>(decision.checkpoint.size()));
  store_little_endian(at + 46, static_cast<std::uint16_t>(decision.would_be.size()));
  std::byte* to = at + decision_fixed_bytes;
  std::uint32_t least = 0;
  for (const ArmProbability& listed : arms.listed) {
    PENCHANT_CHECK(listed.arm >= least && listed.arm < arms.count);
    least = listed.arm + 1;
    store_little_endian(to, listed.arm);
    store_little_endian(to + 4, std::bit_cast<std::uint32_t>(listed.probability));
    to += listed_arm_bytes;
  }
  to = copy_text(decision.user, to);
  to = copy_text(decision.prompt, to);
  to = copy_text(decision.family, to);
  to = copy_text(decision.policy, to);
  to = copy_text(decision.checkpoint, to);
  copy_text(decision.would_be, to);
}

DecisionPlace DecisionView::place() const {
  return {.number = load_little_endian<std::uint32_t>(frame_ + 12),
          .arm_set_at = load_little_endian<std::uint32_t>(frame_ + 24)};
}

std::int64_t DecisionView::at_ms() const {
  return static_cast<std::int64_t>(load_little_endian<std::uint64_t>(frame_ + 16));
}

std::uint32_t DecisionView::listed_count() const { return load_little_endian<std::uint32_t>(frame_ + 28); }

float DecisionView::rest_probability() const {
  return std::bit_cast<float>(load_little_endian<std::uint32_t>(frame_ + 32));
}

ArmProbability DecisionView::listed(std::uint32_t i) const {
  const std::byte* const at = frame_ + decision_fixed_bytes + std::size_t{i} * listed_arm_bytes;
  return {.arm = load_little_endian<std::uint32_t>(at),
          .probability = std::bit_cast<float>(load_little_endian<std::uint32_t>(at + 4))};
}

std::string_view DecisionView::user() const {
  return text_at(frame_ + decision_fixed_bytes + std::size_t{listed_count()} * listed_arm_bytes,
                 load_size<std::uint16_t>(frame_ + 10));
}

Decision DecisionView::decision() const {
  const std::byte* at = frame_ + decision_fixed_bytes + std::size_t{listed_count()} * listed_arm_bytes;
  std::array<std::string_view, decision_texts> texts;
  const auto sizes = text_sizes(frame_);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    texts[i] = text_at(at, sizes[i]);
    at += sizes[i];
  }
  const auto tier = static_cast<Tier>(frame_[9]);
  return {.at_ms = at_ms(),
          .user = texts[0],
          .prompt = texts[1],
          .family = texts[2],
          .policy = texts[3],
          .checkpoint = texts[4],
          .tier = frame_[9] == std::byte{0} ? std::nullopt : std::optional(tier),
          .would_be = texts[5]};
}

bool is_decision(std::span<const std::byte> frame, std::uint32_t arms) {
  if (frame.size() < decision_fixed_bytes || frame[9] > std::byte{3}) return false;
  const DecisionView view(frame.data());
  std::size_t bytes = decision_fixed_bytes + std::size_t{view.listed_count()} * listed_arm_bytes;
  for (const std::size_t size : text_sizes(frame.data())) bytes += size;
  if (bytes != frame.size()) return false;
  std::uint32_t least = 0;
  for (std::uint32_t i = 0; i < view.listed_count(); ++i) {
    const std::uint32_t arm = view.listed(i).arm;
    if (arm < least || arm >= arms) return false;
    least = arm + 1;
  }
  return true;
}

std::optional<std::uint32_t> claimed_arm_set(std::span<const std::byte> frame) {
  if (frame.size() < decision_fixed_bytes) return std::nullopt;
  return DecisionView(frame.data()).place().arm_set_at;
}

std::optional<float> FoundArms::probability_of(std::string_view name) const {
  for (std::uint32_t arm = 0; arm < set_.count(); ++arm) {
    if (set_.name(arm) != name) continue;
    for (std::uint32_t i = 0; i < decision_.listed_count(); ++i) {
      if (decision_.listed(i).arm == arm) return decision_.listed(i).probability;
    }
    return decision_.rest_probability();
  }
  return std::nullopt;
}

}  // namespace penchant
