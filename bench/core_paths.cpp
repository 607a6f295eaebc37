// The five paths whose instructions bench/instructions counts: each within one function that callgrind is told by name.
// Checks the answers; prints a line a path: its name and how many operations its function runs.
#include <array>
#include <cstdio>
#include <filesystem>

#include "bench/bench.h"
#include "bench/in_process.h"
#include "persistence/recovery.h"

namespace {

using namespace penchant;
using namespace penchant::bench;

constexpr int batch_requests = 64;
constexpr int batches = 4;
constexpr int replayed_records = 2000;

constexpr std::array<std::string_view, 8> prompts = {
    castle,
    portrait,
    "(masterpiece, best quality:1.2), 1girl, blue hair, school uniform, cherry blossoms, <lora:inkLines:0.8>",
    "a cat wearing a red scarf, sitting on the roof of an old house, watercolor, soft light, highly detailed",
    "retrato de una mujer con sombrero, luz de atardecer, acuarela, España",
    "city street at night, neon signs, rain, reflections, cyberpunk, wide angle, 35mm, film grain, [red:blue:0.5]",
    "isometric low poly render of a tiny island with a lighthouse, pastel colors, octane render, trending on "
    "artstation",
    "portrait of an astronaut, intricate armor, volumetric lighting, sharp focus, by greg rutkowski and alphonse "
    "mucha"};

std::string batch_of_records() {
  std::string batch;
  for (int i = 0; i < batch_requests; ++i) {
    batch += request({"RECORD", "writer", i % 3 == 0 ? "rejected" : "selected", "checkpoint-" + std::to_string(i % 50),
                      std::string(castle)});
  }
  return batch;
}

void run_batches(InProcess& server, const std::string& batch) {
  for (int i = 0; i < batches; ++i) server.run(batch);
}

}  // namespace

// callgrind collects within these; their names begin alike.
extern "C" {
[[gnu::noinline]] void measured_recommend(InProcess& server, const std::string& batch) { run_batches(server, batch); }
[[gnu::noinline]] void measured_record(InProcess& server, const std::string& batch) { run_batches(server, batch); }
[[gnu::noinline]] void measured_ping(InProcess& server, const std::string& batch) { run_batches(server, batch); }

[[gnu::noinline]] void measured_keywords(ContextReader& reader, Context& context) {
  for (const std::string_view prompt : prompts) reader.read(prompt, {}, context);
  keep(context);
}

[[gnu::noinline]] void measured_replay(FileSystem& files, const std::string& directory) {
  const auto recovered = recover(files, directory, false, [](const std::string&) {});
  if (!recovered || recovered->replayed != replayed_records) throw std::runtime_error("the journal is not replayed");
}
}

namespace {

/// Twice: the first time what grows has grown.
void run_requests(InProcess& server, const char* name, const std::string& batch,
                  void (*measured)(InProcess&, const std::string&)) {
  if (server.ask(batch).find("-ERR") != std::string::npos) throw std::runtime_error(std::string(name) + " is refused");
  measured(server, batch);
  std::printf("%s %d\n", name, batches * batch_requests);
}

void run_keywords() {
  ContextReader reader(WordLists::english());
  Context context;
  for (const std::string_view prompt : prompts) {
    reader.read(prompt, {}, context);
    if (context.keywords().empty()) throw std::runtime_error("a prompt has no keywords");
  }
  measured_keywords(reader, context);
  std::printf("keywords %zu\n", prompts.size());
}

void run_replay(const std::string& directory) {
  {
    InProcess server(directory);
    for (int i = 0; i < replayed_records; ++i) {
      server.run(
          request({"RECORD", "user-" + std::to_string(i % 20), i % 3 == 0 ? "rejected" : "selected",
                   "checkpoint-" + std::to_string(i % 40), std::string(prompts[static_cast<std::size_t>(i) % 8])}));
    }
  }
  PosixFileSystem files;
  measured_replay(files, directory);
  std::printf("replay %d\n", replayed_records);
}

}  // namespace

int main() {
  const std::string directory =
      std::filesystem::temp_directory_path() / ("penchant-core-paths-" + std::to_string(getpid()));
  std::filesystem::remove_all(directory);
  std::filesystem::create_directory(directory);
  {
    InProcess server(directory + "/requests");
    teach(server);
    run_requests(server, "recommend", repeated(request({"RECOMMEND", "default", std::string(castle)}), batch_requests),
                 measured_recommend);
    run_requests(server, "record", batch_of_records(), measured_record);
    run_requests(server, "ping", repeated(request({"PING"}), batch_requests), measured_ping);
  }
  run_keywords();
  run_replay(directory + "/journal");
  std::filesystem::remove_all(directory);
}
