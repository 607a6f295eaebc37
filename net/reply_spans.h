// What is put in place of replies that must not leave as they are: each lies somewhere in its batch's replies.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "net/output_buffer.h"
#include "net/reply_writer.h"

namespace penchant {

/// A batch's replies with the error sentence_of(span) in place of each span, which are ascending and do not overlap.
template <class Spans, class SentenceOf>
std::string with_errors(std::string_view replies, const Spans& spans, const SentenceOf& sentence_of) {
  OutputBuffer told;
  ReplyWriter reply(told, 2);  // an error is the same in every protocol
  std::size_t from = 0;
  for (const auto& span : spans) {
    reply.append(replies.substr(from, span.begin - from));
    reply.error(sentence_of(span));
    from = span.end;
  }
  reply.append(replies.substr(from));
  return std::string(told.view());
}

}  // namespace penchant
