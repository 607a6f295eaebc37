// Any bytes, read as an export file, whole and in two pieces: refused both times, in a sentence, or a file that brings
// the same records both times, each of which is read again from the line that dump would write of it.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "engine/context/word_lists.h"
#include "persistence/exporter.h"
#include "persistence/import_targets.h"

namespace {

using namespace penchant;

void require(bool holds) {
  if (!holds) std::abort();
}

/// An engine, and the records that came to it as lines of JSON.
class Listener final : public LocalTarget {
 public:
  Listener() : LocalTarget(WordLists::english()) {}
  result<Recorded::Kind> record(JsonRecord& read) override {
    if (auto valid = complete(read); !valid) return valid.error();
    read.record.now_ms = now_ms;
    const auto recorded = engine_.record(read.record);
    if (!recorded) return recorded.error();
    append_record_json(lines.emplace_back(), read.record.id, read.record);
    return recorded->kind;
  }
  result<bool> add_pool(const PoolSet& pool) override {
    require(engine_.set_pool(pool).has_value());
    return true;
  }
  result<bool> has_named(std::string_view, const Record&) override { return false; }

  static constexpr std::int64_t now_ms = 1'750'000'000'000;
  Engine engine_;
  std::vector<std::string> lines;

 private:
  const Engine& engine() const override { return engine_; }
};

template <class Pass>
result<void> feed(Pass& pass, std::string_view text, std::size_t first) {
  if (auto fed = pass.feed(text.substr(0, first)); !fed) return fed;
  return pass.feed(text.substr(first));
}

result<ImportReport> import_into(ImportTarget& target, std::string_view text, std::size_t first) {
  ImportCheck check;
  if (auto fed = feed(check, text, first); !fed) return fed.error();
  const auto plan = check.finish();
  if (!plan) return plan.error();
  Importer importer(*plan, target);
  if (auto begun = importer.begin(); !begun) return begun.error();
  if (auto fed = feed(importer, text, first); !fed) return fed.error();
  return importer.finish();
}

/// Each line is read as the record that it was written from.
void require_same_lines(const std::vector<std::string>& lines) {
  RecordReader reader;
  JsonItem item;
  for (const std::string& line : lines) {
    require(parse_json(line, item).has_value());
    const auto read = reader.read(item.root(), {});
    require(read.has_value());
    std::string again;
    append_record_json(again, *read);
    require(again == line);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  Listener whole;
  const auto done = import_into(whole, text, size);
  Listener split;
  const auto again = import_into(split, text, size / 2);
  require(done.has_value() == again.has_value());
  if (!done) {
    require(!done.error().message.empty());
    return 0;
  }
  require(whole.lines == split.lines && done->recorded == again->recorded);
  require_same_lines(whole.lines);
  require(import_into(whole, text, size).has_value());
  return 0;
}
