#include "net/batch.h"

#include <algorithm>

#include "net/reply_spans.h"

namespace penchant {

std::size_t uncommitted_bytes(const Runtime& runtime) {
  std::size_t bytes = 0;
  for (const Shard& shard : runtime.shards) bytes += shard.service.store().uncommitted_bytes();
  return bytes;
}

void Batch::begin(OutputBuffer& replies) {
  writes_.clear();
  client_.forgets.clear();
  replies_ = &replies;
  reply_.emplace(replies, client_.protocol);
  client_.lap_ns = steady_ns();
}

void Batch::run(std::span<const std::string_view> request, std::uint32_t store) {
  const Store& written = runtime_.shards[store].service.store();
  const std::size_t begin = replies_->size();
  const std::size_t events_before = written.uncommitted_bytes();
  run_command(request, *reply_, client_, runtime_, store);
  if (written.uncommitted_bytes() != events_before || client_.told_known) note_write(begin);
}

void Batch::run_everywhere(std::span<const std::string_view> request, std::uint32_t own) {
  const std::size_t begin = replies_->size();
  const std::size_t events_before = uncommitted_bytes(runtime_);
  run_command(request, *reply_, client_, runtime_, own);
  if (uncommitted_bytes(runtime_) != events_before || client_.told_known) note_write(begin);
}

void Batch::note_write(std::size_t begin) {
  client_.told_known = false;
  if (replies_->view().substr(begin).starts_with('-')) return;  // an error acknowledges nothing
  writes_.push_back({begin, replies_->size()});
}

bool Batch::is_forget(const Span& span) const {
  return std::ranges::any_of(client_.forgets, [&span](const ForgetReply& forget) {
    return forget.begin == span.begin && forget.end == span.end;
  });
}

std::string Batch::refused(std::string_view replies, const Failure& why, std::vector<std::size_t>* ends) const {
  const auto sentence_of = [&](const Span& span) {
    return is_forget(span) ? unerased_sentence(why) : read_only_sentence(why);
  };
  return with_errors(replies, writes_, sentence_of, ends);
}

std::string Batch::unerased(std::string_view replies, const Failure& why, std::vector<std::size_t>* ends) const {
  const std::string sentence = unerased_sentence(why);
  return with_errors(
      replies, client_.forgets, [&](const ForgetReply&) { return sentence; }, ends);
}

}  // namespace penchant
