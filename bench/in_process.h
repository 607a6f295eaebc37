// InProcess: what answers a request, without sockets, in a folder of its own; and what it is asked in benchmarks.
//
// Lifetime: the folder's is the caller's. Errors: std::runtime_error. Threading: as a Connection.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "engine/context/word_lists.h"
#include "net/connection.h"
#include "net/request_bytes.h"

namespace penchant::bench {

inline constexpr std::string_view portrait = "photorealistic portrait of a woman";  // 3 keywords
inline constexpr std::string_view castle =                                          // 12 of them
    "epic fantasy castle on a misty mountain at golden hour, dramatic clouds, cinematic lighting, matte painting";

/// A request as RESP.
inline std::string request(const std::vector<std::string>& words) {
  std::string bytes;
  append_request(bytes, words);
  return bytes;
}

inline std::string repeated(const std::string& one, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += one;
  return all;
}

class InProcess {
 public:
  explicit InProcess(const std::string& directory) {
    StoreOptions options;
    options.directory = directory;
    options.durability = Durability::os;
    auto store = Store::open(files_, options, clock_ms());
    if (!store) throw std::runtime_error(store.error().message);
    store_ = std::move(*store);
    auto decisions = DecisionRing::open(files_, store_->options().directory, {}, clock_ms());
    if (!decisions) throw std::runtime_error(decisions.error().message);
    decisions_ = std::move(*decisions);
    service_ = std::make_unique<Service>(*store_, *decisions_, WordLists::english(), Bands{});
    runtime_.shards.emplace_back(*service_);
    connection_ = std::make_unique<Connection>(runtime_);
    connection_->client().access = Access::everything();
  }

  /// A batch, as a session runs one: the requests, then one write.
  void run(const std::string& input) {
    output_.clear();
    connection_->run(input, output_);
    if (!store_->commit()) throw std::runtime_error("the journal failed");
  }

  /// The same, with the answers.
  std::string ask(const std::string& input) {
    run(input);
    return std::string(output_.view());
  }

 private:
  OutputBuffer output_;
  PosixFileSystem files_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<DecisionRing> decisions_;
  std::unique_ptr<Service> service_;
  Runtime runtime_;
  std::unique_ptr<Connection> connection_;
};

/// The user "default" with 50 checkpoints, 20 LoRAs, three parameters and four negative prompts.
inline void teach(InProcess& server) {
  constexpr std::string_view negatives[] = {"lowres, bad anatomy, bad hands, text", "ugly, blurry, noisy",
                                            "cartoon, painting, anime", "watermark, signature, cropped"};
  for (int i = 0; i < 8; ++i) {
    for (int c = 0; c < 50; ++c) {
      const std::string steps = std::to_string(20 + (c + i) % 15);
      server.ask(request({"RECORD", "default", (c + i) % 3 != 0 ? "selected" : "rejected",
                          "checkpoint-" + std::to_string(c), std::string(i % 2 == 0 ? portrait : castle), "NEGATIVE",
                          std::string(negatives[(c + i) % 4]), "LORA", "lora-" + std::to_string((c * 3 + i) % 20),
                          "0.8", "PARAM", "steps", steps, "PARAM", "cfg", "6.5", "PARAM", "denoise", "0.4"}));
    }
  }
}

}  // namespace penchant::bench
