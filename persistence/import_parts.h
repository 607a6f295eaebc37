// What both passes of an import read alike. Belongs to importer.h.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/result.h"
#include "persistence/json_item.h"

namespace penchant {

inline constexpr std::array<std::string_view, 3> import_lists{"preferences", "stats", "pools"};

/// A statistic of the predecessor's.
struct ImportedStat {
  std::string_view type;
  std::string_view key;
  std::uint64_t selected = 0;
  std::uint64_t total = 0;
};
result<ImportedStat> read_stat(JsonValue value);

/// A number for the pair: the same for any name of the model.
std::uint64_t stat_pair(std::string_view keyword, std::string_view checkpoint);

Failure at_record(std::uint64_t number, const Failure& failure);
Failure at_stat(std::uint64_t number, const Failure& failure);

}  // namespace penchant
