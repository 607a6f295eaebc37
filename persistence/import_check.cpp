// ImportCheck: the first pass over a file that is imported.
#include <algorithm>
#include <array>

#include "engine/context/word_lists.h"
#include "engine/limits.h"
#include "engine/model_name.h"
#include "engine/validate.h"
#include "persistence/exporter.h"
#include "persistence/import_parts.h"
#include "persistence/importer.h"

namespace penchant {

ImportCheck::ImportCheck()
    : items_(import_lists, [this](const JsonItems::Part& part) { return take(part); }),
      prompts_(WordLists::english()) {}

result<void> ImportCheck::take(const JsonItems::Part& part) {
  if (part.number == 0) return take_field(part);
  if (part.field == "preferences") return take_record(part);
  return part.field == "pools" ? take_pool(part) : take_stat(part);
}

result<void> ImportCheck::take_field(const JsonItems::Part& part) {
  const bool is_list = std::ranges::find(import_lists, part.field) != import_lists.end();
  if (is_list) return Failure{std::string(part.field) + " must be an array"};
  const bool is_known = part.field == "format" || part.field == "version" || part.field == "user_id";
  if (!is_known || part.value.is_null()) return {};
  if (!part.value.is_scalar()) return Failure{std::string(part.field) + " must be a text"};
  const std::string text(part.value.text());
  if (part.field == "format") {
    format_ = text;
  } else if (part.field == "version") {
    version_ = text;
  } else {
    if (auto valid = validate_name("user_id", text, user_bytes_max); !valid) return valid;
    plan_.user = text;
  }
  return {};
}

result<void> ImportCheck::take_record(const JsonItems::Part& part) {
  const auto read = reader_.read(part.value, default_user);
  if (!read) return at_record(part.number, read.error());
  ++plan_.records;
  if (!format_.empty()) return {};
  // It may be the predecessor's file: which pairs have records?
  const Record& record = read->record;
  plan_.checkpoints.emplace(model_key(record.checkpoint));
  if (record.at_ms) plan_.newest_ms = std::max(plan_.newest_ms.value_or(*record.at_ms), *record.at_ms);
  std::span<const Keyword> keywords = record.keywords;
  if (!read->has_keywords) {
    prompts_.read(record.prompt, {}, prompt_);
    keywords = prompt_.keywords();
  }
  for (const Keyword& keyword : keywords) plan_.pairs.insert(stat_pair(keyword.text, record.checkpoint));
  return {};
}

result<void> ImportCheck::take_stat(const JsonItems::Part& part) {
  if (!format_.empty()) return {};
  const auto stat = read_stat(part.value);
  if (!stat) return at_stat(part.number, stat.error());
  if (stat->type == "checkpoint" && !model_key(stat->key).empty()) plan_.checkpoints.emplace(model_key(stat->key));
  return {};
}

result<void> ImportCheck::take_pool(const JsonItems::Part& part) {
  OwnedPool pool;
  bool has_tier = false;
  const auto wrong = [&part](std::string_view what) {
    return Failure{"pool " + std::to_string(part.number) + ": " + std::string(what)};
  };
  if (part.value.kind() != JsonKind::object) return wrong("it must be an object");
  for (const JsonValue field : part.value) {
    if (field.key() == "family") pool.family = field.text();
    if (field.key() == "tier") {
      const auto tier = parse_tier(field.text());
      if (!tier) return wrong("tier must be draft, standard or quality");
      pool.tier = *tier;
      has_tier = true;
    }
    if (field.key() != "checkpoints") continue;
    if (field.kind() != JsonKind::array) return wrong("checkpoints must be an array");
    for (const JsonValue checkpoint : field) {
      pool.checkpoints.emplace_back(checkpoint.kind() == JsonKind::text ? checkpoint.text() : std::string_view{});
      pool_bytes_ += pool.checkpoints.back().size() + sizeof(std::string);
    }
  }
  if (!has_tier) return wrong("tier is missing");
  if (pool.checkpoints.empty()) return wrong("checkpoints are missing");
  const std::vector<std::string_view> names(pool.checkpoints.begin(), pool.checkpoints.end());
  if (auto valid = validate(PoolSet{0, pool.family, pool.tier, names}); !valid) return wrong(valid.error().message);
  if (plan_.pools.size() == pools_max || pool_bytes_ > import_pools_bytes_max) {
    return Failure{"the pools are more than " + std::to_string(pools_max) + ", or larger than " +
                   std::to_string(import_pools_bytes_max) + " bytes"};
  }
  plan_.pools.push_back(std::move(pool));
  return {};
}

result<ImportPlan> ImportCheck::finish() {
  if (auto whole = items_.finish(); !whole) return whole.error();
  plan_.is_predecessor = format_.empty() && version_ == "1.0";
  if (!plan_.is_predecessor && format_ != export_format) {
    return Failure{"this is no file of preferences: its format must be \"" + std::string(export_format) +
                   "\", or its version \"1.0\""};
  }
  if (!plan_.is_predecessor && version_ != std::to_string(export_version)) {
    return Failure{"the file's version is " + (version_.empty() ? std::string("missing") : version_) +
                   ", this penchant reads version " + std::to_string(export_version) + " and the predecessor's 1.0"};
  }
  if (plan_.user.empty()) plan_.user = default_user;
  return std::move(plan_);
}

}  // namespace penchant
