#include "persistence/importer.h"

#include <algorithm>
#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <charconv>

#include "engine/context/words.h"
#include "engine/model_name.h"
#include "engine/text_hash.h"
#include "engine/validate.h"
#include "persistence/import_parts.h"
#include "persistence/json_text.h"

namespace penchant {
namespace {

constexpr double stat_count_max = 1e15;  // whole numbers are exact

/// The content of a record as one text: each part with its name and length, so that no two contents are alike.
class Content {
 public:
  void add(std::string_view name, std::string_view value) {
    if (value.empty()) return;
    text_.append(name).append("=").append(std::to_string(value.size())).append(":").append(value);
  }
  void add(std::string_view name, double value) {
    std::string number;
    append_json_number(number, value);
    add(name, number);
  }
  /// "import-" and a UUID.
  std::string id() const {
    const boost::uuids::name_generator_sha1 generator(boost::uuids::ns::oid());
    return "import-" + boost::uuids::to_string(generator(text_));
  }

 private:
  std::string text_;
};

std::string content_id(const JsonRecord& read) {
  const Record& record = read.record;
  Content content;
  content.add("user", record.user);
  if (read.at_us) content.add("at", std::to_string(*read.at_us));
  if (record.weight_ms) content.add("weight", std::to_string(*record.weight_ms));
  content.add("verdict", to_string(record.verdict));
  if (record.tier) content.add("tier", to_string(*record.tier));
  content.add("checkpoint", record.checkpoint);
  content.add("prompt", record.prompt);
  content.add("negative", record.negative_prompt);
  content.add("family", record.family);
  content.add("stage", record.stage);
  content.add("session", record.session);
  content.add("generation", record.generation);
  content.add("decision", record.decision);
  content.add("note", record.note);
  content.add("vision", record.vision);
  content.add("shadow", record.shadow_checkpoint);
  for (const Keyword& keyword : record.keywords) content.add("keyword", keyword.text);
  for (const Keyword& keyword : record.negative_keywords) content.add("negative keyword", keyword.text);
  for (const LoraTag& lora : record.loras) {
    content.add("lora", lora.name);
    content.add("model", lora.strength_model);
    content.add("clip", lora.strength_clip);
  }
  for (const Parameter& parameter : record.parameters) {
    content.add("parameter", parameter.name);
    content.add("value", parameter.value);
  }
  return content.id();
}

}  // namespace

result<ImportedStat> read_stat(JsonValue value) {
  ImportedStat stat;
  if (value.kind() != JsonKind::object) return Failure{"it must be an object"};
  for (const JsonValue field : value) {
    const std::string_view text = field.text();
    if (field.key() == "type") stat.type = text;
    if (field.key() == "key") stat.key = text;
    if (field.key() != "selected" && field.key() != "total") continue;
    double count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    const bool is_count =
        error == std::errc() && end == text.data() + text.size() && count >= 0 && count <= stat_count_max;
    if (!is_count) return Failure{std::string(field.key()) + " must be a count"};
    (field.key() == "total" ? stat.total : stat.selected) = static_cast<std::uint64_t>(count);
  }
  if (stat.selected > stat.total) return Failure{"selected is more than total"};
  return stat;
}

std::uint64_t stat_pair(std::string_view keyword, std::string_view checkpoint) {
  return TextHash()(std::string(keyword).append(1, '\0').append(model_key(checkpoint)));
}

Failure at_record(std::uint64_t number, const Failure& failure) {
  return Failure{"record " + std::to_string(number) + ": " + failure.message};
}

Failure at_stat(std::uint64_t number, const Failure& failure) {
  return Failure{"statistic " + std::to_string(number) + ": " + failure.message};
}

Importer::Importer(const ImportPlan& plan, ImportTarget& target)
    : plan_(plan), target_(target), items_(import_lists, [this](const JsonItems::Part& part) -> result<void> {
        if (part.field == "preferences") return take_record(part);
        if (part.field == "stats" && plan_.is_predecessor) return take_stat(part);
        return {};
      }) {
  report_.records = plan.records;
}

result<void> Importer::begin() {
  for (const OwnedPool& pool : plan_.pools) {
    const std::vector<std::string_view> names(pool.checkpoints.begin(), pool.checkpoints.end());
    const auto added = target_.add_pool({0, pool.family, pool.tier, names});
    if (!added)
      return Failure{"the pool " + pool.family + " " + std::string(to_string(pool.tier)) + ": " +
                     added.error().message};
    report_.pools += *added ? 1 : 0;
  }
  return {};
}

result<void> Importer::record(JsonRecord& read) {
  const auto kind = target_.record(read);
  if (!kind) return kind.error();
  ++(*kind == Recorded::Kind::duplicate ? report_.duplicates : report_.recorded);
  return {};
}

result<void> Importer::take_record(const JsonItems::Part& part) {
  auto read = reader_.read(part.value, plan_.user);
  if (!read) return at_record(part.number, read.error());
  if (read->record.id.empty()) {
    read->record.id = id_ = content_id(*read);
  } else {
    const auto has_named = target_.has_named(read->record.id, read->record);
    if (!has_named) return at_record(part.number, has_named.error());
    if (*has_named) return ++report_.duplicates, result<void>();
  }
  if (auto recorded = record(*read); !recorded) return at_record(part.number, recorded.error());
  return {};
}

/// Where the checkpoint's name begins in a key "keyword:checkpoint"; npos where there is no colon.
std::size_t Importer::checkpoint_begin(std::string_view key) const {
  const std::size_t first = key.find(':');
  for (std::size_t colon = first; colon != std::string_view::npos; colon = key.find(':', colon + 1)) {
    const std::string_view name = key.substr(colon + 1);
    const std::string_view model = model_key(name);
    if (model.empty()) continue;
    if (plan_.checkpoints.contains(std::string(model)) || target_.knows_checkpoint(plan_.user, name)) return colon + 1;
  }
  return first == std::string_view::npos ? first : first + 1;
}

result<void> Importer::take_stat(const JsonItems::Part& part) {
  const auto stat = read_stat(part.value);
  if (!stat) return at_stat(part.number, stat.error());
  if (stat->type != "keyword_checkpoint" || stat->total == 0) return {};
  const std::uint64_t total = std::min(stat->total, stat_records_max);
  const double rate = static_cast<double>(stat->selected) / static_cast<double>(stat->total);
  const auto selected = static_cast<std::uint64_t>(rate * static_cast<double>(total) + 0.5);
  if (auto taken = take_pair(stat->key, selected, total - selected); !taken) return at_stat(part.number, taken.error());
  return {};
}

/// Records in place of a statistic that none of the file's records stands behind.
result<void> Importer::take_pair(std::string_view key, std::uint64_t selected, std::uint64_t rejected) {
  const std::size_t begin = checkpoint_begin(key);
  if (begin == std::string_view::npos || begin == 1) return Failure{"its key is not keyword:checkpoint"};
  const Keyword keyword{key.substr(0, begin - 1)};
  const std::string_view checkpoint = key.substr(begin);
  if (plan_.pairs.contains(stat_pair(keyword.text, checkpoint))) return {};
  if (keyword.text.size() > keyword_bytes_max) {
    return Failure{"its keyword is longer than " + std::to_string(keyword_bytes_max) + " bytes"};
  }
  JsonRecord read{.has_keywords = true, .has_negative_keywords = true};
  Record& record = read.record;
  record.user = plan_.user;
  record.checkpoint = checkpoint;
  record.prompt = keyword.text;
  record.keywords = {&keyword, 1};
  record.at_ms = plan_.newest_ms;
  if (auto valid = validate(record); !valid) return valid;
  const std::string pair_id = content_id(read);
  ++report_.stats;
  for (std::uint64_t i = 0; i < selected + rejected; ++i) {
    record.verdict = i < selected ? Verdict::selected : Verdict::rejected;
    const std::uint64_t number = i < selected ? i : i - selected;
    record.id = id_ = pair_id + (i < selected ? "-s" : "-r") + std::to_string(number + 1);
    if (auto recorded = this->record(read); !recorded) return recorded;
    ++report_.stat_records;
  }
  return {};
}

result<ImportReport> Importer::finish() {
  if (auto whole = items_.finish(); !whole) return whole.error();
  return report_;
}

}  // namespace penchant
