// A file of records in one piece, for the stores of its users.
#include "net/service.h"
#include "persistence/import_targets.h"

namespace penchant {
namespace {

result<ImportReport> run_import(const ImportPlan& plan, std::string_view json, SpreadTarget target) {
  Importer importer(plan, target);
  if (auto begun = importer.begin(); !begun) return begun.error();
  if (auto fed = importer.feed(json); !fed) return fed.error();
  return importer.finish();
}

}  // namespace

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
