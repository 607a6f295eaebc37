// RECORD and REJECTALL: verdicts come in.
#include <algorithm>
#include <array>
#include <boost/container/static_vector.hpp>

#include "engine/limits.h"
#include "net/command.h"
#include "net/route.h"

namespace penchant::commands {
namespace {

/// A record's options as they are read; `record` views its arrays.
struct RecordOptions {
  Record record;
  boost::container::static_vector<LoraTag, record_loras_max> loras;
  boost::container::static_vector<Parameter, record_parameters_max> parameters;
};

void read_lora(Arguments& arguments, RecordOptions& options) {
  const std::string_view name = arguments.text("the LoRA's name");
  const double strength = arguments.real("the LoRA's strength");
  if (options.loras.size() == record_loras_max) {
    return arguments.fail("a record has at most " + std::to_string(record_loras_max) + " LoRAs");
  }
  options.loras.push_back({name, strength, strength});
}

/// Of the LoRA named last: the strength of its part for the text encoder, where it is another one.
void read_clip(Arguments& arguments, RecordOptions& options) {
  const double strength = arguments.real("CLIP");
  if (options.loras.empty()) return arguments.fail("CLIP goes behind a LORA");
  options.loras.back().strength_clip = strength;
}

void read_parameter(Arguments& arguments, RecordOptions& options) {
  const std::string_view name = arguments.text("the parameter's name");
  const std::string_view value = arguments.text("the parameter's value");
  if (options.parameters.size() == record_parameters_max) {
    return arguments.fail("a record has at most " + std::to_string(record_parameters_max) + " parameters");
  }
  options.parameters.push_back({name, value});
}

bool read_text_option(Arguments& arguments, Record& record) {
  struct Option {
    std::string_view name;
    std::string_view Record::*member;
  };
  constexpr std::array options{
      Option{"NEGATIVE", &Record::negative_prompt},
      Option{"FAMILY", &Record::family},
      Option{"STAGE", &Record::stage},
      Option{"SESSION", &Record::session},
      Option{"GENERATION", &Record::generation},
      Option{"ID", &Record::id},
      Option{"DECISION", &Record::decision},
      Option{"NOTE", &Record::note},
      Option{"VISION", &Record::vision},
  };
  for (const Option& option : options) {
    if (!arguments.option(option.name)) continue;
    record.*option.member = arguments.value(option.name);
    // An empty identity is somebody's mistake: it would count each time.
    if (option.member == &Record::id && record.id.empty()) arguments.fail("ID is empty");
    return true;
  }
  return false;
}

void read_options(Arguments& arguments, RecordOptions& options) {
  while (arguments.more()) {
    if (read_text_option(arguments, options.record)) continue;
    if (arguments.option("LORA")) {
      read_lora(arguments, options);
    } else if (arguments.option("CLIP")) {
      read_clip(arguments, options);
    } else if (arguments.option("PARAM")) {
      read_parameter(arguments, options);
    } else if (arguments.option("TIER")) {
      options.record.tier = arguments.tier("TIER");
    } else if (arguments.option("AT")) {
      options.record.at_ms = arguments.number<std::int64_t>("AT", 0, time_ms_max);
    } else {
      arguments.fail_unknown_option();
    }
  }
  options.record.loras = options.loras;
  options.record.parameters = options.parameters;
}

void write_recorded(Call& call, const Record& record, const result<Recorded>& recorded) {
  if (!recorded) return call.reply.error("ERR " + recorded.error().message);
  if (recorded->kind == Recorded::Kind::duplicate) {
    call.client.told_known = true;
    return call.reply.integer(0);
  }
  ++call.shard.traffic.records;
  if (!record.decision.empty()) call.shard.traffic.note_judged(record.verdict);
  call.reply.integer(static_cast<std::int64_t>(recorded->sequence));
}

}  // namespace

void record(Call& call) {
  Arguments& arguments = call.arguments;
  RecordOptions options;
  options.record.user = arguments.text("the user");
  options.record.verdict = arguments.verdict();
  options.record.checkpoint = arguments.text("the checkpoint");
  options.record.prompt = arguments.text("the prompt");
  read_options(arguments, options);
  if (!arguments.done()) return call.reply.error(arguments.error());

  write_recorded(call, options.record, call.service.record(options.record));
}

void judge(Call& call) {
  Arguments& arguments = call.arguments;
  RecordOptions options;
  const std::string_view decision = arguments.text("the decision");
  options.record.verdict = arguments.verdict();
  options.record.checkpoint = arguments.text("the checkpoint");
  read_options(arguments, options);
  if (!options.record.decision.empty()) arguments.fail("DECISION is the first argument already");
  if (!arguments.done()) return call.reply.error(arguments.error());
  Service* judging = &call.service;
  if (route_of_decision(decision, call.runtime).kind == Route::Kind::everywhere) {
    const auto has = [decision](Shard& shard) { return shard.service.decisions().find(decision).has_value(); };
    const auto shard = std::ranges::find_if(call.runtime.shards, has);
    if (shard != call.runtime.shards.end()) judging = &shard->service;
  }
  const auto recorded = judging->judge(decision, options.record, call.client.access.user);
  if (!recorded && recorded.error().message == no_such_decision) {
    return call.reply.error("NOSUCH " + recorded.error().message);
  }
  write_recorded(call, options.record, recorded);
}

void reject_all(Call& call) {
  Arguments& arguments = call.arguments;
  RecordOptions options;
  options.record.user = arguments.text("the user");
  options.record.prompt = arguments.text("the prompt");
  const auto count = arguments.number<std::uint32_t>("the number of checkpoints", 1, top_arms_max);
  const auto checkpoints = arguments.texts("the checkpoints", count);
  read_options(arguments, options);
  if (!arguments.done()) return call.reply.error(arguments.error());

  const auto recorded = call.service.reject_all(options.record, checkpoints);
  if (!recorded) return call.reply.error("ERR " + recorded.error().message);
  call.client.told_known = *recorded < checkpoints.size();
  call.shard.traffic.records += *recorded;
  if (!options.record.decision.empty()) call.shard.traffic.note_judged(Verdict::rejected, *recorded);
  call.reply.integer(static_cast<std::int64_t>(*recorded));
}

}  // namespace penchant::commands
