#include <algorithm>
#include <boost/program_options/parsers.hpp>
#include <iostream>

#include "cli/subcommand.h"

namespace penchant {

std::string upper_case(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 0x20) : c; });
  return text;
}

bool parse_arguments(std::span<const std::string> arguments, Usage& usage,
                     boost::program_options::variables_map& values) {
  namespace po = boost::program_options;
  usage.options.add_options()("help,h", "this text");
  po::positional_options_description positional;
  for (const std::string& name : usage.positional) {
    const bool is_rest = name.ends_with("...");
    positional.add(is_rest ? name.substr(0, name.size() - 3).c_str() : name.c_str(), is_rest ? -1 : 1);
  }
  po::options_description all;
  all.add(usage.options);
  for (const std::string& name : usage.positional) {
    const bool is_rest = name.ends_with("...");
    const std::string option = is_rest ? name.substr(0, name.size() - 3) : name;
    is_rest ? all.add_options()(option.c_str(), po::value<std::vector<std::string>>())
            : all.add_options()(option.c_str(), po::value<std::string>());
  }
  const std::vector<std::string> texts(arguments.begin(), arguments.end());
  // An abbreviation that is clear today would not be after the next option.
  const int style = po::command_line_style::default_style & ~po::command_line_style::allow_guessing;
  po::store(po::command_line_parser(texts).options(all).positional(positional).style(style).run(), values);
  if (values.contains("help")) {
    std::cout << usage.usage << "\n" << usage.options;
    return false;
  }
  po::notify(values);
  for (const std::string& name : usage.positional) {
    if (!name.ends_with("...") && !values.contains(name)) throw po::error(upper_case(name) + " is missing");
  }
  return true;
}

}  // namespace penchant
