// Records as JSON, by the names of docs/export_format.md: what an export writes, an import reads, and dump prints.
//
// Lifetime: what a reader gives views the JSON item and the reader's own scratch, until its next read. Threading: none.
// Errors: one sentence that begins with the field's name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event.h"
#include "engine/result.h"
#include "persistence/json_item.h"

namespace penchant {

struct JsonRecord {
  Record record;                      // without the server's time
  std::optional<std::int64_t> at_us;  // its own time, as exactly as it was told; record.at_ms is this time
  bool has_keywords = false;          // else the prompt has not been read
  bool has_negative_keywords = false;
};

/// Appends the record under this id, which may be a name that its store gave it; no newline.
void append_record_json(std::string& out, std::string_view id, const Record& record);
/// The same of one that was read, what it does not have being null.
void append_record_json(std::string& out, const JsonRecord& read);

class RecordReader {
 public:
  /// A record that keeps all bounds. `user` is the one of a record that names none.
  result<JsonRecord> read(JsonValue value, std::string_view user);

 private:
  using Fields = JsonRecord;
  result<void> read_field(JsonValue field, Fields& into);
  result<void> read_texts(JsonValue field, std::vector<Keyword>& into);
  result<void> read_weights(JsonValue field, std::vector<float>& into);
  result<void> read_loras(JsonValue field);
  result<void> read_parameters(JsonValue field);
  result<void> read_arms(JsonValue field);

  std::vector<Keyword> keywords_;
  std::vector<Keyword> negative_keywords_;
  std::vector<float> weights_;
  std::vector<float> negative_weights_;
  std::vector<LoraTag> loras_;
  std::vector<Parameter> parameters_;
  std::vector<DecisionArm> arms_;
};

}  // namespace penchant
