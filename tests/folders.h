// Where tests find files that are not compiled into them.
#pragma once

#include <string>

namespace penchant::test {

/// A file of the source tree: source_file("docs/metrics.md").
std::string source_file(const char* name);

/// A file of the real data beside the source tree. A test says that it was skipped where there is none.
std::string shared_file(const std::string& name);

}  // namespace penchant::test
