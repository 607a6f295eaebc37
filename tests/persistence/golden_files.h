// The golden files: small files of each format, made from the golden life, and what they must give when they are read.
//
//   Files files = golden_files();                       // as this version writes them
//   std::string wrong = golden_problem(files_in(folder));  // empty: a folder of them is read, and says what it said
//
// A set of them is a folder of tests/golden, named by a number. Bytes are the same on every machine, those that zstd
// made with one version of it. Errors: what should not fail and does throws std::runtime_error.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "engine/serialization_checks.h"
#include "persistence/compressed_segment.h"
#include "persistence/exporter.h"
#include "persistence/recovery.h"
#include "persistence/replay.h"
#include "persistence/segments.h"
#include "persistence/snapshot.h"
#include "persistence/store.h"
#include "tests/persistence/golden_answers.h"
#include "tests/persistence/golden_life.h"
#include "tests/persistence/memory_file_system.h"

namespace penchant::test {

using Files = std::map<std::string, Bytes>;  // by their paths in the folder

inline constexpr std::uint64_t heavy_sequence = 4201;
inline const std::vector<std::string> golden_decisions = {"z-1", "z-2", "z-3"};

inline StoreId golden_store_id() {
  StoreId id;
  for (std::size_t i = 0; i < id.size(); ++i) id[i] = static_cast<std::byte>(0xc0 + i);
  return id;
}

inline Bytes bytes_of_text(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

inline void put(MemoryFileSystem& disk, const std::string& directory, const Files& files) {
  for (const auto& [name, bytes] : files) disk.put(path_in(directory, name), bytes);
}

/// An engine and its journal, as a store drives them, but for the random id. What it lies in is on `disk`, in "/data".
struct GoldenStore {
  explicit GoldenStore(MemoryFileSystem& on) : disk(on) {
    journal = Journal::open(disk, "/data", Recovery{}, golden_store_id()).value();
  }

  void tell(const Event& event) {
    std::vector<std::byte> payload;
    if (const auto* told = std::get_if<Record>(&event)) {
      Record record = *told;
      const Recorded recorded = engine.record(record).value();
      record.revision = recorded.revision;
      record.previous = heads.move(recorded.user, journal->next_place());
      encode(record, payload);
    } else {
      std::visit(Replay{engine, heads, journal->next_place()}, event).value();
      encode(event, payload);
      if (std::holds_alternative<Erased>(event)) payload.resize(40);
    }
    journal->append(payload);
    journal->commit().value();
  }
  void save(const SnapshotWriting& how, const std::string& directory) {
    const SnapshotStamp stamp{golden_store_id(), journal->written_sequence()};
    write_snapshot(disk, directory, stamp, FrozenState(engine, heads), how).value();
  }

  MemoryFileSystem& disk;
  Engine engine;
  HistoryHeads heads;
  std::unique_ptr<Journal> journal;
};

/// The uncompressed form of a compressed segment.
inline Bytes decompressed(FileSystem& files, const std::string& path, std::uint64_t first_sequence) {
  const auto file = open_compressed(files, path, first_sequence).value();
  Bytes bytes(static_cast<std::size_t>(file->size().value()));
  bytes.resize(file->read_at(0, bytes).value());
  return bytes;
}

inline void compress_first_segment(MemoryFileSystem& disk) {
  const Bytes plain = disk.bytes(path_of_segment("/data", {1, false}));
  const CompressedHead head{
      .store_id = golden_store_id(), .first_sequence = 1, .size = plain.size(), .block_bytes = compressed_block_bytes};
  auto writer = CompressedWriter::create(disk, path_of_segment("/data/compressed", {1, true}), head).value();
  writer.append(plain).value();
  writer.finish().value();
}

inline void save_heavily(MemoryFileSystem& disk) {
  Engine engine;
  HistoryHeads heads;
  GoldenLife([&](const Event& event) { std::visit(Replay{engine, heads, {}}, event).value(); }).live_heavily();
  write_snapshot(disk, "/data/heavy", {golden_store_id(), heavy_sequence}, FrozenState(engine, heads)).value();
}

inline void tell_decisions(MemoryFileSystem& disk) {
  const auto ring = DecisionRing::open(disk, "/data", {.bytes_max = 65536}, 35).value();  // 35: "z"
  const std::string_view names[] = {"dreamShaperXL", "m1", "m2", "m3"};
  const auto name_of = [&names](std::uint32_t arm) { return names[arm]; };
  const ArmProbability listed[] = {{.arm = 1, .probability = 0.625F}, {.arm = 3, .probability = 0.125F}};
  const Decision decision{.at_ms = 1'750'000'000'123,
                          .user = "ann",
                          .prompt = "ink portrait",
                          .family = "sdxl",
                          .policy = "thompson",
                          .checkpoint = "m1",
                          .tier = Tier::draft};
  ring->add(decision, {.set = 1, .count = 4, .rest_probability = 0.125F, .listed = listed}, name_of);
  ring->add({.at_ms = 1'750'000'000'456, .user = "bob", .prompt = "", .policy = "banded", .checkpoint = "m1"},
            {.set = 2, .count = 2, .rest_probability = 0.5F}, name_of);
  ring->add({.at_ms = 1'750'000'000'789, .user = "cyd", .prompt = "forgotten"}, {}, name_of);
  ring->mark_judged("z-1");
  ring->erase_user("cyd");
  ring->wait_until_written().value();
}

inline std::string exported(Store& store, std::string_view user) {
  std::string text;
  Exporter exporter([&text](std::string_view bytes) -> result<void> {
    text += bytes;
    return {};
  });
  exporter.begin(user, 1'800'000'000'000);
  store.each_record(user, [&exporter](const HistoryRecord& one) { return exporter.add(one.id, one.record); }).value();
  exporter.end(pools_of(store.engine())).value();
  return text;
}

/// What a folder's states and decisions answer, and what is exported from it.
struct GoldenTold {
  std::string answers;
  std::string exported;
};

/// `directory` is read as a start does, its decisions as a server does.
inline GoldenTold told_by(MemoryFileSystem& disk, const std::string& directory) {
  GoldenTold told;
  GoldenAnswers answers;
  {
    StoreOptions options{.directory = directory, .durability = Durability::os, .keep_decay = true};
    const auto store = Store::open(
                           disk, options, 0, [](const result<std::uint64_t>&) {}, [](const std::string&) {})
                           .value();
    answers.ask(store->engine());
    told.exported = exported(*store, "ann");
  }
  Engine heavy;
  HistoryHeads heads;
  (void)read_snapshot(disk, path_in(directory, "heavy/" + snapshot_name(heavy_sequence)), heavy, heads).value();
  answers.ask(heavy);
  const auto ring = DecisionRing::open(disk, directory, {}, 35).value();
  ring->load();
  answers.ask(*ring, golden_decisions);
  told.answers = answers.text();
  return told;
}

/// As this version writes them.
inline Files golden_files() {
  MemoryFileSystem disk;
  GoldenStore store(disk);
  GoldenLife life([&store](const Event& event) { store.tell(event); });
  life.live_first();
  store.journal->close_segment().value();
  life.live_second();
  store.save({}, "/data");
  store.save({.is_compressing = true}, "/data/compressed");
  life.live_last();
  compress_first_segment(disk);
  save_heavily(disk);
  tell_decisions(disk);

  Files files;
  for (const std::string part : {"", "compressed/", "heavy/"}) {
    const std::string path = "/data/" + part;
    for (const std::string& name : disk.list(path.substr(0, path.size() - 1)).value()) {
      if (disk.exists(path + name)) files[part + name] = disk.bytes(path + name);  // else a folder
    }
  }
  MemoryFileSystem copy;
  put(copy, "/data", files);
  const GoldenTold told = told_by(copy, "/data");
  files["answers.txt"] = bytes_of_text(told.answers);
  files["export.json"] = bytes_of_text(told.exported);
  return files;
}

/// The same folder with its first segment and its snapshot in their compressed forms.
inline Files in_compressed_form(const Files& files) {
  Files other = files;
  std::erase_if(other, [](const auto& file) { return file.first.starts_with("snapshot-"); });
  other.erase(segment_name(1));
  for (const auto& [name, bytes] : files) {
    constexpr std::string_view prefix = "compressed/";
    if (name.starts_with(prefix)) other[name.substr(prefix.size())] = bytes;
  }
  return other;
}

/// Whether a snapshot of this folder holds all that a replay of the journal gives.
inline bool holds_everything(MemoryFileSystem& disk, const Recovered& recovered) {
  const auto format = snapshot_format(disk, path_in("/data", snapshot_name(recovered.snapshot_sequence)));
  return format.value_or(0) >= detail::reliability_format || !recovered.engine.is_learning();
}

/// Why the files of a folder are not read as they should be: every form of them, from the snapshot and from the journal
/// alone. Empty where they are.
inline std::string golden_problem(const Files& files) {
  const auto said = [&files](const std::string& name) {
    const auto found = files.find(name);
    return found == files.end()
               ? std::string()
               : std::string(reinterpret_cast<const char*>(found->second.data()), found->second.size());
  };
  std::map<bool, std::string> states;  // from whatever was read first; of a part of the state by itself
  for (const Files& form : {files, in_compressed_form(files)}) {
    MemoryFileSystem disk;
    put(disk, "/data", form);
    const std::string which = form.contains(segment_name(1)) ? "the plain form" : "the compressed form";
    for (const bool use_snapshots : {true, false}) {
      const auto recovered = recover(disk, "/data", use_snapshots, [](const std::string&) {});
      if (!recovered) return which + " is refused: " + recovered.error().message;
      if (!recovered->warnings.empty()) return which + " is read with a warning: " + recovered->warnings.front();
      if (use_snapshots != (recovered->snapshot_sequence > 0)) return which + " has no snapshot";
      const std::string bytes = state_bytes(recovered->engine);
      std::string& state = states[use_snapshots && !holds_everything(disk, *recovered)];
      if (state.empty()) state = bytes;
      if (bytes != state) return which + " gives another state " + (use_snapshots ? "from its snapshot" : "by replay");
    }
    const GoldenTold told = told_by(disk, "/data");
    if (told.answers != said("answers.txt")) return which + " answers otherwise than answers.txt";
    if (told.exported != said("export.json")) return which + " is exported otherwise than export.json";
  }
  return "";
}

inline Files files_in(const std::filesystem::path& set) {
  Files files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(set)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    files[entry.path().lexically_relative(set).generic_string()] = bytes_of_text(text);
  }
  return files;
}

inline void write_to(const std::filesystem::path& set, const Files& files) {
  for (const auto& [name, bytes] : files) {
    std::filesystem::create_directories((set / name).parent_path());
    std::ofstream out(set / name, std::ios::binary);
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (!out.flush()) throw std::runtime_error("cannot write " + (set / name).string());
  }
}

}  // namespace penchant::test
