#include "cli/passes.h"

namespace penchant {

ImportPlan plan_import(const InputFile& input) {
  ImportCheck check;
  feed_all(input, check, "Checking");
  auto plan = check.finish();
  if (!plan) throw std::runtime_error(input.name() + ": " + plan.error().message);
  return std::move(*plan);
}

ImportReport run_pass(const InputFile& input, const ImportPlan& plan, ImportTarget& target, std::string_view doing) {
  Importer importer(plan, target);
  require(importer.begin(), input);
  feed_all(input, importer, doing);
  const auto report = importer.finish();
  if (!report) throw std::runtime_error(input.name() + ": " + report.error().message);
  return *report;
}

}  // namespace penchant
