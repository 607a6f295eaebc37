#include "net/metrics.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "net/figures.h"
#include "net/version.h"

namespace penchant {
namespace {

// Buckets that are told end at these powers of two nanoseconds, each four times the one before: 256 ns to 17 s.
constexpr unsigned told_exponent_first = 8;
constexpr unsigned told_exponent_last = 34;
constexpr unsigned told_exponent_step = 2;
static_assert(told_exponent_first >= LatencyHistogram::least_exponent);
static_assert(told_exponent_last <= LatencyHistogram::most_exponent);

std::string metric_number(double value) {
  if (std::isnan(value)) return "NaN";
  std::array<char, 32> text;
  return std::string(text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr);
}

double seconds_of_ns(std::uint64_t ns) { return static_cast<double>(ns) / 1e9; }

std::string label_of(std::string_view name) {
  std::string text(name);
  std::ranges::transform(text, text.begin(), [](char c) { return static_cast<char>(c | 0x20); });
  return text;
}

/// Writes families: each with its HELP and TYPE, then its samples.
class Page {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    text_.append("# HELP ").append(name).append(" ").append(help).append("\n");
    text_.append("# TYPE ").append(name).append(" ").append(type).append("\n");
  }
  /// `labels` as in `command="ping"`; empty: none.
  void sample(std::string_view labels, double value, std::string_view suffix = {}) {
    text_.append(name_).append(suffix);
    if (!labels.empty()) text_.append("{").append(labels).append("}");
    text_.append(" ").append(metric_number(value)).append("\n");
  }
  template <class Integer>
  void counter(std::string_view name, Integer value, std::string_view help) {
    family(name, "counter", help);
    sample({}, static_cast<double>(value));
  }
  template <class Integer>
  void gauge(std::string_view name, Integer value, std::string_view help) {
    family(name, "gauge", help);
    sample({}, static_cast<double>(value));
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::string_view name_;
};

void write_histogram(Page& page, const std::string& command, const LatencyHistogram& latency) {
  const std::string label = "command=\"" + command + "\"";
  for (unsigned exponent = told_exponent_first; exponent <= told_exponent_last; exponent += told_exponent_step) {
    const std::string bound = metric_number(seconds_of_ns(std::uint64_t{1} << exponent));
    page.sample(label + ",le=\"" + bound + "\"", static_cast<double>(latency.count_below(exponent)), "_bucket");
  }
  const auto count = static_cast<double>(latency.count());
  page.sample(label + ",le=\"+Inf\"", count, "_bucket");
  page.sample(label, seconds_of_ns(latency.total_ns()), "_sum");
  page.sample(label, count, "_count");
}

/// Of commands that somebody has sent.
void write_commands(Page& page, const Runtime& runtime) {
  struct Sent {
    std::string name;
    CommandFigures figures;
  };
  std::vector<Sent> sent;
  for (const Command& command : all_commands()) {
    Sent one{label_of(command.name), command_figures(runtime, place_of(command))};
    if (one.figures.latency.count() + one.figures.rejected > 0) sent.push_back(std::move(one));
  }
  page.family("penchant_command_duration_seconds", "histogram", "Run time of commands in their store's thread.");
  for (const Sent& one : sent) write_histogram(page, one.name, one.figures.latency);
  page.family("penchant_commands_failed_total", "counter", "Commands that were answered an error.");
  for (const Sent& one : sent) page.sample("command=\"" + one.name + "\"", static_cast<double>(one.figures.failed));
  page.family("penchant_commands_rejected_total", "counter", "Commands that could not be run at all.");
  for (const Sent& one : sent) page.sample("command=\"" + one.name + "\"", static_cast<double>(one.figures.rejected));
}

void write_process(Page& page, const Runtime& runtime) {
  page.family("penchant_build_info", "gauge", "1, with the version as a label.");
  page.sample("version=\"" + std::string(version) + "\"", 1);
  const std::int64_t up_ms = std::max<std::int64_t>(clock_ms() - runtime.started_ms, 0);
  page.gauge("penchant_uptime_seconds", static_cast<double>(up_ms) / 1e3, "Time since the start.");
  page.gauge("process_resident_memory_bytes", resident_bytes(), "Resident memory of the process.");
  page.counter("process_cpu_seconds_total", user_seconds() + system_seconds(), "Processor time of the process.");
  page.gauge("penchant_stores", runtime.shards.size(), "Stores, each with a thread.");
}

void write_traffic(Page& page, const Runtime& runtime) {
  page.gauge("penchant_connections", connected_clients(runtime), "Clients that are connected.");
  page.counter("penchant_connections_received_total", runtime.connections_received, "Clients that were let in.");
  page.counter("penchant_connections_refused_total", runtime.connections_refused, "Clients that were too many.");
  page.counter("penchant_received_bytes_total", passed(runtime, &Traffic::input_bytes), "Bytes of requests.");
  page.counter("penchant_sent_bytes_total", passed(runtime, &Traffic::output_bytes), "Bytes of replies.");
  page.counter("penchant_error_replies_total", passed(runtime, &Traffic::errors), "Replies that were errors.");
}

void write_decisions(Page& page, const Runtime& runtime) {
  page.counter("penchant_recorded_total", passed(runtime, &Traffic::records), "Verdicts recorded since the start.");
  page.family("penchant_decisions_total", "counter", "Recommendations and plans told, by band.");
  page.sample("band=\"explore\"", static_cast<double>(passed(runtime, &Traffic::decisions_explore)));
  page.sample("band=\"hedge\"", static_cast<double>(passed(runtime, &Traffic::decisions_hedge)));
  page.sample("band=\"exploit\"", static_cast<double>(passed(runtime, &Traffic::decisions_exploit)));
  const std::uint64_t judged = passed(runtime, &Traffic::decisions_judged);
  const std::uint64_t kept = passed(runtime, &Traffic::decisions_kept_verdicts);
  page.counter("penchant_decisions_judged_total", judged, "Verdicts that select or reject what was recommended.");
  page.counter("penchant_decisions_kept_total", kept, "Those of them that select it.");
  page.family("penchant_decisions_kept_ratio", "gauge", "Their share; NaN before the first.");
  if (judged == 0) return page.sample({}, std::numeric_limits<double>::quiet_NaN());
  page.sample({}, static_cast<double>(kept) / static_cast<double>(judged));
}

void write_knowledge(Page& page, const Runtime& runtime) {
  const auto total = [&runtime](auto figure) {
    return sum(runtime, [figure](const Service& one) { return static_cast<std::uint64_t>(figure(one)); });
  };
  page.gauge("penchant_users", total([](const Service& one) { return one.engine().user_count(); }), "Users.");
  page.gauge("penchant_records", total([](const Service& one) { return one.engine().record_count(); }), "Records.");
  page.gauge("penchant_matrix_cells", total([](const Service& one) { return one.engine().cell_count(); }),
             "Cells of all matrices.");
  page.gauge("penchant_decisions", total([](const Service& one) { return one.decisions().decisions(); }),
             "Decisions that can be judged.");
}

void write_memory(Page& page, Runtime& runtime) {
  const MemoryParts parts = memory_parts(runtime);
  page.family("penchant_memory_bytes", "gauge", "Memory by part.");
  page.sample("part=\"matrices\"", static_cast<double>(parts.matrices));
  page.sample("part=\"keyword_rows\"", static_cast<double>(parts.keyword_rows));
  page.sample("part=\"lessons\"", static_cast<double>(parts.lessons));
  page.sample("part=\"negatives\"", static_cast<double>(parts.negatives));
  page.sample("part=\"parameters\"", static_cast<double>(parts.parameters));
  page.sample("part=\"texts\"", static_cast<double>(vocabulary_bytes(runtime)));
  page.sample("part=\"decisions\"", static_cast<double>(decision_bytes(runtime)));
}

void write_files(Page& page, const Runtime& runtime) {
  const auto total = [&runtime](auto figure) {
    return sum(runtime, [figure](const Service& one) { return static_cast<std::uint64_t>(figure(one.store())); });
  };
  const std::uint64_t synced = total([](const Store& one) { return one.synced_sequence(); });
  const std::uint64_t written = total([](const Store& one) { return one.written_sequence(); });
  page.counter("penchant_journal_written_events_total", written, "Events written to the journal, ever.");
  page.gauge("penchant_journal_unsynced_events", written - synced, "Events written that are not on disk yet.");
  const SyncFigures syncs = sync_figures(runtime);
  page.family("penchant_journal_fsync_duration_seconds", "summary", "Time to bring the journal to the disk.");
  page.sample({}, static_cast<double>(syncs.total_us) / 1e6, "_sum");
  page.sample({}, static_cast<double>(syncs.syncs), "_count");
  page.gauge("penchant_journal_fsync_last_seconds", static_cast<double>(syncs.last_us) / 1e6, "The last time.");
  page.gauge("penchant_journal_disk_bytes", total([](const Store& one) { return one.segments().disk_bytes; }),
             "The journal on disk.");
  page.gauge("penchant_read_only", total([](const Store& one) { return one.read_only().has_value(); }) > 0 ? 1 : 0,
             "1 where nothing can be recorded.");
  page.gauge("penchant_snapshot_age_seconds", static_cast<double>(snapshot_age_ms(runtime)) / 1e3,
             "Time since the newest snapshot, or the start.");
  const auto took_us = greatest(runtime, [](const Service& one) { return one.store().last_save_duration().count(); });
  page.gauge("penchant_snapshot_duration_seconds", static_cast<double>(took_us) / 1e6,
             "How long the newest snapshot took; 0 before the first since the start.");
  page.gauge("penchant_snapshot_failed", total([](const Store& one) { return one.last_save_failed(); }) > 0 ? 1 : 0,
             "1 where the last try failed.");
  page.gauge("penchant_snapshot_unsaved_events", total([](const Store& one) { return one.events_since_save(); }),
             "Events that the newest snapshot does not hold.");
}

}  // namespace

std::string metrics_text(Runtime& runtime) {
  Page page;
  write_process(page, runtime);
  write_commands(page, runtime);
  write_traffic(page, runtime);
  write_decisions(page, runtime);
  write_knowledge(page, runtime);
  write_memory(page, runtime);
  write_files(page, runtime);
  return page.take();
}

}  // namespace penchant
