// Any bytes, read as requests and as replies: whole and split at a point the bytes choose, the outcome is the
// same; what is returned lies within the bytes, and the parsers never take more than there are.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/limits.h"
#include "net/reply_parser.h"
#include "net/resp_parser.h"

namespace {

using penchant::Reply;
using penchant::ReplyParser;
using penchant::RequestParser;

void require(bool holds) {
  if (!holds) std::abort();
}

// A number that differs with every byte and boundary of what was added.
class Digest {
 public:
  void add(std::string_view bytes) {
    add(bytes.size());
    for (const char byte : bytes) add(static_cast<unsigned char>(byte));
  }
  void add(std::uint64_t value) { sum_ = (sum_ ^ value) * 1099511628211u; }
  bool operator==(const Digest&) const = default;

 private:
  std::uint64_t sum_ = 14695981039346656037u;
};

// A copy of exactly these bytes, so that AddressSanitizer sees a read behind them or a view kept too long.
class Copy {
 public:
  explicit Copy(std::string_view bytes) : size_(bytes.size()), bytes_(std::make_unique<char[]>(size_)) {
    bytes.copy(bytes_.get(), size_);
  }
  std::string_view view() const { return {bytes_.get(), size_}; }

 private:
  std::size_t size_;
  std::unique_ptr<char[]> bytes_;
};

class Requests {
 public:
  // False when these bytes hold no further request.
  bool take(std::string_view& left) {
    const Copy input(left);
    const RequestParser::Status status = parser_.parse(input.view());
    require(status != RequestParser::Status::need_more || left.size() < penchant::request_bytes_max);
    require((status == RequestParser::Status::error) == !parser_.error().empty());
    require(!parser_.http() || status == RequestParser::Status::error);
    if (status == RequestParser::Status::error) digest_.add(parser_.error());
    if (status != RequestParser::Status::request) return false;
    require(parser_.consumed() > 0 && parser_.consumed() <= left.size());
    require(parser_.arguments().size() <= penchant::arguments_max);
    digest_.add(parser_.arguments().size());
    for (const std::string_view argument : parser_.arguments()) check(argument, input.view());
    left.remove_prefix(parser_.consumed());
    return true;
  }
  const Digest& digest() const { return digest_; }
  bool failed() const { return !parser_.error().empty(); }

 private:
  // An argument within the input lies within the request; one outside it is the parser's own, undone from
  // quotes.
  void check(std::string_view argument, std::string_view input) {
    const auto begin = reinterpret_cast<std::uintptr_t>(input.data());
    const auto at = reinterpret_cast<std::uintptr_t>(argument.data());
    if (at >= begin && at < begin + input.size()) require(at + argument.size() <= begin + parser_.consumed());
    require(argument.size() <= parser_.consumed());
    digest_.add(argument);
  }

  RequestParser parser_;
  Digest digest_;
};

class Replies {
 public:
  bool take(std::string_view& left) {
    const Copy input(left);
    const ReplyParser::Status status = parser_.parse(input.view());
    require((status == ReplyParser::Status::error) == !parser_.error().empty());
    if (status == ReplyParser::Status::error) digest_.add(parser_.error());
    if (status != ReplyParser::Status::reply) return false;
    require(parser_.consumed() > 0 && parser_.consumed() <= left.size());
    add(parser_.reply(), 0);
    left.remove_prefix(parser_.consumed());
    return true;
  }
  const Digest& digest() const { return digest_; }
  bool failed() const { return !parser_.error().empty(); }

 private:
  void add(const Reply& reply, std::size_t depth) {
    require(depth <= penchant::reply_depth_max);
    digest_.add(static_cast<std::uint64_t>(reply.kind));
    digest_.add(reply.text);
    digest_.add(static_cast<std::uint64_t>(reply.integer));
    digest_.add(std::to_string(reply.real));
    digest_.add(reply.elements.size());
    for (const Reply& element : reply.elements) add(element, depth + 1);
  }

  ReplyParser parser_;
  Digest digest_;
};

struct Outcome {
  Digest digest;
  std::size_t left;
  bool operator==(const Outcome&) const = default;
};

// Feeds the bytes up to each of `stops`, as if they had come so far.
template <class Parser>
Outcome outcome_of(std::string_view bytes, const std::vector<std::size_t>& stops) {
  Parser parser;
  std::size_t begin = 0;
  for (const std::size_t stop : stops) {
    std::string_view left = bytes.substr(begin, stop - begin);
    while (!parser.failed() && parser.take(left)) {
    }
    begin = stop - left.size();
  }
  return {parser.digest(), bytes.size() - begin};
}

template <class Parser>
void check(std::string_view bytes, std::size_t split) {
  const Outcome whole = outcome_of<Parser>(bytes, {bytes.size()});
  require(outcome_of<Parser>(bytes, {split, bytes.size()}) == whole);
  if (bytes.size() > 256) return;
  std::vector<std::size_t> every_byte;
  for (std::size_t stop = 0; stop <= bytes.size(); ++stop) every_byte.push_back(stop);
  require(outcome_of<Parser>(bytes, every_byte) == whole);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::size_t split = size;
  for (const char byte : bytes) split = split * 31 + static_cast<unsigned char>(byte);
  split = size == 0 ? 0 : split % size;
  check<Requests>(bytes, split);
  check<Replies>(bytes, split);
  return 0;
}
