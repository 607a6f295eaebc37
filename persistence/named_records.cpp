#include "persistence/named_records.h"

#include <charconv>

#include "persistence/history.h"

namespace penchant {

bool is_what_was_named(const Record& kept, const Record& record) {
  return kept.user == record.user && kept.at_ms.value_or(kept.now_ms) == record.at_ms &&
         kept.checkpoint == record.checkpoint && kept.prompt == record.prompt;
}

NamedRecords::NamedRecords(FileSystem& files, const std::string& directory, const StoreId& id)
    : prefix_(record_name_prefix(id)), events_(files, directory) {}

result<bool> NamedRecords::has(std::string_view id, const Record& record, std::uint64_t last, std::uint64_t forgotten) {
  if (!id.starts_with(prefix_)) return false;
  std::uint64_t sequence = 0;
  const char* const end = id.data() + id.size();
  const auto [behind, error] = std::from_chars(id.data() + prefix_.size(), end, sequence);
  if (error != std::errc() || behind != end || sequence == 0 || sequence > last || sequence <= forgotten) return false;
  if (auto sought = events_.seek(sequence); !sought) return sought.error();
  if (events_.next_sequence() > sequence) return true;
  const auto event = events_.next(last);
  if (!event) return event.error();
  if (!*event) return false;
  const auto decoded = decoder_.decode((*event)->payload);
  if (!decoded) return Failure{"event " + std::to_string(sequence) + ": " + decoded.error().message};
  const Record* const kept = std::get_if<Record>(&*decoded);
  return kept != nullptr && kept->id.empty() && kept->name.empty() && is_what_was_named(*kept, record);
}

}  // namespace penchant
