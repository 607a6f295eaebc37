// Huge pages for the heap of a server: its tables are gigabytes of small pieces, asked for in no order. Reading a state
// touches a page for the first time half a million times a gigabyte with small pages, a thousand times with huge ones.
//
// glibc's malloc asks the kernel for them (madvise) where its tunable glibc.malloc.hugetlb is 1, which it reads from
// the environment before main() (glibc manual, "Memory Allocation Tunables"). Elsewhere nothing happens.
#pragma once

#include <span>
#include <string>

namespace penchant {

/// Runs this program anew, as the same process, with that tunable; returns where the environment has it already,
/// whatever its value, or where the program cannot be run anew. To be called before anything is opened.
void use_huge_pages(const std::string& subcommand, std::span<const std::string> arguments);

}  // namespace penchant
