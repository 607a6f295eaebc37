#define BOOST_TEST_MODULE penchant
#include <boost/test/unit_test.hpp>

#include "tests/folders.h"

namespace penchant::test {

std::string source_file(const char* name) { return std::string(PENCHANT_SOURCE_DIR "/") + name; }

std::string shared_file(const std::string& name) { return PENCHANT_SOURCE_DIR "/../shared/" + name; }

}  // namespace penchant::test
