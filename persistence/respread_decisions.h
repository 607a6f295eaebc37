// The decisions' part of a re-spread (respread.h): each goes to the ring of its user's new store, with its id and
// whether it was judged.
//
// Errors: a Failure where a file cannot be read or written; what is damaged is lost, with a warning: decisions are
// expendable. Memory: all decisions. Threads: none.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/result.h"
#include "persistence/file.h"

namespace penchant {

/// `is_erased`: whether nothing of that user may go on. The warnings.
result<std::vector<std::string>> respread_decisions(FileSystem& files, const std::vector<std::string>& from,
                                                    const std::vector<std::string>& to,
                                                    const std::function<bool(std::string_view user)>& is_erased);

}  // namespace penchant
