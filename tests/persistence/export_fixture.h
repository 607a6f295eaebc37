// The words in which exports and imports are tested: keep, exported, imported, refusal.
#pragma once

#include <string>
#include <string_view>

#include "engine/context/word_lists.h"
#include "persistence/exporter.h"
#include "persistence/import_targets.h"
#include "tests/persistence/store_fixture.h"

namespace penchant::test {

/// Both passes over a text that comes in pieces of this size.
inline result<ImportReport> import_into(ImportTarget& target, std::string_view text, std::size_t piece = 1 << 20) {
  const auto feed_all = [&](auto& pass) -> result<void> {
    for (std::size_t at = 0; at < text.size(); at += piece) {
      if (auto fed = pass.feed(text.substr(at, piece)); !fed) return fed;
    }
    return {};
  };
  ImportCheck check;
  if (auto fed = feed_all(check); !fed) return fed.error();
  const auto plan = check.finish();
  if (!plan) return plan.error();
  Importer importer(*plan, target);
  if (auto begun = importer.begin(); !begun) return begun.error();
  if (auto fed = feed_all(importer); !fed) return fed.error();
  return importer.finish();
}

/// The text without the time at which it was exported.
inline std::string undated(std::string text) {
  const std::size_t begin = text.find("\"exported_at\":");
  return begin == std::string::npos ? text : text.erase(begin, text.find(',', begin) - begin);
}

inline void replace_once(std::string& text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  BOOST_REQUIRE_MESSAGE(at != std::string::npos, from << " is not in " << text);
  text.replace(at, from.size(), to);
}

struct ExportLife : StoreLife {
  ExportLife() { open(); }

  void keep(Record record) {
    if (record.user.empty()) record.user = "ann";
    if (record.checkpoint.empty()) record.checkpoint = "A";
    const auto recorded = tell(record);
    BOOST_REQUIRE_MESSAGE(recorded, recorded.error().message);
  }
  std::string exported(std::string_view user = "ann") {
    std::string text;
    Exporter exporter([&text](std::string_view bytes) -> result<void> {
      text += bytes;
      return {};
    });
    exporter.begin(user, now_ms);
    const auto told =
        store->each_record(user, [&exporter](const HistoryRecord& one) { return exporter.add(one.id, one.record); });
    BOOST_REQUIRE_MESSAGE(told, told.error().message);
    BOOST_REQUIRE(exporter.end(pools_of(store->engine())));
    return text;
  }
  /// "2 recorded, 1 known", or the sentence of a refusal.
  std::string imported(std::string_view text, std::size_t piece = 1 << 20) {
    StoreTarget target(*store, WordLists::english(), now_ms);
    const auto done = import_into(target, text, piece);
    if (!done) return done.error().message;
    report = *done;
    return std::to_string(report.recorded) + " recorded, " + std::to_string(report.duplicates) + " known";
  }
  /// A file of ours with these records.
  static std::string file(std::string_view records, std::string_view more = "") {
    return std::string(R"({"format":"penchant-preferences","version":1,"user_id":"ann")")
        .append(more)
        .append(",\"preferences\":[")
        .append(records)
        .append("]}");
  }
  /// What a file with this record is answered.
  std::string imported_record(std::string_view record) { return imported(file(record)); }
  /// All lines of records, as dump has them.
  std::string lines(std::string_view user = "ann") {
    std::string text;
    BOOST_REQUIRE(store->each_record(user, [&text](const HistoryRecord& one) -> result<void> {
      append_record_json(text, one.id, one.record);
      text += '\n';
      return {};
    }));
    return text;
  }

  ImportReport report;
};

}  // namespace penchant::test
