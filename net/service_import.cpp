// A file of records in one piece, for the stores of its users.
#include <algorithm>

#include "net/service.h"
#include "persistence/import_targets.h"
#include "persistence/json_items.h"

namespace penchant {
namespace {

result<ImportReport> run_import(const ImportPlan& plan, std::string_view json, SpreadTarget target) {
  Importer importer(plan, target);
  if (auto begun = importer.begin(); !begun) return begun.error();
  if (auto fed = importer.feed(json); !fed) return fed.error();
  return importer.finish();
}

/// Records of the JSON, or it alone.
std::vector<JsonValue> records_in(const JsonItem& item) {
  if (item.root().kind() != JsonKind::array) return {item.root()};
  std::vector<JsonValue> records;
  for (const JsonValue value : item.root()) records.push_back(value);
  return records;
}

Failure too_large() { return Failure{"the JSON is larger than " + std::to_string(import_json_bytes_max) + " bytes"}; }

/// The targets of the records' stores, made as they are needed.
template <class Target>
class Targets {
 public:
  explicit Targets(std::size_t stores) : targets_(stores) {}
  template <class Make>
  Target& of(std::string_view user, const Make& make) {
    auto& target = targets_[store_of(user, static_cast<std::uint32_t>(targets_.size()))];
    if (!target) target = make(store_of(user, static_cast<std::uint32_t>(targets_.size())));
    return *target;
  }

 private:
  std::vector<std::unique_ptr<Target>> targets_;
};

/// Calls take(record) for each; of several the sentence of a failure says which one it is about.
template <class Take>
result<void> each_record(const JsonItem& item, std::string_view user, const Take& take) {
  const std::vector<JsonValue> records = records_in(item);
  const bool are_several = item.root().kind() == JsonKind::array;
  RecordReader reader;
  for (std::size_t i = 0; i < records.size(); ++i) {
    auto read = reader.read(records[i], user);
    const result<void> taken = read ? take(*read) : read.error();
    if (taken) continue;
    return are_several ? Failure{"record " + std::to_string(i + 1) + ": " + taken.error().message} : taken.error();
  }
  return {};
}

}  // namespace

std::vector<std::string> records_users(std::string_view json, std::string_view user_of_others) {
  std::vector<std::string> users;
  JsonItem item;
  if (json.size() > import_json_bytes_max || !parse_json(json, item)) return users;
  for (const JsonValue record : records_in(item)) {
    std::string& user = users.emplace_back(user_of_others);
    if (record.kind() != JsonKind::object) continue;
    for (const JsonValue field : record) {
      if (field.key() == "user_id" && field.is_scalar() && !field.is_null() && !field.text().empty()) {
        user = field.text();
      }
    }
  }
  return users;
}

result<ImportReport> record_json(std::span<Service* const> services, std::string_view json, std::string_view user) {
  if (json.size() > import_json_bytes_max) return too_large();
  JsonItem item;
  if (auto parsed = parse_json(json, item); !parsed) return Failure{"it is not JSON: " + parsed.error().message};
  ImportReport report;
  Targets<RoomTarget> rooms(services.size());
  std::vector<bool> are_known;  // by the names that the stores gave them
  const auto fits = each_record(item, user, [&](JsonRecord& read) -> result<void> {
    const std::uint32_t own = store_of(read.record.user, static_cast<std::uint32_t>(services.size()));
    const auto has_named = services[own]->store().has_named(read.record.id, read.record);
    if (!has_named) return has_named.error();
    are_known.push_back(*has_named);
    const auto make = [&](std::uint32_t store) {
      return std::make_unique<RoomTarget>(services[store]->engine(), services[store]->word_lists());
    };
    const auto one = rooms.of(read.record.user, make).record(read);
    return one ? result<void>() : one.error();
  });
  if (!fits) return fits.error();
  Targets<StoreTarget> stores(services.size());
  const auto recorded = each_record(item, user, [&](JsonRecord& read) -> result<void> {
    if (are_known[report.records++]) return ++report.duplicates, result<void>();
    const auto make = [&](std::uint32_t store) {
      Service& service = *services[store];
      return std::make_unique<StoreTarget>(service.store(), service.word_lists(), service.now_ms());
    };
    const auto one = stores.of(read.record.user, make).record(read);
    if (!one) return one.error();
    ++(*one == Recorded::Kind::duplicate ? report.duplicates : report.recorded);
    return {};
  });
  if (!recorded) return recorded.error();
  return report;
}

result<ImportReport> import_file(std::span<Service* const> services, std::string_view json) {
  if (json.size() > import_json_bytes_max) {
    return Failure{"the JSON is larger than " + std::to_string(import_json_bytes_max) +
                   " bytes: penchant import and POST /api/preferences/import take it whole"};
  }
  ImportCheck check;
  if (auto fed = check.feed(json); !fed) return fed.error();
  const auto plan = check.finish();
  if (!plan) return plan.error();
  std::vector<std::unique_ptr<ImportTarget>> rooms;
  std::vector<std::unique_ptr<ImportTarget>> stores;
  for (Service* const one : services) {
    rooms.push_back(std::make_unique<RoomTarget>(one->engine(), one->word_lists()));
    stores.push_back(std::make_unique<StoreTarget>(one->store(), one->word_lists(), one->now_ms()));
  }
  if (auto fits = run_import(*plan, json, SpreadTarget(std::move(rooms))); !fits) return fits;
  return run_import(*plan, json, SpreadTarget(std::move(stores)));
}

}  // namespace penchant
