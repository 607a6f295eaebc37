#include "persistence/former_names.h"

#include <algorithm>
#include <charconv>

#include "persistence/named_records.h"
#include "persistence/segments.h"

namespace penchant {

/// Nothing unless the text is what record_name_prefix() and a sequence give.
std::optional<FormerNames::Name> FormerNames::parse(std::string_view id) {
  constexpr std::size_t digits = 16;
  const std::size_t dash = id.find('-');
  if (dash != digits || id.size() == digits + 1 || id[digits + 1] == '0') return std::nullopt;
  Name name;
  const char* const end = id.data() + id.size();
  const auto [at, error] = std::from_chars(id.data(), id.data() + digits, name.store, 16);
  const auto [behind, sequence_error] = std::from_chars(id.data() + digits + 1, end, name.sequence);
  if (error != std::errc() || at != id.data() + digits) return std::nullopt;
  if (sequence_error != std::errc() || behind != end) return std::nullopt;
  return name;
}

result<std::optional<Record>> FormerNames::record_at(EventPlace place, const History::Chain& chain) {
  const auto found = lookup_.find(place);
  if (!found) return found.error();
  if (found->kind != FoundEvent::Kind::event || found->sequence <= chain.forgotten) return std::optional<Record>();
  const auto event = decoder_.decode(found->payload);
  if (!event) return Failure{"event " + std::to_string(found->sequence) + ": " + event.error().message};
  const Record* const record = std::get_if<Record>(&*event);
  return record == nullptr ? std::optional<Record>() : *record;
}

result<void> FormerNames::walk(const History::Chain& chain) {
  user_.reset();
  names_.clear();
  first_.clear();
  for (EventPlace place = chain.head; place.segment != 0;) {
    const auto record = record_at(place, chain);
    if (!record) return record.error();
    if (!*record) break;
    if (const auto name = parse((*record)->name)) {
      names_.emplace(*name, place);
      const auto [first, is_new] = first_.emplace(name->store, name->sequence);
      first->second = std::min(first->second, name->sequence);
    }
    const EventPlace previous = (*record)->previous;
    const bool is_before = std::pair(previous.segment, previous.offset) < std::pair(place.segment, place.offset);
    if (!is_before) break;  // HISTORY tells of it
    place = previous;
  }
  const auto segments = list_segments(files_, directory_);
  if (!segments) return segments.error();
  begins_late_ = !segments->empty() && segments->front().first_sequence > 1;
  user_ = chain.user.number();
  return {};
}

result<bool> FormerNames::has(std::string_view id, const Record& record, const History::Chain& chain) {
  const auto name = parse(id);
  if (!name) return false;
  if (user_ != chain.user.number()) {
    if (auto walked = walk(chain); !walked) return walked.error();
  }
  if (const auto place = names_.find(*name); place != names_.end()) {
    const auto kept = record_at(place->second, chain);
    if (!kept) return kept.error();
    return !*kept || is_what_was_named(**kept, record);  // it has been let go since
  }
  const auto first = first_.find(name->store);
  return begins_late_ && first != first_.end() && name->sequence < first->second;
}

}  // namespace penchant
