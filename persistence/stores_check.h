// Looks at everything in a folder with one store or several, as folder_check.h does at each of them.
//
// Errors: a Failure only where the folder cannot be looked at; whatever is wrong in it is a Finding.
#pragma once

#include <string>
#include <vector>

#include "engine/result.h"
#include "persistence/file.h"
#include "persistence/folder_check.h"
#include "persistence/store_layout.h"

namespace penchant {

struct StoreFound {
  std::string folder;  // its name in the root, "." for the root itself
  FolderFound found;
};

struct StoresFound {
  std::vector<Finding> findings;  // of the root, where it is no store's folder
  std::vector<StoreFound> stores;

  bool is_sound() const { return all().is_sound(); }
  /// Of all together: numbers added up, findings with their store's folder in front of the file. Its parts for a repair
  /// stay empty.
  FolderFound all() const;
};

/// `in_use`: beside a running server.
result<StoresFound> check_stores(FileSystem& files, const std::string& root, bool in_use,
                                 const CheckProgress& progress);

}  // namespace penchant
