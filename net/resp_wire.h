// RespWire: the line protocol. A request is a command as it stands, a reply goes out as it was written.
#pragma once

#include "net/resp_parser.h"
#include "net/wire.h"

namespace penchant {

class RespWire final : public Wire {
 public:
  WireKind kind() const override { return WireKind::resp; }
  Status parse(std::string_view input) override {
    switch (parser_.parse(input)) {
      case RequestParser::Status::request: used_ = parser_.consumed(); return Status::request;
      case RequestParser::Status::need_more: used_ = 0; return Status::need_more;
      case RequestParser::Status::error: break;
    }
    return Status::end;
  }
  std::span<const std::string_view> arguments() const override { return parser_.arguments(); }
  /// Not so those of inline text whose quotes had to be undone.
  bool are_in_input(std::string_view input) const override;
  std::size_t take() override { return used_; }
  std::string_view last_words() const override { return parser_.error(); }
  std::string_view warning() const override {
    return parser_.http() ? "spoke HTTP to the port of the line protocol: a web page may be trying to reach it" : "";
  }
  void render(OutputBuffer&) override {}

 private:
  RequestParser parser_;
  std::size_t used_ = 0;
};

}  // namespace penchant
