// penchant score: the figures beside the checkpoints they were asked for.
#include <array>
#include <stdexcept>

#include "cli/client_command.h"
#include "cli/print.h"

namespace penchant {

int answer_scores(const ClientRequest& request) {
  const auto transport = open_transport(request.values);
  const Reply* scores = transport->ask(request.arguments);
  if (scores->kind == Reply::Kind::error) return print_reply(scores, request.as_json());
  // Behind the command, the user, the prompt and their number.
  const std::span checkpoints = std::span(request.arguments).subspan(4);
  if (scores->elements.size() != checkpoints.size()) throw std::runtime_error("the answer is not a score a checkpoint");
  Reply rows{.kind = Reply::Kind::array};
  for (std::size_t i = 0; i < checkpoints.size(); ++i) {
    const Reply checkpoint{.kind = Reply::Kind::bulk, .text = checkpoints[i]};
    rows.elements.push_back({.kind = Reply::Kind::array, .elements = {checkpoint, scores->elements[i]}});
  }
  static constexpr std::array columns{"checkpoint", "score"};
  const Reply named = with_names(std::move(rows), columns);
  return print_reply(&named, request.as_json());
}

}  // namespace penchant
