// HISTORY, SHARE, FORGET: what a user may see of what was learned, and decide about it.
#include "net/command.h"
#include "persistence/record_json.h"
#include "persistence/timestamp.h"

namespace penchant {
namespace commands {
namespace {

/// A text that may not have been given.
void write_text(ReplyWriter& reply, std::string_view key, std::string_view value) {
  reply.bulk(key);
  value.empty() ? reply.null() : reply.bulk(value);
}

void write_loras(ReplyWriter& reply, std::span<const LoraTag> loras) {
  reply.array(loras.size());
  for (const LoraTag& lora : loras) {
    reply.map(3);
    reply.word<"name">();
    reply.bulk(lora.name);
    reply.word<"strength_model">();
    reply.real(lora.strength_model);
    reply.word<"strength_clip">();
    reply.real(lora.strength_clip);
  }
}

/// A record as the JSON of the interface names its parts.
void write_record(ReplyWriter& reply, const HistoryRecord& told) {
  const Record& record = told.record;
  reply.map(18);
  write_text(reply, "id", told.id);
  write_text(reply, "timestamp", timestamp(record.at_ms.value_or(record.now_ms)));
  write_text(reply, "user_id", record.user);
  reply.word<"prompt">();
  reply.bulk(record.prompt);
  write_text(reply, "negative_prompt", record.negative_prompt);
  reply.word<"keywords">();
  reply.array(record.keywords.size());
  for (const Keyword& keyword : record.keywords) reply.bulk(keyword.text);
  write_text(reply, "checkpoint", record.checkpoint);
  reply.word<"loras">();
  write_loras(reply, record.loras);
  reply.word<"parameters">();
  reply.map(record.parameters.size());
  for (const Parameter& parameter : record.parameters) {
    reply.bulk(parameter.name);
    reply.bulk(parameter.value);
  }
  write_text(reply, "model_family", record.family);
  write_text(reply, "task_type", record.tier ? to_string(*record.tier) : std::string_view{});
  write_text(reply, "action", to_string(record.verdict));
  write_text(reply, "stage", record.stage);
  write_text(reply, "session_id", record.session);
  write_text(reply, "generation_id", record.generation);
  write_text(reply, "decision_id", record.decision);
  write_text(reply, "feedback_text", record.note);
  write_text(reply, "vision_description", record.vision);
}

HistoryQuery read_query(Arguments& arguments, bool& as_json) {
  HistoryQuery query;
  query.user = arguments.text("the user");
  while (arguments.more()) {
    if (arguments.option("CHECKPOINT")) {
      query.checkpoint = arguments.value("CHECKPOINT");
    } else if (arguments.option("LORA")) {
      query.lora = arguments.value("LORA");
    } else if (arguments.option("KEYWORD")) {
      query.keyword = arguments.value("KEYWORD");
    } else if (arguments.option("VERDICT")) {
      query.verdict = arguments.verdict();
    } else if (arguments.option("SESSION")) {
      query.session = arguments.value("SESSION");
    } else if (arguments.option("SINCE")) {
      query.since_ms = arguments.number<std::int64_t>("SINCE", 0, time_ms_max);
    } else if (arguments.option("UNTIL")) {
      query.until_ms = arguments.number<std::int64_t>("UNTIL", 0, time_ms_max);
    } else if (arguments.option("LIMIT")) {
      query.limit = arguments.number<std::size_t>("LIMIT", 1, history_limit_max);
    } else if (arguments.option("CURSOR")) {
      query.cursor = arguments.value("CURSOR");
    } else if (arguments.option("JSON")) {
      as_json = true;
    } else {
      arguments.fail_unknown_option();
    }
  }
  return query;
}

}  // namespace

void history(Call& call) {
  bool as_json = false;
  const HistoryQuery query = read_query(call.arguments, as_json);
  if (!call.arguments.done()) return call.reply.error(call.arguments.error());
  // The records come before it is known how many there are.
  OutputBuffer records;
  ReplyWriter writer(records, call.reply.protocol());
  std::string line;
  const auto page = call.service.store().history(query, [&](const HistoryRecord& told) {
    if (!as_json) return write_record(writer, told);
    line.clear();
    append_record_json(line, told.id, told.record);
    writer.bulk(line);
  });
  if (!page) return call.reply.error("ERR " + page.error().message);
  call.reply.array(2);
  call.reply.bulk(page->cursor);
  call.reply.array(page->records);
  call.reply.append(records.view());
}

void share(Call& call) {
  const std::string_view user = call.arguments.text("the user");
  const bool on = call.arguments.option("ON");
  if (!on && !call.arguments.option("OFF")) call.arguments.fail("ON or OFF must follow");
  if (!call.arguments.done()) return call.reply.error(call.arguments.error());
  const auto shared = call.service.store().share({call.service.now_ms(), user, on});
  if (!shared) return call.reply.error("ERR " + shared.error().message);
  call.reply.simple("OK");
}

void forget(Call& call) {
  const std::string_view user = call.arguments.text("the user");
  const auto forgotten = call.service.forget(user);
  if (!forgotten) {
    const bool is_begun = call.service.store().read_only().has_value();
    return call.reply.error((is_begun ? "READONLY the user will be forgotten by the next start only: " : "ERR ") +
                            forgotten.error().message);
  }
  call.client.told_known = true;  // the reply tells of what must last, as those to records do
  const std::size_t begin = call.reply.size();
  call.reply.integer(static_cast<std::int64_t>(forgotten->records));
  if (forgotten->sequence == 0) return;
  call.client.forgets.push_back({begin, call.reply.size(), forgotten->sequence, call.store});
}

}  // namespace commands

std::string unerased_sentence(const Failure& why) {
  return "UNERASED the user is forgotten, but not erased from all files: " + why.message +
         "; mend that: the server tries again every minute and at each start, and FORGET again is answered when it is "
         "done";
}

}  // namespace penchant
