#include "evaluate/stream_runs.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>

#include "evaluate/replay.h"

namespace penchant {
namespace {

/// One seed's stream under one scorer.
struct Run {
  std::size_t stream = 0;
  std::size_t seed = 0;
  std::size_t scorer = 0;
  double mean = 0;
};

bool is_stream_file(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  return name.ends_with(".tsv") || name.ends_with(".tsv.gz");
}

std::string name_of(const std::filesystem::path& path) {
  return (path.has_filename() ? path : path.parent_path()).filename().string();
}

result<void> add_folder(const std::filesystem::path& path, std::vector<NamedStream>& streams) {
  NamedStream own{name_of(path), {}};
  std::vector<std::filesystem::path> folders;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->is_directory()) {
      folders.push_back(entry->path());
    } else if (is_stream_file(entry->path())) {
      own.seeds.push_back(entry->path().string());
    }
  }
  if (error) return Failure{path.string() + " cannot be read: " + error.message()};
  std::ranges::sort(own.seeds);
  std::ranges::sort(folders);
  if (!own.seeds.empty()) return streams.push_back(std::move(own)), result<void>();
  if (folders.empty()) return Failure{path.string() + " holds no stream, which is .tsv or .tsv.gz files"};
  for (const auto& folder : folders) {
    if (auto added = add_folder(folder, streams); !added) return added;
  }
  return {};
}

class Runner {
 public:
  Runner(std::span<const NamedStream> streams, std::span<const ScorerChoice> scorers)
      : streams_(streams), scorers_(scorers) {
    for (std::size_t stream = 0; stream < streams.size(); ++stream) {
      for (std::size_t seed = 0; seed < streams[stream].seeds.size(); ++seed) {
        for (std::size_t scorer = 0; scorer < scorers.size(); ++scorer) runs_.push_back({stream, seed, scorer});
      }
    }
  }

  /// As many at a time as there are processors.
  result<void> run(const std::function<void(std::size_t, std::size_t)>& on_progress) {
    std::vector<std::thread> workers;
    for (unsigned i = 0; i < std::max(std::thread::hardware_concurrency(), 1U); ++i) {
      workers.emplace_back([&] { work(on_progress); });
    }
    for (std::thread& worker : workers) worker.join();
    return failure_ ? result<void>(*failure_) : result<void>();
  }

  Spread spread_of(std::size_t stream, std::size_t scorer) const {
    Spread spread;
    const auto seeds = static_cast<double>(streams_[stream].seeds.size());
    for (const Run& run : runs_) {
      if (run.stream == stream && run.scorer == scorer) spread.mean += run.mean / seeds;
    }
    double squares = 0;
    for (const Run& run : runs_) {
      if (run.stream == stream && run.scorer == scorer) squares += (run.mean - spread.mean) * (run.mean - spread.mean);
    }
    if (seeds > 1) spread.deviation = std::sqrt(squares / (seeds - 1));
    return spread;
  }

 private:
  void work(const std::function<void(std::size_t, std::size_t)>& on_progress) {
    for (std::size_t i = next_++; i < runs_.size(); i = next_++) {
      Run& run = runs_[i];
      const std::string& path = streams_[run.stream].seeds[run.seed];
      const auto stream = read_stream(path);
      const auto mean = stream ? replay(*stream, scorers_[run.scorer], [] {}) : result<double>(stream.error());
      const std::lock_guard lock(mutex_);
      if (failure_) return;
      if (!mean) return void(failure_ = stream ? Failure{path + ": " + mean.error().message} : stream.error());
      run.mean = *mean;
      on_progress(++done_, runs_.size());
    }
  }

  const std::span<const NamedStream> streams_;
  const std::span<const ScorerChoice> scorers_;
  std::vector<Run> runs_;
  std::atomic<std::size_t> next_ = 0;
  std::mutex mutex_;  // of what follows
  std::size_t done_ = 0;
  std::optional<Failure> failure_;
};

}  // namespace

result<std::vector<NamedStream>> find_streams(std::span<const std::string> paths,
                                              const std::function<void(const std::string& path)>& on_ignored) {
  std::vector<NamedStream> streams;
  for (const std::string& path : paths) {
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (!std::filesystem::exists(status)) return Failure{"there is no " + path};
    if (std::filesystem::is_directory(status)) {
      if (auto added = add_folder(path, streams); !added) return added.error();
    } else if (is_stream_file(path)) {
      streams.push_back({name_of(path), {path}});
    } else {
      on_ignored(path);
    }
  }
  if (streams.empty()) return Failure{"there is no stream among them"};
  return streams;
}

result<StreamTable> run_streams(std::span<const NamedStream> streams, std::span<const ScorerChoice> scorers,
                                const std::function<void(std::size_t done, std::size_t all)>& on_progress) {
  Runner runner(streams, scorers);
  if (auto ran = runner.run(on_progress); !ran) return ran.error();
  StreamTable table(streams.size());
  for (std::size_t stream = 0; stream < streams.size(); ++stream) {
    for (std::size_t i = 0; i < scorers.size(); ++i) table[stream].push_back(runner.spread_of(stream, i));
  }
  return table;
}

double mean_of(const StreamTable& table, std::size_t scorer) {
  double sum = 0;
  for (const auto& row : table) sum += row[scorer].mean;
  return sum / static_cast<double>(table.size());
}

}  // namespace penchant
