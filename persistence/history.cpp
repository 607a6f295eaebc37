#include "persistence/history.h"

#include <algorithm>
#include <charconv>

#include "engine/model_name.h"

namespace penchant {
namespace {

std::string cursor_of(EventPlace place) {
  return place.segment == 0 ? "0" : std::to_string(place.segment) + "-" + std::to_string(place.offset);
}

/// Nothing unless the text is one that cursor_of gives.
std::optional<EventPlace> place_of(std::string_view cursor) {
  if (cursor == "0") return EventPlace{};
  EventPlace place;
  const char* const end = cursor.data() + cursor.size();
  const auto [dash, error] = std::from_chars(cursor.data(), end, place.segment);
  if (error != std::errc() || dash == end || *dash != '-') return std::nullopt;
  const auto [after, offset_error] = std::from_chars(dash + 1, end, place.offset);
  if (offset_error != std::errc() || after != end || cursor_of(place) != cursor) return std::nullopt;
  return place;
}

bool lies_before(EventPlace a, EventPlace b) {
  return a.segment < b.segment || (a.segment == b.segment && a.offset < b.offset);
}

/// Whether the record is what is asked for. A record that a later one corrects is not.
bool fits(const HistoryQuery& query, const Record& record, const User& user) {
  const std::int64_t at_ms = record.at_ms.value_or(record.now_ms);
  if (query.verdict && *query.verdict != record.verdict) return false;
  if (query.since_ms && at_ms < *query.since_ms) return false;
  if (query.until_ms && at_ms > *query.until_ms) return false;
  if (!query.session.empty() && query.session != record.session) return false;
  if (!query.checkpoint.empty() && model_key(query.checkpoint) != model_key(record.checkpoint)) return false;
  const auto is_lora = [key = model_key(query.lora)](const LoraTag& lora) { return model_key(lora.name) == key; };
  if (!query.lora.empty() && std::ranges::none_of(record.loras, is_lora)) return false;
  const auto is_keyword = [&query](const Keyword& keyword) { return keyword.text == query.keyword; };
  if (!query.keyword.empty() && std::ranges::none_of(record.keywords, is_keyword)) return false;
  return is_last_version(record, user);
}

const Failure no_such_cursor{
    "CURSOR is 0, or what an answer to this user's history gave: no record of this user is there"};

}  // namespace

std::string record_name_prefix(const StoreId& id) {
  constexpr std::size_t id_bytes = 8;
  constexpr std::string_view digits = "0123456789abcdef";
  std::string prefix;
  for (const std::byte byte : std::span(id).first(id_bytes)) {
    prefix += digits[std::to_integer<unsigned>(byte) >> 4];
    prefix += digits[std::to_integer<unsigned>(byte) & 15U];
  }
  return prefix + '-';
}

std::string_view record_name(const Record& record, std::uint64_t sequence, std::string_view prefix,
                             std::string& scratch) {
  if (!record.id.empty()) return record.id;
  if (!record.name.empty()) return record.name;
  return scratch.assign(prefix).append(std::to_string(sequence));
}

bool is_last_version(const Record& record, const User& user) {
  if (record.id.empty()) return true;
  const auto known = user.known().find(record.id);
  return !known || known->revision == record.revision;
}

History::History(FileSystem& files, const std::string& directory, const StoreId& store_id, const Journal& journal)
    : lookup_(files, directory, journal), id_prefix_(record_name_prefix(store_id)) {}

result<History::Step> History::step_to(EventPlace place, std::string_view user, const Chain& chain) {
  const auto found = lookup_.find(place);
  if (!found) return found.error();
  if (found->kind != FoundEvent::Kind::event) return Step{.gone = found->kind == FoundEvent::Kind::gone};
  if (found->sequence <= chain.forgotten) return Step{};
  const auto event = decoder_.decode(found->payload);
  if (!event) return Failure{"event " + std::to_string(found->sequence) + ": " + event.error().message};
  const Record* const record = std::get_if<Record>(&*event);
  if (record == nullptr || record->user != user) return Step{};
  return Step{.record = *record, .sequence = found->sequence, .bytes = found->payload.size()};
}

void History::tell_record(const Step& step, const HistoryCallback& on_record) {
  on_record({record_name(*step.record, step.sequence, id_prefix_, id_), step.sequence, *step.record});
}

result<HistoryPage> History::tell(const HistoryQuery& query, const Chain& chain, const HistoryCallback& on_record) {
  if (query.limit == 0 || query.limit > history_limit_max) {
    return Failure{"LIMIT is from 1 to " + std::to_string(history_limit_max)};
  }
  const auto cursor = place_of(query.cursor);
  if (!cursor) return no_such_cursor;
  EventPlace place = cursor->segment == 0 ? chain.head : *cursor;
  HistoryPage page;
  std::size_t told_bytes = 0;
  std::size_t examined_bytes = 0;
  for (std::size_t examined = 0; place.segment != 0 && examined < history_examined_max; ++examined) {
    const auto step = step_to(place, query.user, chain);
    if (!step) return step.error();
    if (step->gone) {
      place = {};
      break;
    }
    if (!step->record) {
      if (place == *cursor) return no_such_cursor;
      // No erased event is in a chain that goes on, but where a repair could not save what was there.
      const auto is_lost = lookup_.is_lost(place);
      if (!is_lost) return is_lost.error();
      if (*is_lost) {
        place = {};
        break;
      }
      return Failure{"the record at " + cursor_of(place) + " is missing in the journal"};
    }
    examined_bytes += step->bytes;
    if (examined > 0 && examined_bytes > history_examined_bytes_max) break;
    if (fits(query, *step->record, chain.user)) {
      told_bytes += step->bytes;
      if (page.records > 0 && told_bytes > history_bytes_max) break;
      tell_record(*step, on_record);
      ++page.records;
    }
    const EventPlace previous = step->record->previous;
    if (!lies_before(previous, place)) return Failure{"the record at " + cursor_of(place) + " names none before it"};
    place = previous;
    if (page.records == query.limit) break;
  }
  page.cursor = cursor_of(place);
  return page;
}

}  // namespace penchant
