// Service: a file of records in one piece.
#include "net/service.h"
#include "persistence/import_targets.h"

namespace penchant {
namespace {

result<ImportReport> run_import(const ImportPlan& plan, std::string_view json, ImportTarget& target) {
  Importer importer(plan, target);
  if (auto begun = importer.begin(); !begun) return begun.error();
  if (auto fed = importer.feed(json); !fed) return fed.error();
  return importer.finish();
}

}  // namespace

result<ImportReport> Service::import_file(std::string_view json) {
  if (json.size() > import_json_bytes_max) {
    return Failure{"the JSON is larger than " + std::to_string(import_json_bytes_max) +
                   " bytes: penchant import and POST /api/preferences/import take it whole"};
  }
  ImportCheck check;
  if (auto fed = check.feed(json); !fed) return fed.error();
  const auto plan = check.finish();
  if (!plan) return plan.error();
  RoomTarget room(engine(), lists_);
  if (auto fits = run_import(*plan, json, room); !fits) return fits;
  StoreTarget target(store_, lists_, clock_ms_);
  return run_import(*plan, json, target);
}

}  // namespace penchant
