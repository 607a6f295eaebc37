// golden write DIR: the golden files as this version writes them, into a folder that is not there yet.
// golden check DIR: whether a folder of them is read, and says what it said when it was written.
//
// A program without a test framework, so that little has to be built for another machine (tools/cross.sh).
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

#include "tests/persistence/golden_files.h"

int main(int count, char** arguments) {
  using namespace penchant::test;
  const std::string_view task = count == 3 ? arguments[1] : "";
  try {
    if (task == "write") {
      if (std::filesystem::exists(arguments[2]))
        throw std::runtime_error(std::string(arguments[2]) + " is there already");
      write_to(arguments[2], golden_files());
      return 0;
    }
    if (task == "check") {
      const std::string problem = golden_problem(files_in(arguments[2]));
      if (!problem.empty()) throw std::runtime_error(std::string(arguments[2]) + ": " + problem);
      return 0;
    }
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 1;
  }
  std::fprintf(stderr, "usage: golden write DIR | golden check DIR\n");
  return 2;
}
