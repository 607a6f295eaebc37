#include "evaluate/stream.h"

#include <zlib.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <utility>

namespace penchant {
namespace {

/// Takes the text up to the next tab off `line`.
std::string_view next_field(std::string_view& line) {
  const std::size_t end = std::min(line.find('\t'), line.size());
  const std::string_view field = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return field;
}

/// "1,0.8": what came, and how probable that was.
std::optional<StreamOutcome> read_outcome(std::string_view text) {
  if (text.size() < 3 || (text[0] != '0' && text[0] != '1') || text[1] != ',') return {};
  StreamOutcome outcome{.is_kept = text[0] == '1'};
  const auto [end, error] = std::from_chars(text.data() + 2, text.data() + text.size(), outcome.expected);
  const bool is_probability = error == std::errc() && end == text.data() + text.size() && outcome.expected >= 0 &&
                              outcome.expected <= 1;
  return is_probability ? std::optional(outcome) : std::nullopt;
}

struct CloseFile {
  void operator()(gzFile_s* file) const { gzclose(file); }
};

/// Why the file could not be read on; null where it could.
const char* read_error(gzFile_s* file) {
  int error = Z_OK;
  const char* const why = gzerror(file, &error);
  return error == Z_OK || error == Z_STREAM_END ? nullptr : why;
}

}  // namespace

void Stream::add(std::string_view prompt, std::span<const StreamOutcome> outcomes) {
  prompts_ += prompt;
  prompt_ends_.push_back(prompts_.size());
  outcomes_.insert(outcomes_.end(), outcomes.begin(), outcomes.end());
}

std::string_view Stream::prompt(std::size_t decision) const {
  const std::size_t begin = decision == 0 ? 0 : prompt_ends_[decision - 1];
  return std::string_view(prompts_).substr(begin, prompt_ends_[decision] - begin);
}

result<void> StreamLines::add_header(std::string_view line) {
  if (next_field(line) != "prompt") return Failure{"the first line must be prompt and the arms, separated by tabs"};
  std::vector<std::string> arms;
  while (!line.empty()) {
    const std::string_view arm = next_field(line);
    if (arm.empty() || std::ranges::find(arms, arm) != arms.end()) {
      return Failure{"an arm must have a name of its own"};
    }
    if (arms.size() == stream_arms_max) {
      return Failure{"there are more arms than " + std::to_string(stream_arms_max)};
    }
    arms.emplace_back(arm);
  }
  if (arms.empty()) return Failure{"there are no arms"};
  stream_.emplace_back(std::move(arms));
  return {};
}

result<void> StreamLines::add(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (stream_.empty()) return add_header(line);
  Stream& stream = stream_.front();
  if (stream.size() == stream_decisions_max) {
    return Failure{"there are more decisions than " + std::to_string(stream_decisions_max)};
  }
  const std::string_view prompt = next_field(line);
  outcomes_.clear();
  while (!line.empty() && outcomes_.size() <= stream.arms().size()) {
    const auto outcome = read_outcome(next_field(line));
    if (!outcome) return Failure{"an outcome must be 0 or 1, a comma, and a probability, as in 1,0.8"};
    outcomes_.push_back(*outcome);
  }
  if (outcomes_.size() != stream.arms().size()) {
    return Failure{"there must be one outcome for each of the " + std::to_string(stream.arms().size()) + " arms"};
  }
  stream.add(prompt, outcomes_);
  return {};
}

result<Stream> StreamLines::finish() {
  if (stream_.empty()) return Failure{"it is empty"};
  return std::move(stream_.front());
}

result<Stream> read_stream(const std::string& path) {
  const std::unique_ptr<gzFile_s, CloseFile> file(gzopen(path.c_str(), "rb"));
  if (!file) return Failure{path + " cannot be read"};
  StreamLines lines;
  std::string line(stream_line_bytes_max + 2, '\0');  // the end of the line, and of the text
  z_off_t begin = 0;
  for (std::size_t number = 1; gzgets(file.get(), line.data(), static_cast<int>(line.size())); ++number) {
    const z_off_t end = gztell(file.get());
    std::string_view text(line.data(), static_cast<std::size_t>(end - std::exchange(begin, end)));
    const bool is_whole = text.ends_with('\n');
    if (!is_whole && read_error(file.get())) break;  // it is cut
    if (is_whole) text.remove_suffix(1);
    const auto added = text.size() <= stream_line_bytes_max
                           ? lines.add(text)
                           : Failure{"it is longer than " + std::to_string(stream_line_bytes_max) + " bytes"};
    if (!added) return Failure{path + ", line " + std::to_string(number) + ": " + added.error().message};
  }
  if (const char* const why = read_error(file.get())) return Failure{path + " cannot be read: " + why};
  auto stream = lines.finish();
  if (!stream) return Failure{path + ": " + stream.error().message};
  return stream;
}

}  // namespace penchant
