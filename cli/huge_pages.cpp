#include "cli/huge_pages.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <vector>

namespace penchant {

void use_huge_pages(const std::string& subcommand, std::span<const std::string> arguments) {
  constexpr const char* variable = "GLIBC_TUNABLES";
  constexpr std::string_view tunable = "glibc.malloc.hugetlb";
  const char* const value = std::getenv(variable);
  std::string tunables = value ? value : "";
  if (tunables.find(tunable) != tunables.npos) return;
  tunables.append(tunables.empty() ? "" : ":").append(tunable).append("=1");

  std::error_code unknown;  // a system without /proc
  const std::string program = std::filesystem::read_symlink("/proc/self/exe", unknown);
  if (unknown || setenv(variable, tunables.c_str(), 1) != 0) return;
  std::vector<const char*> words{program_invocation_name, subcommand.c_str()};
  for (const std::string& argument : arguments) words.push_back(argument.c_str());
  words.push_back(nullptr);
  execv(program.c_str(), const_cast<char* const*>(words.data()));  // returns where it fails
}

}  // namespace penchant
