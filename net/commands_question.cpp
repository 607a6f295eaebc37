// RECOMMEND, PLAN, SCORE, SCORES, EXPLAIN, KEYWORDS, MATRIX, STATS, USERS: answers go out.
#include <algorithm>
#include <vector>

#include "engine/validate.h"
#include "net/command.h"

namespace penchant::commands {
namespace {

constexpr std::size_t top_checkpoints_told = 10;

/// AMONG, TOP or AT, of a RecommendRequest or a ScoresRequest; whether it is one of them.
template <class Request>
bool read_ranking_option(Arguments& arguments, Request& request) {
  if (arguments.option("AMONG")) {
    const auto count = arguments.number<std::uint32_t>("AMONG's number of checkpoints", 1, top_arms_max);
    request.among = arguments.texts("AMONG's checkpoints", count);
  } else if (arguments.option("TOP")) {
    request.top = arguments.number<std::uint32_t>("TOP", 1, top_arms_max);
  } else if (arguments.option("AT")) {
    request.at_ms = arguments.number<std::int64_t>("AT", 0, time_ms_max);
  } else {
    return false;
  }
  return true;
}

/// The arguments of RECOMMEND, and of PLAN, which wants to know how many images.
RecommendRequest read_question(Arguments& arguments, std::optional<std::uint32_t>* images = nullptr) {
  RecommendRequest request;
  request.user = arguments.text("the user");
  request.prompt = arguments.text("the prompt");
  while (arguments.more()) {
    if (arguments.option("FAMILY")) {
      request.family = arguments.value("FAMILY");
    } else if (arguments.option("TIER")) {
      request.tier = arguments.tier("TIER");
    } else if (arguments.option("POLICY")) {
      request.policy = arguments.policy("POLICY");
    } else if (arguments.option("SCORER")) {
      request.scorer = arguments.scorer("SCORER");
    } else if (arguments.option("SEED")) {
      request.seed = arguments.number<std::uint64_t>("SEED", 0, UINT64_MAX);
    } else if (images && arguments.option("COUNT")) {
      *images = arguments.number<std::uint32_t>("COUNT", 1, plan_images_max);
    } else if (!images && arguments.option("PEEK")) {
      request.peek = true;
    } else if (!read_ranking_option(arguments, request)) {
      arguments.fail_unknown_option();
    }
  }
  return request;
}

enum class Probability { told, left_out };

void write_arms(ReplyWriter& reply, std::span<const ArmAnswer> arms, Probability probability) {
  reply.array(arms.size());
  for (const ArmAnswer& arm : arms) {
    reply.array(probability == Probability::told ? 4 : 3);
    reply.bulk(arm.checkpoint);
    reply.real(arm.score);
    reply.real(arm.observations);
    if (probability == Probability::told) reply.real(arm.probability);
  }
}

/// Of the probability that an image is kept; `learner` may be null.
void write_reliability(ReplyWriter& reply, const Learner* learner) {
  if (!learner) return reply.array(0);
  reply.array(Reliability::bin_count);
  for (const ReliabilityBin& bin : learner->reliability().bins()) {
    const bool is_empty = bin.count == 0;
    reply.array(3);
    reply.real(bin.count);
    is_empty ? reply.null() : reply.real(bin.foretold / bin.count);
    is_empty ? reply.null() : reply.real(bin.kept / bin.count);
  }
}

void write_lines(ReplyWriter& reply, std::span<const MatrixLine> lines) {
  reply.array(lines.size());
  for (const MatrixLine& line : lines) {
    reply.array(3);
    reply.bulk(line.name);
    reply.real(line.counts.selected);
    reply.real(line.counts.observed);
  }
}

}  // namespace

void recommend(Call& call) {
  const RecommendRequest request = read_question(call.arguments);
  if (!call.arguments.done()) return call.reply.error(call.arguments.error());

  const auto answer = call.service.recommend(request);
  if (!answer) return call.reply.error("ERR " + answer.error().message);
  const Recommendation& recommendation = answer->recommendation;
  if (!request.peek) call.shard.traffic.note_recommendation(recommendation.band);
  ReplyWriter& reply = call.reply;
  reply.map(10);
  reply.word<"decision">();
  request.peek ? reply.null() : reply.bulk(answer->decision);
  reply.word<"checkpoint">();
  reply.bulk(recommendation.chosen.checkpoint);
  reply.word<"score">();
  reply.real(recommendation.chosen.score);
  reply.word<"confidence">();
  reply.real(recommendation.confidence);
  reply.word<"band">();
  reply.bulk(to_string(recommendation.band));
  reply.word<"policy">();
  reply.bulk(to_string(recommendation.policy));
  reply.word<"arms">();
  write_arms(reply, recommendation.arms, Probability::told);
  reply.word<"reason">();
  reply.bulk(answer->reason);
  reply.word<"scorer">();
  reply.bulk(to_string(recommendation.scorer));
  reply.word<"kept">();
  reply.array(answer->kept.size());
  for (const ArmKept& arm : answer->kept) {
    reply.array(4);
    reply.bulk(arm.checkpoint);
    reply.real(arm.chance.probability);
    reply.real(arm.chance.low);
    reply.real(arm.chance.high);
  }
}

void plan(Call& call) {
  std::optional<std::uint32_t> count;
  RecommendRequest request = read_question(call.arguments, &count);
  if (!count) call.arguments.fail("PLAN needs COUNT and a number of images");
  if (!call.arguments.done()) return call.reply.error(call.arguments.error());

  request.top.reset();  // a plan is for the band's arms
  request.images = *count;
  const auto answer = call.service.recommend(request);
  if (!answer) return call.reply.error("ERR " + answer.error().message);
  call.shard.traffic.note_recommendation(answer->recommendation.band);
  const auto images = call.service.plan_images(*count);
  call.reply.map(3);
  call.reply.word<"decision">();
  call.reply.bulk(answer->decision);
  call.reply.word<"band">();
  call.reply.bulk(to_string(answer->recommendation.band));
  call.reply.word<"checkpoints">();
  call.reply.array(static_cast<std::size_t>(std::ranges::count_if(images, [](std::uint64_t n) { return n > 0; })));
  for (std::size_t i = 0; i < images.size(); ++i) {
    if (images[i] == 0) continue;
    call.reply.array(2);
    call.reply.bulk(call.service.planned_checkpoint(i));
    call.reply.integer(static_cast<std::int64_t>(images[i]));
  }
}

void score(Call& call) {
  ScoreRequest request;
  request.user = call.arguments.text("the user");
  request.prompt = call.arguments.text("the prompt");
  const auto count = call.arguments.number<std::uint32_t>("the number of checkpoints", 1, top_arms_max);
  const auto checkpoints = call.arguments.texts("the checkpoints", count);
  request.checkpoints = checkpoints;
  if (call.arguments.option("SCORER")) request.scorer = call.arguments.scorer("SCORER");
  if (!call.arguments.done()) return call.reply.error(call.arguments.error());

  const auto scores = call.service.score(request);
  if (!scores) return call.reply.error("ERR " + scores.error().message);
  call.reply.array(scores->size());
  for (const double one : *scores) call.reply.real(one);
}

void scores(Call& call) {
  Arguments& arguments = call.arguments;
  ScoresRequest request;
  request.user = arguments.text("the user");
  const auto count = arguments.number<std::uint32_t>("the number of prompts", 1, scores_prompts_max);
  request.prompts = arguments.texts("the prompts", count);
  while (arguments.more()) {
    if (!read_ranking_option(arguments, request)) arguments.fail_unknown_option();
  }
  if (!arguments.done()) return call.reply.error(arguments.error());

  OutputBuffer told;
  ReplyWriter rows(told, call.reply.protocol());
  const auto done = call.service.scores(
      request, [&rows](std::span<const ArmAnswer> arms) { write_arms(rows, arms, Probability::left_out); });
  if (!done) return call.reply.error("ERR " + done.error().message);
  call.reply.array(request.prompts.size());
  call.reply.append(told.view());
}

void explain(Call& call) {
  ScoreRequest request;
  request.user = call.arguments.text("the user");
  request.prompt = call.arguments.text("the prompt");
  const std::string_view checkpoint = call.arguments.text("the checkpoint");
  request.checkpoints = {&checkpoint, 1};
  if (call.arguments.option("SCORER")) request.scorer = call.arguments.scorer("SCORER");
  if (!call.arguments.done()) return call.reply.error(call.arguments.error());
  const auto explained = call.service.explain(request);
  if (!explained) return call.reply.error("ERR " + explained.error().message);
  const Explanation& explanation = *explained;
  ReplyWriter& reply = call.reply;
  reply.map(7);
  reply.word<"score">();
  reply.real(explanation.total.score);
  reply.word<"confidence">();
  reply.real(confidence_of(explanation.total.observations));
  reply.word<"keywords">();
  reply.array(explanation.keywords.size());
  for (std::size_t i = 0; i < explanation.keywords.size(); ++i) {
    const Counts& counts = explanation.counts[i];
    reply.array(4);
    reply.bulk(explanation.keywords[i].text);
    reply.real(counts.selected);
    reply.real(counts.observed);
    counts.observed > 0 ? reply.real(counts.selected / counts.observed) : reply.null();
  }
  reply.word<"reason">();
  reply.bulk(explanation.reason);
  reply.word<"scorer">();
  reply.bulk(to_string(explanation.scorer));
  reply.word<"base">();
  reply.real(explanation.base);
  reply.word<"contributions">();
  reply.array(explanation.contributions.size());
  for (const Contribution& one : explanation.contributions) {
    reply.array(3);
    reply.bulk(one.word);
    reply.real(one.weight);
    reply.real(one.adds);
  }
}

void keywords(Call& call) {
  const auto words = call.service.keywords(call.arguments.text("the prompt"));
  if (!words) return call.reply.error("ERR " + words.error().message);
  call.reply.array(words->size());
  for (const Keyword& word : *words) call.reply.bulk(word.text);
}

void matrix(Call& call) {
  Arguments& arguments = call.arguments;
  MatrixQuestion question{.user = arguments.text("the user"), .at_ms = call.service.now_ms()};
  while (arguments.more()) {
    if (arguments.option("KEYWORDS")) {
      question.keywords = arguments.number<std::uint32_t>("KEYWORDS", 1, matrix_keywords_max);
    } else if (arguments.option("CHECKPOINTS")) {
      question.checkpoints = arguments.number<std::uint32_t>("CHECKPOINTS", 1, matrix_checkpoints_max);
    } else if (arguments.option("AT")) {
      question.at_ms = arguments.number<std::int64_t>("AT", 0, time_ms_max);
    } else {
      arguments.fail_unknown_option();
    }
  }
  if (!arguments.done()) return call.reply.error(arguments.error());
  const auto view = call.service.matrix(question);
  if (!view) return call.reply.error("ERR " + view.error().message);
  call.reply.map(3);
  call.reply.word<"keywords">();
  write_lines(call.reply, view->keywords);
  call.reply.word<"checkpoints">();
  write_lines(call.reply, view->checkpoints);
  call.reply.word<"cells">();
  call.reply.bulk(view->cells);
}

void stats(Call& call) {
  const std::string_view name = call.arguments.text("the user");
  if (const auto valid = validate_user(name); !valid) return call.reply.error("ERR " + valid.error().message);
  const Engine& engine = call.service.engine();
  const User* known = engine.find_user(name);
  const User nobody;
  const User& user = known ? *known : nobody;
  ReplyWriter& reply = call.reply;
  const auto figure = [&reply](std::string_view key, std::uint64_t value) {
    reply.bulk(key);
    reply.integer(static_cast<std::int64_t>(value));
  };
  reply.map(12);
  figure("records", user.totals().records);
  figure("selected", user.totals().selected);
  figure("rejected", user.totals().rejected);
  figure("neutral", user.totals().neutral);
  figure("keywords", user.rows().size());
  figure("checkpoints", user.checkpoints().live_count());
  figure("loras", user.loras().live_count());
  reply.word<"sharing">();
  reply.boolean(user.is_sharing());
  const auto scorer = WordScorer::kind_of(engine, known, call.service.scorer_choice());
  reply.word<"scorer">();
  reply.bulk(to_string(scorer ? *scorer : ScorerKind::mean));
  reply.word<"log_loss">();
  reply.array(user.learner() ? scorer_count : 0);
  for (std::size_t i = 0; user.learner() && i < scorer_count; ++i) {
    reply.array(2);
    reply.bulk(scorer_names[i]);
    reply.real(user.learner()->losses()[i]);
  }
  reply.word<"reliability">();
  write_reliability(reply, user.learner());
  reply.word<"top_checkpoints">();
  if (!known) return reply.array(0);

  write_arms(reply, call.service.best_overall(name, top_checkpoints_told), Probability::left_out);
}

void users(Call& call) {
  std::size_t count = 0;
  for (const Shard& shard : call.runtime.shards) count += shard.service.engine().user_count();
  call.reply.array(count);
  for (const Shard& shard : call.runtime.shards) {
    for (const NamedUser& named : shard.service.engine().users()) call.reply.bulk(named.name);
  }
}

}  // namespace penchant::commands
