#include "cli/option.h"

#include <sys/un.h>

#include "cli/print.h"

namespace penchant {

namespace po = boost::program_options;

std::string sentence(const Arguments& arguments) {
  std::string_view error = arguments.error();
  constexpr std::string_view prefix = "ERR ";
  if (error.starts_with(prefix)) error.remove_prefix(prefix.size());
  return std::string(error);
}

void refuse_wrong(Arguments arguments, void (*read)(Arguments&)) {
  read(arguments);
  if (!arguments.done()) throw po::error(sentence(arguments));
}

po::typed_value<double>* real_number(double* target) {
  auto* value = read_value(target, [](Arguments& arguments) { return arguments.real(this_option); });
  return target ? value->default_value(*target, shortest(*target)) : value;
}

po::typed_value<std::string>* socket_path(std::string* target) {
  return read_value(target, [](Arguments& arguments) {
    constexpr std::size_t bytes_max = sizeof(sockaddr_un::sun_path) - 1;  // and a zero byte
    if (arguments.text(this_option).size() <= bytes_max) return;
    arguments.fail(std::string(this_option) + " must be a path of at most " + std::to_string(bytes_max) + " bytes");
  });
}

}  // namespace penchant
