#include "engine/parameter_table.h"

namespace penchant {
namespace {

void add_to(PackedMoments& cell, double weight, double value) {
  Moments moments = cell.get();
  moments.add(weight, value);
  cell = PackedMoments(moments);
}

}  // namespace

std::uint32_t ParameterTable::add(const ParameterKey& key) {
  const std::uint32_t column = column_count();
  columns_.emplace(packed(key), column);
  keys_.push_back(key);
  overall_.emplace_back();
  return column;
}

void ParameterTable::count_keyword(std::uint32_t row, const LessonParameter& parameter, double weight) {
  add_to(keywords_.find_or_add(row, parameter.column), weight, parameter.value);
}

void ParameterTable::count_checkpoint(std::uint32_t checkpoint, const LessonParameter& parameter, double weight) {
  add_to(checkpoints_.find_or_add(checkpoint, parameter.column), weight, parameter.value);
}

void ParameterTable::scale(double factor) {
  const auto scale_cell = [factor](PackedMoments& cell) {
    Moments moments = cell.get();
    moments.scale(factor);
    cell = PackedMoments(moments);
  };
  keywords_.each_cell(scale_cell);
  checkpoints_.each_cell(scale_cell);
  for (Moments& moments : overall_) moments.scale(factor);
}

}  // namespace penchant
