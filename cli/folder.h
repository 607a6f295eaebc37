// The stores of a folder, for those subcommands that read or write them themselves.
#pragma once

#include <memory>
#include <string>

#include "cli/transport.h"
#include "persistence/store_set.h"

namespace penchant {

/// As many as the folder has; their decay stays as it is. Throws its sentence where they cannot be opened.
std::unique_ptr<StoreSet> open_folder(FileSystem& files, const std::string& directory, MissingFolder missing);

}  // namespace penchant
