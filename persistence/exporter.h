// Exporter: writes one user's export file (docs/export_format.md) as its records come by, oldest first.
//
//   Exporter exporter(sink);
//   exporter.begin("ann", now_ms);
//   for (…) if (auto told = exporter.add(id, record); !told) …
//   if (auto ended = exporter.end(pools); !ended) …
//
// Memory: a buffer of export_buffer_bytes and a record; the statistics (record_stats.h). Errors: the sink's. Threading:
// none.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.h"
#include "engine/event.h"
#include "engine/result.h"
#include "persistence/json_item.h"
#include "persistence/record_json.h"
#include "persistence/record_stats.h"

namespace penchant {

inline constexpr std::string_view export_format = "penchant-preferences";
inline constexpr int export_version = 1;
inline constexpr std::size_t export_buffer_bytes = std::size_t{256} << 10;

/// Takes the next bytes of the file.
using TextSink = std::function<result<void>(std::string_view)>;

struct ExportedPool {
  std::string_view family;
  Tier tier = Tier::standard;
  std::vector<std::string_view> checkpoints;
  bool operator==(const ExportedPool&) const = default;
};
/// All pools of an engine, which they view.
std::vector<ExportedPool> pools_of(const Engine& engine);

class Exporter {
 public:
  explicit Exporter(TextSink sink) : sink_(std::move(sink)) {}

  void begin(std::string_view user, std::int64_t now_ms);
  result<void> add(std::string_view id, const Record& record);
  /// A record that append_record_json() wrote. A failure where it is none.
  result<void> add_json(std::string_view line);
  result<void> end(const std::vector<ExportedPool>& pools);

  std::uint64_t records() const { return records_; }

 private:
  void begin_line();
  result<void> flush(std::size_t kept_bytes);

  TextSink sink_;
  std::string out_;
  RecordStats stats_;
  RecordReader reader_;
  JsonItem item_;
  std::uint64_t records_ = 0;
  bool is_first_ = true;  // of its array
};

}  // namespace penchant
