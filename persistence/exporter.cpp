#include "persistence/exporter.h"

#include "persistence/json_items.h"
#include "persistence/json_text.h"
#include "persistence/timestamp.h"

namespace penchant {

std::vector<ExportedPool> pools_of(const Engine& engine) {
  std::vector<ExportedPool> pools;
  for (const Pool& pool : engine.pools().all()) {
    ExportedPool& exported = pools.emplace_back(ExportedPool{pool.family, pool.tier, {}});
    for (const PoolEntry& entry : pool.checkpoints) exported.checkpoints.push_back(engine.name_text(entry.name));
  }
  return pools;
}

void Exporter::begin(std::string_view user, std::int64_t now_ms) {
  out_ += "{\"format\":";
  append_json_text(out_, export_format);
  out_ += ",\"version\":" + std::to_string(export_version) + ",\"user_id\":";
  append_json_text(out_, user);
  out_ += ",\"exported_at\":";
  append_json_text(out_, timestamp(now_ms));
  out_ += ",\n\"preferences\":[";
}

void Exporter::begin_line() {
  out_ += is_first_ ? "\n" : ",\n";
  is_first_ = false;
}

result<void> Exporter::add(std::string_view id, const Record& record) {
  begin_line();
  append_record_json(out_, id, record);
  stats_.count(record);
  ++records_;
  return flush(export_buffer_bytes);
}

result<void> Exporter::add_json(std::string_view line) {
  if (auto parsed = parse_json(line, item_); !parsed) return parsed;
  const auto read = reader_.read(item_.root(), {});
  if (!read) return read.error();
  begin_line();
  out_ += line;
  stats_.count(read->record);
  ++records_;
  return flush(export_buffer_bytes);
}

result<void> Exporter::end(const std::vector<ExportedPool>& pools) {
  out_ += "\n],\n\"stats\":[";
  is_first_ = true;
  const auto told = stats_.each([this](const Stat& stat) {
    begin_line();
    out_ += "{\"type\":";
    append_json_text(out_, stat.type);
    out_ += ",\"key\":";
    append_json_text(out_, stat.key);
    out_ +=
        ",\"selected\":" + std::to_string(stat.selected) + ",\"total\":" + std::to_string(stat.total) + ",\"rate\":";
    append_json_number(out_, static_cast<double>(stat.selected) / static_cast<double>(stat.total));
    out_ += '}';
    return flush(export_buffer_bytes);
  });
  if (!told) return told;
  out_ += "\n],\n\"pools\":[";
  is_first_ = true;
  for (const ExportedPool& pool : pools) {
    begin_line();
    out_ += "{\"family\":";
    append_json_text(out_, pool.family);
    out_ += ",\"tier\":";
    append_json_text(out_, to_string(pool.tier));
    out_ += ",\"checkpoints\":[";
    for (std::size_t i = 0; i < pool.checkpoints.size(); ++i) {
      if (i > 0) out_ += ',';
      append_json_text(out_, pool.checkpoints[i]);
    }
    out_ += "]}";
    if (auto flushed = flush(export_buffer_bytes); !flushed) return flushed;
  }
  out_ += "\n]}\n";
  return flush(0);
}

result<void> Exporter::flush(std::size_t kept_bytes) {
  if (out_.size() <= kept_bytes) return {};
  auto taken = sink_(out_);
  out_.clear();
  return taken;
}

}  // namespace penchant
