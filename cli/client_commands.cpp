// The subcommands that are one command of the line protocol each: a row a subcommand, in the order of --help.
#include <array>

#include "cli/client_command.h"
#include "cli/option.h"
#include "net/reply_columns.h"
#include "net/service.h"

namespace penchant {
namespace {

using Kind = Option::Kind;

// What a text must be; the sentences name the option that is being read.

void read_verdict(Arguments& arguments) { (void)arguments.verdict(); }
void read_tier(Arguments& arguments) { (void)arguments.tier(this_option); }
void read_policy(Arguments& arguments) { (void)arguments.policy(this_option); }
void read_scorer(Arguments& arguments) { (void)arguments.scorer(this_option); }
void read_strength(Arguments& arguments) { (void)arguments.real("--lora's strength"); }
void read_on_or_off(Arguments& arguments) {
  if (!arguments.option("ON") && !arguments.option("OFF")) arguments.fail("on or off must follow the user");
}

template <auto min, decltype(min) max>
void read_number(Arguments& arguments) {
  (void)arguments.number<decltype(min)>(this_option, min, max);
}
constexpr ReadText read_time = read_number<std::int64_t{0}, time_ms_max>;
constexpr ReadText read_top = read_number<std::uint32_t{1}, top_arms_max>;

constexpr std::array user_only{Positional{"user"}};
constexpr std::array prompt_only{Positional{"prompt"}};
constexpr std::array user_prompt{Positional{"user"}, Positional{"prompt"}};
constexpr std::array user_prompt_checkpoint{Positional{"user"}, Positional{"prompt"}, Positional{"checkpoint"}};
constexpr std::array user_prompt_checkpoints{Positional{"user"}, Positional{"prompt"}, Positional{"checkpoint..."}};
constexpr std::array user_verdict_checkpoint_prompt{Positional{"user"}, Positional{"verdict", read_verdict},
                                                    Positional{"checkpoint"}, Positional{"prompt"}};
constexpr std::array decision_verdict_checkpoint{Positional{"decision"}, Positional{"verdict", read_verdict},
                                                 Positional{"checkpoint"}};
constexpr std::array user_on_off{Positional{"user"}, Positional{"on|off", read_on_or_off}};

// clang-format off: an option a line
constexpr std::array record_options{
    Option{"decision", "the id of the recommendation it followed"},
    Option{"negative", "the negative prompt"},
    Option{"lora", "NAME=STRENGTH; may be repeated", read_strength, Kind::pairs},
    Option{"param", "NAME=VALUE, such as steps=28; may be repeated", nullptr, Kind::pairs},
    Option{"family", "the model family, such as sdxl"},
    Option{"tier", "draft, standard or quality", read_tier},
    Option{"stage", "where in a workflow the image was made"},
    Option{"session", "the session's id"},
    Option{"generation", "the generation's id"},
    Option{"id", "the image's id: the same id and verdict count once, another verdict corrects"},
    Option{"at", "when, in Unix milliseconds", read_time},
    Option{"note", "what the user says of it"},
    Option{"vision", "what a vision model says of it"},
};
constexpr std::span judge_options = std::span(record_options).subspan(1);  // the decision is an argument

constexpr Option scorer_option{
    "scorer", "mean, weighted, logodds, evidence or auto; the server's, unless this is given", read_scorer};
constexpr std::array scorer_options{scorer_option};
constexpr std::array choice_options{
    Option{"count", "how many images", read_number<std::uint32_t{1}, plan_images_max>, Kind::required},
    Option{"family", "among the pool of this model family"},
    Option{"tier", "draft (always explores), standard or quality", read_tier},
    Option{"among", "among these checkpoints; may be repeated", nullptr, Kind::list},
    Option{"policy", "banded (the default), greedy, epsilon, thompson or squarecb", read_policy},
    scorer_option,
    Option{"seed", "makes what a policy draws repeatable", read_number<std::uint64_t{0}, UINT64_MAX>},
    Option{"at", "as of this time, in Unix milliseconds", read_time},
    Option{"top", "show the best N, whatever the band", read_top},
};
constexpr std::span plan_options = std::span(choice_options).first(choice_options.size() - 1);  // for the band's arms
constexpr std::span recommend_options = std::span(choice_options).subspan(1);

constexpr std::array scores_options{
    Option{"file", "the file, a prompt a line", nullptr, Kind::own},
    Option{"top", "the best N of each", read_top},
    Option{"among", "among these checkpoints; may be repeated", nullptr, Kind::list},
    Option{"at", "as of this time, in Unix milliseconds", read_time},
};
constexpr std::array lora_options{
    Option{"checkpoint", "that go with this checkpoint"},
    Option{"among", "among these LoRAs; may be repeated", nullptr, Kind::list},
    Option{"top", "the best N", read_top},
    Option{"at", "as of this time, in Unix milliseconds", read_time},
};
constexpr std::array param_options{
    Option{"checkpoint", "with this checkpoint"},
    Option{"family", "of this model family; else of the checkpoint's, else of all together"},
    Option{"at", "as of this time, in Unix milliseconds", read_time},
};
constexpr std::span negative_options = std::span(lora_options).subspan(2);

constexpr std::array history_options{
    Option{"checkpoint", "images of this checkpoint"},
    Option{"lora", "images with this LoRA"},
    Option{"keyword", "images whose prompt has this keyword"},
    Option{"verdict", "selected, rejected or neutral", read_verdict},
    Option{"session", "images of this session"},
    Option{"since", "not older, in Unix milliseconds", read_time},
    Option{"until", "not newer, in Unix milliseconds", read_time},
    Option{"limit", "at most N images", read_number<std::uint64_t{1}, UINT64_MAX>, Kind::own},
};
constexpr std::array forget_options{Option{"yes", "ask nothing", nullptr, Kind::flag}};

// clang-format on

std::string recorded(const ClientRequest&, const Reply& number) {
  if (number.integer == 0) return "Known already: nothing was added.";
  return "Recorded as number " + std::to_string(number.integer) + ".";
}

std::string rejected(const ClientRequest&, const Reply& count) {
  if (count.integer == 0) return "Known already: nothing was added.";
  return count.integer == 1 ? "1 rejection recorded." : std::to_string(count.integer) + " rejections recorded.";
}

std::string shared(const ClientRequest& request, const Reply&) {
  const std::string& name = request.arguments[1];
  return is_word(request.arguments[2], "ON")
             ? name + " is part of the community: its taste is made anew within 10 seconds."
             : name + " is no part of the community: its taste is made anew within 10 seconds.";
}

}  // namespace

namespace client_commands {

constexpr ClientCommand record{
    .name = "RECORD",
    .usage =
        "Records a verdict on one image.\n\n"
        "Examples:\n"
        "  penchant record ann selected epicrealismXL \"photorealistic portrait of a woman\"\n"
        "  penchant record ann rejected dreamShaperXL \"anime girl\" --lora ink=0.8 --param steps=28 --id image-17\n\n"
        "LoRAs that the prompt names, as in <lora:ink:0.8>, count without being said twice.\n"
        "Prints the record's number within the user; with --json that number, 0 where it was known already.\n\n"
        "Usage: penchant record USER selected|rejected|neutral CHECKPOINT PROMPT [options]\n",
    .positionals = user_verdict_checkpoint_prompt,
    .options = record_options,
    .sentence = recorded,
    .missing_folder = MissingFolder::create,
};

constexpr ClientCommand judge{
    .name = "JUDGE",
    .usage =
        "Records a verdict on what a recommendation or plan led to, however late. User and prompt are the\n"
        "decision's, and so are family and tier unless they are said here.\n\n"
        "Examples:\n"
        "  penchant judge mwwgryfq-1 selected epicrealismXL --param steps=28\n"
        "  decision=$(penchant recommend ann \"portrait of a man\" | sed -n 's/^decision: //p')\n"
        "  penchant judge $decision selected epicrealismXL\n\n"
        "Prints what record prints. Without --id it counts each time.\n\n"
        "Usage: penchant judge DECISION selected|rejected|neutral CHECKPOINT [options]\n",
    .positionals = decision_verdict_checkpoint,
    .options = judge_options,
    .sentence = recorded,
};

constexpr ClientCommand reject_all{
    .name = "REJECTALL",
    .usage =
        "Records that all images of a prompt were rejected, one of each checkpoint. All are recorded, or none.\n\n"
        "Examples:\n"
        "  penchant reject-all ann \"portrait of a man\" epicrealismXL dreamShaperXL\n"
        "  penchant reject-all ann \"portrait of a man\" epicrealismXL epicrealismXL --id batch-4\n\n"
        "With --id batch-4 the images' ids are batch-4:1, batch-4:2, ... Prints how many were recorded.\n\n"
        "Usage: penchant reject-all USER PROMPT CHECKPOINT [CHECKPOINT ...] [options]\n",
    .positionals = user_prompt_checkpoints,
    .options = record_options,
    .sentence = rejected,
    .missing_folder = MissingFolder::create,
};

constexpr ClientCommand recommend{
    .name = "RECOMMEND",
    .usage =
        "Which checkpoint to use for a prompt, how sure that is, and why.\n\n"
        "Examples:\n"
        "  penchant recommend ann \"portrait of a man\"\n"
        "  penchant recommend ann \"portrait of a man\" --family sdxl --tier quality --json\n"
        "  penchant recommend ann \"portrait of a man\" --among epicrealismXL --among dreamShaperXL\n"
        "  penchant recommend ann \"portrait of a man\" --policy thompson --seed 7\n\n"
        "The decision's id is what penchant judge takes. An arm's probability is that with which the policy\n"
        "would choose it.\n\n"
        "Usage: penchant recommend USER PROMPT [options]\n",
    .positionals = user_prompt,
    .options = recommend_options,
    .columns = columns::arm,
};

constexpr ClientCommand plan{
    .name = "PLAN",
    .usage =
        "Spreads a number of images over the checkpoints to use for a prompt.\n\n"
        "Examples:\n"
        "  penchant plan ann \"portrait of a man\" --count 8\n"
        "  penchant plan ann \"portrait of a man\" --count 8 --family sdxl --tier draft --json\n\n"
        "Usage: penchant plan USER PROMPT --count N [options]\n",
    .positionals = user_prompt,
    .options = plan_options,
    .columns = columns::planned,
};

constexpr const char* score_usage =
    "How well checkpoints suit a prompt, from 0 to 1, in the order asked. Or which of them suit each prompt of a\n"
    "file best: a line of the file, a line of the answer, the best checkpoint and its score, then with --top the next\n"
    "ones, tabs between; with --json an array a line.\n\n"
    "Examples:\n"
    "  penchant score ann \"portrait of a man\" epicrealismXL dreamShaperXL\n"
    "  penchant score ann --file prompts.txt\n"
    "  penchant score ann --file prompts.txt --top 3 --json\n"
    "  penchant score ann --file - --among photoXL --among dreamXL < prompts.txt | paste - prompts.txt\n\n"
    "- is standard input. --top, --among and --at are for a file.\n\n"
    "Usage: penchant score USER PROMPT CHECKPOINT [CHECKPOINT ...] [options]\n"
    "       penchant score USER --file FILE|- [options]\n";

constexpr ClientCommand score{
    .name = "SCORE",
    .usage = score_usage,
    .positionals = user_prompt_checkpoints,
    .options = scorer_options,
    .answer = answer_score,
};

constexpr ClientCommand scores{
    .name = "SCORES",
    .usage = score_usage,
    .positionals = user_only,
    .options = scores_options,
    .columns = columns::best,
    .answer = answer_scores,
};

constexpr ClientCommand explain{
    .name = "EXPLAIN",
    .usage =
        "What each keyword of a prompt says of a checkpoint, and what that comes to.\n\n"
        "Example:\n"
        "  penchant explain ann \"portrait of a man\" epicrealismXL\n\n"
        "Counts fade with time. The rate is selected / observations; - where nothing was observed. The contributions\n"
        "and the base add up to the score, or with the scorers logodds and evidence to its log-odds.\n\n"
        "Usage: penchant explain USER PROMPT CHECKPOINT [options]\n",
    .positionals = user_prompt_checkpoint,
    .options = scorer_options,
    .columns = columns::evidence,
};

constexpr ClientCommand loras{
    .name = "LORAS",
    .usage =
        "Which LoRAs suit a prompt, best first, and the strength that worked: mean and standard deviation over the\n"
        "images kept, - where none tells.\n\n"
        "Examples:\n"
        "  penchant loras ann \"portrait of a man\"\n"
        "  penchant loras ann \"portrait of a man\" --checkpoint epicrealismXL --top 3 --json\n\n"
        "With --checkpoint, LoRAs that do not go with it are left out.\n\n"
        "Usage: penchant loras USER PROMPT [options]\n",
    .positionals = user_prompt,
    .options = lora_options,
    .columns = columns::lora,
};

constexpr ClientCommand params{
    .name = "PARAMS",
    .usage =
        "Which values of steps, cfg and other parameters worked for a prompt: mean and standard deviation over the\n"
        "images kept.\n\n"
        "Examples:\n"
        "  penchant params ann \"portrait of a man\"\n"
        "  penchant params ann \"portrait of a man\" --checkpoint epicrealismXL --json\n\n"
        "Usage: penchant params USER PROMPT [options]\n",
    .positionals = user_prompt,
    .options = param_options,
    .columns = columns::parameter,
};

constexpr ClientCommand negatives{
    .name = "NEGATIVES",
    .usage =
        "Which words in the negative prompt go well with a prompt, best first, of those ever seen with it.\n\n"
        "Example:\n"
        "  penchant negatives ann \"portrait of a man\" --top 5\n\n"
        "Usage: penchant negatives USER PROMPT [options]\n",
    .positionals = user_prompt,
    .options = negative_options,
    .columns = columns::negative,
};

constexpr ClientCommand keywords{
    .name = "KEYWORDS",
    .usage =
        "The keywords of a prompt: the words that are learned from, and asked about.\n\n"
        "Example:\n"
        "  penchant keywords \"(masterpiece), portrait of a woman <lora:ink:0.8>\"\n\n"
        "Usage: penchant keywords PROMPT [options]\n",
    .positionals = prompt_only,
};

constexpr ClientCommand users{
    .name = "USERS",
    .usage =
        "All users, in the order of their first records.\n\n"
        "Example:\n"
        "  penchant users\n\n"
        "Usage: penchant users [options]\n",
};

constexpr ClientCommand stats{
    .name = "STATS",
    .usage =
        "What is known of a user.\n\n"
        "Example:\n"
        "  penchant stats ann\n\n"
        "Usage: penchant stats USER [options]\n",
    .positionals = user_only,
    .columns = columns::best,
};

constexpr ClientCommand history{
    .name = "HISTORY",
    .usage =
        "A user's records, newest first, all of them or those that fit the options.\n\n"
        "Examples:\n"
        "  penchant history ann --limit 10\n"
        "  penchant history ann --verdict rejected --keyword portrait --since $(date -d 'last week' +%s000)\n"
        "  penchant history ann --json > ann.jsonl\n\n"
        "Times are UTC. With --json a line is a record.\n\n"
        "Usage: penchant history USER [options]\n",
    .positionals = user_only,
    .options = history_options,
    .answer = answer_history,
};

constexpr ClientCommand share{
    .name = "SHARE",
    .usage =
        "Whether a user's counts are part of the community's, which users start from who know nothing yet. What\n"
        "at least 3 sharing users have seen counts there, and never who they are. Users share nothing unless\n"
        "they say so.\n\n"
        "Examples:\n"
        "  penchant share ann on\n"
        "  penchant share ann off\n\n"
        "Usage: penchant share USER on|off [options]\n",
    .positionals = user_on_off,
    .sentence = shared,
};

constexpr ClientCommand forget{
    .name = "FORGET",
    .usage =
        "Erases everything of a user, for good: from memory, the snapshots, the journal and the history. When this\n"
        "ends nothing of it is left.\n\n"
        "Examples:\n"
        "  penchant forget ann\n"
        "  penchant forget ann --yes\n\n"
        "On a terminal it asks first; elsewhere it wants --yes. With --json it prints how many records there\n"
        "were.\n\n"
        "Usage: penchant forget USER [options]\n",
    .positionals = user_only,
    .options = forget_options,
    .answer = answer_forget,
};

}  // namespace client_commands
}  // namespace penchant
