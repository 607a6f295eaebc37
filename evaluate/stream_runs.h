// Streams by name, each of one or more seeds, replayed by several scorers.
//
//   const auto streams = find_streams({"streams/genai"}, on_ignored);
//   const auto table = run_streams(*streams, scorers, for_each);
//   (*table)[stream][scorer].mean
//
// Threading: run_streams() leaves it to the caller who runs what. Errors: one sentence. The same streams give the same
// table, however they are run.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "engine/result.h"
#include "engine/scorer_kind.h"

namespace penchant {

struct NamedStream {
  std::string name;
  std::vector<std::string> seeds;  // files
};

/// A folder of .tsv or .tsv.gz files is one stream, each file a seed of it; a folder of such folders is as many; a file
/// is one by itself. What else there is among `paths` is told, and left out.
result<std::vector<NamedStream>> find_streams(std::span<const std::string> paths,
                                              const std::function<void(const std::string& path)>& on_ignored);

/// The mean over the seeds, and their standard deviation.
struct Spread {
  double mean = 0;
  double deviation = 0;
};

/// By stream, by scorer.
using StreamTable = std::vector<std::vector<Spread>>;

/// Calls work(i) for each i below `count`, on whatever threads, and returns when all are done.
using ForEach = std::function<void(std::size_t count, const std::function<void(std::size_t)>& work)>;

/// A seed under a scorer is one piece of work.
result<StreamTable> run_streams(std::span<const NamedStream> streams, std::span<const ScorerChoice> scorers,
                                const ForEach& for_each);

/// Of a scorer over the streams.
double mean_of(const StreamTable& table, std::size_t scorer);

}  // namespace penchant
