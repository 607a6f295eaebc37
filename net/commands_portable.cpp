// EXPORT and IMPORT: a user's records as one JSON text, for small ones; larger ones go page by page, and by files.
#include <algorithm>
#include <string>
#include <vector>

#include "engine/validate.h"
#include "net/command.h"
#include "persistence/exporter.h"
#include "persistence/store_layout.h"

namespace penchant::commands {
namespace {

Failure export_too_large() {
  return Failure{"the export is larger than " + std::to_string(export_json_bytes_max) +
                 " bytes: penchant export and GET /api/preferences/export give it whole"};
}

/// Appends a page of records as JSON lines, newest first.
result<HistoryPage> export_page(Service& service, std::string_view user, std::string_view cursor,
                                std::vector<std::string>& lines, std::size_t limit = history_limit_max) {
  return service.store().history(
      {.user = user, .limit = limit, .cursor = cursor},
      [&lines](const HistoryRecord& told) { append_record_json(lines.emplace_back(), told.id, told.record); });
}

/// The whole file.
result<void> export_whole(Service& service, std::string_view user, std::string& text) {
  std::vector<std::string> lines;
  std::size_t bytes = 0;
  for (std::string cursor = "0";;) {
    const std::size_t before = lines.size();
    auto next = export_page(service, user, cursor, lines);
    if (!next) return next.error();
    for (std::size_t i = before; i < lines.size(); ++i) bytes += lines[i].size();
    if (bytes > export_json_bytes_max) return export_too_large();
    if (next->cursor == "0") break;
    cursor = std::move(next->cursor);
  }
  Exporter exporter([&text](std::string_view some) -> result<void> {
    text += some;
    return text.size() > export_json_bytes_max ? result<void>(export_too_large()) : result<void>();
  });
  exporter.begin(user, service.now_ms());
  std::ranges::reverse(lines);
  for (const std::string& line : lines) {
    if (auto told = exporter.add_json(line); !told) return told.error();
  }
  return exporter.end(pools_of(service.engine()));
}

/// Why one of several stores that these records are for takes none, if so; of one store that has been asked.
std::optional<Failure> read_only_among(const Runtime& runtime, std::string_view json, std::string_view user_of_others) {
  if (runtime.shards.size() == 1) return std::nullopt;
  for (const std::string& user : records_users(json, user_of_others)) {
    const Shard& shard = runtime.shards[store_of(user, static_cast<std::uint32_t>(runtime.shards.size()))];
    if (const auto& why = shard.service.store().read_only()) return why;
  }
  return std::nullopt;
}

void write_report(Call& call, const result<ImportReport>& report) {
  if (!report) return call.reply.error("ERR " + report.error().message);
  call.client.told_known = report->duplicates > 0;
  call.shard.traffic.records += report->recorded;
  call.reply.map(2);
  call.reply.word<"recorded">();
  call.reply.integer(static_cast<std::int64_t>(report->recorded));
  call.reply.word<"duplicates">();
  call.reply.integer(static_cast<std::int64_t>(report->duplicates));
}

}  // namespace

void export_user(Call& call) {
  const std::string_view user = call.arguments.text("the user");
  std::optional<std::string_view> cursor;
  std::size_t limit = history_limit_max;
  if (call.arguments.option("CURSOR")) {
    cursor = call.arguments.value("CURSOR");
    if (call.arguments.option("LIMIT")) limit = call.arguments.number<std::size_t>("LIMIT", 1, history_limit_max);
  }
  if (!call.arguments.done()) return call.reply.error(call.arguments.error());
  if (!call.service.engine().find_user(user)) return call.reply.error("NOSUCH there is no such user; USERS tells them");
  if (!cursor) {
    std::string text;
    const auto told = export_whole(call.service, user, text);
    return told ? call.reply.bulk(text) : call.reply.error("ERR " + told.error().message);
  }
  std::vector<std::string> lines;
  const auto next = export_page(call.service, user, *cursor, lines, limit);
  if (!next) return call.reply.error("ERR " + next.error().message);
  call.reply.array(2);
  call.reply.bulk(next->cursor);
  call.reply.array(lines.size());
  for (const std::string& line : lines) call.reply.bulk(line);
}

void records(Call& call) {
  const std::string_view text = call.arguments.text("the JSON");
  std::string_view user = default_user;
  if (call.arguments.option("USER")) user = call.arguments.value("USER");
  if (!call.arguments.done()) return call.reply.error(call.arguments.error());
  if (const auto valid = validate_user(user); !valid) return call.reply.error("ERR " + valid.error().message);
  if (const auto why = read_only_among(call.runtime, text, user)) return call.reply.error(read_only_sentence(*why));
  write_report(call, record_json(services_of(call.runtime), text, user));
}

void import_json(Call& call) {
  const std::string_view text = call.arguments.text("the JSON");
  if (!call.arguments.done()) return call.reply.error(call.arguments.error());
  write_report(call, import_file(services_of(call.runtime), text));
}

}  // namespace penchant::commands
