// What is put in place of replies that must not leave as they are: each lies somewhere in its batch's replies.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "net/output_buffer.h"
#include "net/reply_writer.h"

namespace penchant {

/// A batch's replies with the error sentence_of(span) in place of each span, which are ascending and do not overlap.
/// `ends`, if given, are where its replies end, and move with them; each span ends at one of them.
template <class Spans, class SentenceOf>
std::string with_errors(std::string_view replies, const Spans& spans, const SentenceOf& sentence_of,
                        std::vector<std::size_t>* ends = nullptr) {
  OutputBuffer told;
  ReplyWriter reply(told, 2);  // an error is the same in every protocol
  std::size_t from = 0;        // of what is left of the replies; it follows at told.size()
  std::size_t next_end = 0;
  const auto move_ends = [&](std::size_t until) {  // those of replies kept
    for (; ends && next_end < ends->size() && (*ends)[next_end] <= until; ++next_end) {
      (*ends)[next_end] += told.size() - until;
    }
  };
  for (const auto& span : spans) {
    reply.append(replies.substr(from, span.begin - from));
    move_ends(span.begin);
    reply.error(sentence_of(span));
    from = span.end;
    move_ends(span.end);
  }
  reply.append(replies.substr(from));
  move_ends(replies.size());
  return std::string(told.view());
}

}  // namespace penchant
