#include "persistence/json_item.h"

#include "engine/check.h"

namespace penchant {

JsonValue::Iterator& JsonValue::Iterator::operator++() {
  at_ = item_->nodes_[at_].end;
  return *this;
}

JsonKind JsonValue::kind() const { return item_->nodes_[at_].kind; }

std::string_view JsonValue::key() const {
  const JsonItem::Node& node = item_->nodes_[at_];
  return std::string_view(item_->texts_).substr(node.key_begin, node.text_begin - node.key_begin);
}

std::string_view JsonValue::text() const {
  const JsonItem::Node& node = item_->nodes_[at_];
  return std::string_view(item_->texts_).substr(node.text_begin, node.text_end - node.text_begin);
}

JsonValue::Iterator JsonValue::end() const { return {*item_, item_->nodes_[at_].end}; }

void JsonItem::clear() {
  texts_.clear();
  nodes_.clear();
  open_.clear();
}

void JsonItem::add(JsonKind kind, std::string_view key, std::string_view text) {
  Node node{.key_begin = static_cast<std::uint32_t>(texts_.size()), .kind = kind};
  texts_ += key;
  node.text_begin = static_cast<std::uint32_t>(texts_.size());
  texts_ += text;
  node.text_end = static_cast<std::uint32_t>(texts_.size());
  const auto at = static_cast<std::uint32_t>(nodes_.size());
  node.end = at + 1;
  nodes_.push_back(node);
  if (kind == JsonKind::array || kind == JsonKind::object) open_.push_back(at);
}

void JsonItem::close() {
  PENCHANT_CHECK(!open_.empty());
  nodes_[open_.back()].end = static_cast<std::uint32_t>(nodes_.size());
  open_.pop_back();
}

}  // namespace penchant
