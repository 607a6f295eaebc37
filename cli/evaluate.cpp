// penchant evaluate: how good scorers and policies are, on streams of decisions and on one's own records.
#include "cli/evaluate.h"

#include <boost/program_options/errors.hpp>
#include <stdexcept>

#include "cli/spool.h"
#include "cli/subcommand.h"

namespace penchant {

void write_svg(const std::string& path, const std::string& svg) {
  OutputFile file(path);
  if (auto written = file.write(svg); !written) throw std::runtime_error(written.error().message);
  if (auto finished = file.finish(); !finished) throw std::runtime_error(finished.error().message);
}

int run_evaluate(std::span<const std::string> arguments) {
  const std::string what = arguments.empty() ? "" : arguments.front();
  if (what == "stream") return evaluate_stream(arguments.subspan(1));
  if (what == "history") return evaluate_history(arguments.subspan(1));
  Usage usage{
      "Says which scorer and which policy choose best: history, on your own records; stream, on decisions whose\n"
      "outcomes are all known.\n\n"
      "Examples:\n"
      "  penchant evaluate history --user ann\n"
      "  penchant evaluate history ann.json --plot ann.svg\n"
      "  penchant evaluate stream streams/genai streams/tifa\n\n"
      "penchant evaluate history --help and penchant evaluate stream --help say more.\n\n"
      "Usage: penchant evaluate history|stream [options]\n",
      boost::program_options::options_description("Options"),
      {"what"}};
  boost::program_options::variables_map values;
  if (!parse_arguments(arguments, usage, values)) return exit_ok;
  throw boost::program_options::error("penchant evaluate takes history or stream, not " + what);
}

}  // namespace penchant
