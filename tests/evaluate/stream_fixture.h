// The words that the tests of streams are written in: put, put_compressed, tabbed, stream_of.
#pragma once

#include <unistd.h>
#include <zlib.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "evaluate/stream.h"

namespace penchant::test {

/// A folder of streams, which goes away with it.
struct StreamFolder {
  StreamFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "penchant-test-XXXXXX").string();
    BOOST_REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  ~StreamFolder() { std::filesystem::remove_all(path); }
  StreamFolder(const StreamFolder&) = delete;
  StreamFolder& operator=(const StreamFolder&) = delete;

  std::string at(const std::string& name) const { return path + "/" + name; }
  std::string folder(const std::string& name) const {
    std::filesystem::create_directories(at(name));
    return at(name);
  }
  std::string put(const std::string& name, std::string_view text) const {
    std::ofstream(at(name), std::ios::binary) << text;
    return at(name);
  }
  std::string put_compressed(const std::string& name, std::string_view text) const {
    const gzFile file = gzopen(at(name).c_str(), "wb");
    BOOST_REQUIRE(gzwrite(file, text.data(), static_cast<unsigned>(text.size())) == static_cast<int>(text.size()));
    BOOST_REQUIRE(gzclose(file) == Z_OK);
    return at(name);
  }

  std::string path;
};

/// Lines with a tab for each space: "prompt A B", "cat 1,0.9 0,0.2".
inline std::string tabbed(std::initializer_list<std::string_view> texts) {
  std::string all;
  for (const std::string_view text : texts) all.append(text).append("\n");
  std::ranges::replace(all, ' ', '\t');
  return all;
}

/// The stream that these lines are; a test fails where they are none.
inline Stream stream_of(std::initializer_list<std::string_view> texts) {
  StreamLines read;
  std::string all = tabbed(texts);
  for (std::size_t begin = 0; begin < all.size(); begin = all.find('\n', begin) + 1) {
    const auto added = read.add(std::string_view(all).substr(begin, all.find('\n', begin) - begin));
    BOOST_REQUIRE_MESSAGE(added, added.error().message);
  }
  auto stream = read.finish();
  BOOST_REQUIRE(stream);
  return std::move(*stream);
}

}  // namespace penchant::test
