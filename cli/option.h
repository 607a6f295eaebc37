// Values of options, read as the server reads the arguments of a command (net/arguments.h). What is wrong is wrong
// usage, told with the option's name and with what is right.
#pragma once

#include <boost/any.hpp>
#include <boost/program_options/errors.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "net/arguments.h"

namespace penchant {

/// What a sentence calls the option that is being read: Boost puts the name in its place.
inline constexpr std::string_view this_option = "%canonical_option%";

/// What was wrong, without the protocol's prefix.
std::string sentence(const Arguments& arguments);

/// Throws boost::program_options::error where `read` finds something wrong or leaves something over.
void refuse_wrong(Arguments arguments, void (*read)(Arguments&));

/// A value that `Read` takes from arguments of which it is the only one. A Read that returns nothing only judges: the
/// value is the text.
template <class T, class Read>
class ReadValue final : public boost::program_options::typed_value<T> {
 public:
  ReadValue(T* target, Read read) : boost::program_options::typed_value<T>(target), read_(std::move(read)) {}

  void xparse(boost::any& value, const std::vector<std::string>& tokens) const override {
    boost::program_options::validators::check_first_occurrence(value);
    if (tokens.empty()) return boost::program_options::typed_value<T>::xparse(value, tokens);  // the implicit value
    const std::string& text = boost::program_options::validators::get_single_string(tokens);
    const std::string_view view = text;
    Arguments arguments({&view, 1}, {}, {});
    if constexpr (std::is_void_v<std::invoke_result_t<Read, Arguments&>>) {
      read_(arguments);
      value = text;
    } else {
      value = read_(arguments);
    }
    if (!arguments.done()) throw boost::program_options::error_with_option_name(sentence(arguments));
  }

 private:
  Read read_;
};

/// For add_options(), which owns it. `target` may be null: the value is in the variables_map all the same.
template <class T, class Read>
boost::program_options::typed_value<T>* read_value(T* target, Read read) {
  return new ReadValue<T, Read>(target, std::move(read));
}

/// The default is what the target holds.
template <class Integer>
boost::program_options::typed_value<Integer>* whole_number(Integer* target, std::type_identity_t<Integer> min,
                                                           std::type_identity_t<Integer> max) {
  auto* value = read_value(target, [=](Arguments& arguments) { return arguments.number(this_option, min, max); });
  return target ? value->default_value(*target) : value;
}

/// Finite; the default is what the target holds.
boost::program_options::typed_value<double>* real_number(double* target);

/// The path of a Unix socket, which the system wants short.
boost::program_options::typed_value<std::string>* socket_path(std::string* target);

}  // namespace penchant
