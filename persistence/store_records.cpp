// Reading a store's records forward: for exports and dumps, and for imports that bring records back.
#include "persistence/journal_events.h"
#include "persistence/store.h"

namespace penchant {

result<void> Store::each_record(std::string_view user, const RecordCallback& on_record) {
  if (auto written = commit(); !written) return written;
  JournalEvents events(files_, options_.directory);
  if (auto sought = events.seek(1); !sought) return sought;
  EventDecoder decoder;
  const std::string prefix = record_name_prefix(id_);
  std::string name;
  for (;;) {
    const auto event = events.next(written_sequence());
    if (!event) return event.error();
    if (!*event) return {};
    const std::uint64_t sequence = (*event)->sequence;
    const auto decoded = decoder.decode((*event)->payload);
    if (!decoded) return Failure{"event " + std::to_string(sequence) + ": " + decoded.error().message};
    const Record* const record = std::get_if<Record>(&*decoded);
    if (record == nullptr || (!user.empty() && record->user != user)) continue;
    const User* const known = engine_.find_user(record->user);
    const bool is_there = known != nullptr && sequence > eraser_->forgotten(record->user);
    if (!is_there || !is_last_version(*record, *known)) continue;
    const std::string_view told_name = record_name(*record, sequence, prefix, name);
    if (auto told = on_record({told_name, sequence, *record}); !told) return told;
  }
}

result<bool> Store::has_named(std::string_view id, const Record& record) {
  const User* const user = engine_.find_user(record.user);
  if (!user) return false;
  const History::Chain chain{*user, heads_.of(user->number()), eraser_->forgotten(record.user)};
  const auto has = named_->has(id, record, written_sequence(), chain.forgotten);
  if (!has || *has) return has;
  return former_names_->has(id, record, chain);
}

}  // namespace penchant
