// Names of files that carry a number: "journal-00000000000000000007.log". They sort as their numbers do.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace penchant {

[[nodiscard]] std::string numbered_name(std::string_view prefix, std::uint64_t number, std::string_view suffix);
// Nothing unless the name is one that numbered_name gives.
[[nodiscard]] std::optional<std::uint64_t> number_of(std::string_view name, std::string_view prefix,
                                                     std::string_view suffix);

}  // namespace penchant
