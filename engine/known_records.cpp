#include "engine/known_records.h"

#include <algorithm>
#include <array>
#include <bit>
#include <boost/container_hash/hash.hpp>
#include <cstring>

#include "engine/check.h"
#include "engine/limits.h"

namespace penchant {
namespace {

// The layout of one entry, in memory only: u16 length and bytes of the ID, then sequence, revision, half_lives,
// verdict, checkpoint, count and columns of LoRAs, count and numbers of keywords, the set of negative keywords, count,
// columns and values of parameters.
// More than the longest entry: 2 of the ID's length, the ID, 31 of fixed fields, columns and numbers of 4, parameters.
constexpr std::size_t entry_bytes_max = 4096;
static_assert(2 + identifier_bytes_max + 31 + record_loras_max * 4 + keywords_max * 4 +
                  (record_parameters_max + record_loras_max) * 12 <=
              entry_bytes_max);

template <class Value>
void append_value(std::vector<unsigned char>& bytes, Value value) {
  const auto raw = std::bit_cast<std::array<unsigned char, sizeof(Value)>>(value);
  bytes.insert(bytes.end(), raw.begin(), raw.end());
}

template <class Value>
Value take_value(const unsigned char*& at) {
  Value value;
  std::memcpy(&value, at, sizeof value);
  at += sizeof value;
  return value;
}

}  // namespace

std::string_view KnownRecords::id_at(std::uint64_t offset) const {
  const unsigned char* place = at(offset);
  const auto length = take_value<std::uint16_t>(place);
  return {reinterpret_cast<const char*>(place), length};
}

/// The key under which `id` is, or would be: IDs whose hashes agree take the numbers that follow.
std::uint64_t KnownRecords::slot(std::string_view id) const {
  std::uint64_t key = boost::hash<std::string_view>()(id);
  for (auto it = offsets_.find(key); it != offsets_.end() && id_at(it->second) != id; it = offsets_.find(key)) ++key;
  return key;
}

/// The offsets of all, ascending.
std::vector<std::uint64_t> KnownRecords::in_order() const {
  std::vector<std::uint64_t> offsets;
  offsets.reserve(offsets_.size());
  for (const auto& [key, offset] : offsets_) offsets.push_back(offset);
  std::ranges::sort(offsets);
  return offsets;
}

std::optional<Known> KnownRecords::find(std::string_view id) const {
  const auto it = offsets_.find(slot(id));
  if (it == offsets_.end()) return std::nullopt;
  return read(it->second);
}

Known KnownRecords::read(std::uint64_t offset) const {
  const unsigned char* at = this->at(offset);
  at += take_value<std::uint16_t>(at);
  Known known;
  known.sequence = take_value<std::uint64_t>(at);
  known.revision = take_value<std::uint32_t>(at);
  known.half_lives = take_value<double>(at);
  known.verdict = static_cast<Verdict>(take_value<std::uint8_t>(at));
  known.checkpoint = take_value<std::uint32_t>(at);
  known.loras.resize(take_value<std::uint8_t>(at));
  for (std::uint32_t& lora : known.loras) lora = take_value<std::uint32_t>(at);
  known.keywords.resize(take_value<std::uint8_t>(at));
  for (Interner::Id& keyword : known.keywords) keyword = take_value<Interner::Id>(at);
  known.negative_set = take_value<std::uint32_t>(at);
  known.parameters.resize(take_value<std::uint8_t>(at));
  for (LessonParameter& parameter : known.parameters) {
    parameter.column = take_value<std::uint32_t>(at);
    parameter.value = take_value<double>(at);
  }
  return known;
}

void KnownRecords::put(std::string_view id, const Known& known) {
  PENCHANT_CHECK(known.keywords.size() <= 0xFF && known.loras.size() <= 0xFF);
  PENCHANT_CHECK(known.parameters.size() <= 0xFF && id.size() <= identifier_bytes_max);
  if (chunks_.empty() || chunks_.back()->size() > chunk_bytes_max - entry_bytes_max) chunks_.emplace_back();
  Chunk& bytes = chunks_.back().write();
  offsets_[slot(id)] = (chunks_.size() - 1) * chunk_bytes_max + bytes.size();
  append_value(bytes, static_cast<std::uint16_t>(id.size()));
  bytes.insert(bytes.end(), id.begin(), id.end());
  append_value(bytes, known.sequence);
  append_value(bytes, known.revision);
  append_value(bytes, known.half_lives);
  append_value(bytes, static_cast<std::uint8_t>(known.verdict));
  append_value(bytes, known.checkpoint);
  append_value(bytes, static_cast<std::uint8_t>(known.loras.size()));
  for (const std::uint32_t lora : known.loras) append_value(bytes, lora);
  append_value(bytes, static_cast<std::uint8_t>(known.keywords.size()));
  for (const Interner::Id keyword : known.keywords) append_value(bytes, keyword);
  append_value(bytes, known.negative_set);
  append_value(bytes, static_cast<std::uint8_t>(known.parameters.size()));
  for (const LessonParameter& parameter : known.parameters) {
    append_value(bytes, parameter.column);
    append_value(bytes, parameter.value);
  }
}

}  // namespace penchant
