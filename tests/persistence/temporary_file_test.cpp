#include "persistence/temporary_file.h"

#include <array>
#include <boost/test/unit_test.hpp>
#include <filesystem>

namespace penchant::test {
namespace {

BOOST_AUTO_TEST_SUITE(temporary_file)

BOOST_AUTO_TEST_CASE(what_was_appended_is_read_and_has_no_name) {
  const auto folder = std::filesystem::temp_directory_path() / "penchant-temporary-file-test";
  std::filesystem::create_directory(folder);
  auto file = TemporaryFile::create(folder.string());
  BOOST_REQUIRE(file);
  BOOST_TEST(std::filesystem::is_empty(folder));
  BOOST_TEST(file->append("abc").has_value());
  BOOST_TEST(file->append("de").has_value());
  BOOST_TEST(file->size() == 5U);
  std::array<char, 8> read{};
  BOOST_TEST(file->read_at(1, read).value() == 4U);
  BOOST_TEST(std::string(read.data(), 4) == "bcde");
  BOOST_TEST(file->read_at(5, read).value() == 0U);
  std::filesystem::remove(folder);
}

BOOST_AUTO_TEST_CASE(a_folder_that_there_is_not_is_told) {
  const auto file = TemporaryFile::create("/nowhere/at/all");
  BOOST_TEST(!file);
  BOOST_TEST(file.error().message.find("cannot create a temporary file in /nowhere/at/all: ") == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test
