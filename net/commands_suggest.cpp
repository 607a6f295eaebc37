// LORAS, NEGATIVES, PARAMS: what goes with a prompt beside its checkpoint.
#include "net/command.h"

namespace penchant::commands {
namespace {

enum Option : unsigned { checkpoint_option = 1, family_option = 2, among_option = 4, top_option = 8 };

/// The arguments of a question that takes these options.
SuggestRequest read_request(Arguments& arguments, unsigned options) {
  SuggestRequest request;
  request.user = arguments.text("the user");
  request.prompt = arguments.text("the prompt");
  while (arguments.more()) {
    if ((options & checkpoint_option) != 0 && arguments.option("CHECKPOINT")) {
      request.checkpoint = arguments.value("CHECKPOINT");
    } else if ((options & family_option) != 0 && arguments.option("FAMILY")) {
      request.family = arguments.value("FAMILY");
    } else if ((options & among_option) != 0 && arguments.option("AMONG")) {
      const auto count = arguments.number<std::uint32_t>("AMONG's number of LoRAs", 1, top_arms_max);
      request.among = arguments.texts("AMONG's LoRAs", count);
    } else if ((options & top_option) != 0 && arguments.option("TOP")) {
      request.top = arguments.number<std::uint32_t>("TOP", 1, top_arms_max);
    } else if (arguments.option("AT")) {
      request.at_ms = arguments.number<std::int64_t>("AT", 0, time_ms_max);
    } else {
      arguments.fail_unknown_option();
    }
  }
  return request;
}

}  // namespace

void loras(Call& call) {
  const SuggestRequest request = read_request(call.arguments, checkpoint_option | among_option | top_option);
  if (!call.arguments.done()) return call.reply.error(call.arguments.error());
  const auto loras = call.service.loras(request);
  if (!loras) return call.reply.error("ERR " + loras.error().message);
  ReplyWriter& reply = call.reply;
  reply.array(loras->size());
  for (const LoraAnswer& lora : *loras) {
    reply.array(5);
    reply.bulk(lora.lora);
    reply.real(lora.score);
    reply.real(lora.observations);
    lora.strength ? reply.real(lora.strength->mean) : reply.null();
    lora.strength ? reply.real(lora.strength->sd) : reply.null();
  }
}

void negatives(Call& call) {
  const SuggestRequest request = read_request(call.arguments, top_option);
  if (!call.arguments.done()) return call.reply.error(call.arguments.error());
  const auto negatives = call.service.negatives(request);
  if (!negatives) return call.reply.error("ERR " + negatives.error().message);
  call.reply.array(negatives->size());
  for (const NegativeAnswer& negative : *negatives) {
    call.reply.array(3);
    call.reply.bulk(negative.keyword);
    call.reply.real(negative.score);
    call.reply.real(negative.observations);
  }
}

void params(Call& call) {
  const SuggestRequest request = read_request(call.arguments, checkpoint_option | family_option);
  if (!call.arguments.done()) return call.reply.error(call.arguments.error());
  const auto parameters = call.service.parameters(request);
  if (!parameters) return call.reply.error("ERR " + parameters.error().message);
  call.reply.array(parameters->size());
  for (const ParameterAnswer& parameter : *parameters) {
    call.reply.array(4);
    call.reply.bulk(parameter.name);
    call.reply.real(parameter.value.mean);
    call.reply.real(parameter.value.sd);
    call.reply.real(parameter.value.observations);
  }
}

}  // namespace penchant::commands
