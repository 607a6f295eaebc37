// The real disk, in a temporary folder.
#include "persistence/file.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>

#include "engine/check.h"
#include "persistence/syncer.h"
#include "tests/persistence/journal_fixture.h"

namespace penchant::test {
namespace {

struct RealFolder {
  RealFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "penchant-test-XXXXXX").string();
    BOOST_REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  ~RealFolder() { std::filesystem::remove_all(path); }

  [[nodiscard]] std::string file(const std::string& name) const { return path_in(path, name); }
  void make(const std::string& name, std::string_view text) {
    BOOST_REQUIRE((*disk.create(file(name)))->append(bytes_of(text)));
  }
  std::string text(const std::string& name) {
    auto opened = *disk.open_read(file(name));
    Bytes bytes(static_cast<std::size_t>(*opened->size()));
    BOOST_TEST(*opened->read_at(0, bytes) == bytes.size());
    return text_of(bytes);
  }
  [[nodiscard]] unsigned mode(const std::string& name) const {
    struct stat status {};
    BOOST_REQUIRE(::stat(file(name).c_str(), &status) == 0);
    return status.st_mode & 0777U;
  }
  std::string last_segment() {
    Texts names = *disk.list(path);
    std::erase_if(names, [](const std::string& name) { return !first_sequence_of(name); });
    return names.back();
  }

  std::string path;
  PosixFileSystem disk;
};

BOOST_FIXTURE_TEST_SUITE(posix_file_system, RealFolder)

BOOST_AUTO_TEST_CASE(appends_reads_and_truncates) {
  auto opened = *disk.create(file("a"));
  BOOST_REQUIRE(opened->append(bytes_of("hello ")));
  BOOST_REQUIRE(opened->append(bytes_of("world")));
  BOOST_REQUIRE(opened->sync());
  BOOST_TEST(text("a") == "hello world");
  BOOST_REQUIRE(opened->truncate(5));
  BOOST_REQUIRE(opened->append(bytes_of("!")));
  BOOST_TEST(text("a") == "hello!");
  BOOST_TEST(*opened->size() == 6U);
}

BOOST_AUTO_TEST_CASE(a_read_ends_at_the_end_of_the_file) {
  make("a", "hello");
  auto opened = *disk.open_read(file("a"));
  Bytes bytes(10);
  BOOST_TEST(*opened->read_at(3, bytes) == 2U);
  BOOST_TEST(*opened->read_at(5, bytes) == 0U);
  BOOST_TEST(*opened->read_at(99, bytes) == 0U);
}

BOOST_AUTO_TEST_CASE(open_append_goes_on_at_the_end) {
  make("a", "one");
  BOOST_REQUIRE((*disk.open_append(file("a")))->append(bytes_of(" two")));
  BOOST_TEST(text("a") == "one two");
}

BOOST_AUTO_TEST_CASE(only_the_owner_may_read) {
  make("a", "");
  BOOST_REQUIRE(disk.make_directory(file("folder")));
  BOOST_TEST(mode("a") == 0600U);
  BOOST_TEST(mode("folder") == 0700U);
}

BOOST_AUTO_TEST_CASE(a_folder_may_exist_but_not_a_file_in_its_place) {
  BOOST_CHECK(disk.make_directory(path));
  make("a", "");
  BOOST_TEST(disk.make_directory(file("a")).error().message ==
             "cannot make folder " + file("a") + ": File exists");
}

BOOST_AUTO_TEST_CASE(list_is_sorted_and_follows_rename_and_remove) {
  for (const char* name : {"c", "a", "b"}) make(name, name);
  BOOST_REQUIRE(disk.rename(file("c"), file("a")));
  BOOST_REQUIRE(disk.remove(file("b")));
  BOOST_REQUIRE(disk.sync_directory(path));
  BOOST_TEST(*disk.list(path) == std::vector<std::string>({"a"}), boost::test_tools::per_element());
  BOOST_TEST(text("a") == "c");
}

BOOST_AUTO_TEST_CASE(a_failure_names_operation_path_and_reason) {
  const std::string none = file("none");
  const std::string reason = none + ": No such file or directory";
  make("a", "");
  BOOST_TEST(disk.create(file("a")).error().message == "cannot create " + file("a") + ": File exists");
  BOOST_TEST(disk.open_read(none).error().message == "cannot open " + reason);
  BOOST_TEST(disk.open_append(none).error().message == "cannot open " + reason);
  BOOST_TEST(disk.remove(none).error().message == "cannot remove " + reason);
  BOOST_TEST(disk.list(none).error().message == "cannot list " + reason);
  BOOST_TEST(disk.sync_directory(none).error().message == "cannot open " + reason);
  BOOST_TEST(disk.make_directory(none + "/a").error().message ==
             "cannot make folder " + none + "/a: No such file or directory");
  BOOST_TEST(disk.rename(none, file("b")).error().message ==
             "cannot rename " + none + " to " + file("b") + ": No such file or directory");
  BOOST_TEST((*disk.open_read(file("a")))->append(bytes_of("x")).error().message ==
             "cannot write " + file("a") + ": Bad file descriptor");
}

BOOST_AUTO_TEST_CASE(a_full_disk_fails_the_append_after_a_partial_write) {
  auto opened = *disk.create(file("a"));
  rlimit before{};
  BOOST_REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const rlimit small{100, before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  BOOST_REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  const auto written = opened->append(Bytes(150));
  BOOST_REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  std::signal(SIGXFSZ, handler);
  BOOST_TEST(written.error().message == "cannot write " + file("a") + ": File too large");
  BOOST_TEST(*opened->size() == 100U);
}

BOOST_AUTO_TEST_CASE(a_second_lock_is_refused_until_the_first_is_let_go) {
  auto first = disk.lock(file("lock"));
  BOOST_REQUIRE(first);
  BOOST_TEST(disk.lock(file("lock")).error().message ==
             path + " is in use by another penchant (pid " + std::to_string(::getpid()) + ")");
  first->reset();
  BOOST_CHECK(disk.lock(file("lock")));
}

BOOST_AUTO_TEST_CASE(another_process_is_refused_and_the_lock_dies_with_its_holder) {
  int ready[2];
  BOOST_REQUIRE(::pipe(ready) == 0);
  const pid_t child = ::fork();
  BOOST_REQUIRE(child >= 0);
  if (child == 0) {
    const auto held = PosixFileSystem().lock(file("lock"));
    (void)!::write(ready[1], held ? "y" : "n", 1);
    ::pause();
    ::_exit(0);
  }
  char answer = 0;
  BOOST_REQUIRE(::read(ready[0], &answer, 1) == 1);
  BOOST_TEST(answer == 'y');
  BOOST_TEST(disk.lock(file("lock")).error().message ==
             path + " is in use by another penchant (pid " + std::to_string(child) + ")");
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  BOOST_CHECK(disk.lock(file("lock")));
  ::close(ready[0]);
  ::close(ready[1]);
}

BOOST_AUTO_TEST_CASE(a_journal_lives_through_restarts_on_a_real_disk) {
  Texts sent;
  const auto no_event = [](const JournalEvent&) -> result<void> { return {}; };
  for (int life = 0; life < 5; ++life) {
    auto recovery = *recover_journal(disk, path, 1, no_event);
    BOOST_TEST(recovery.events == sent.size());
    BOOST_TEST(recovery.torn_tail.has_value() == (life > 0));
    BOOST_REQUIRE(cut_torn_tail(disk, path, recovery));
    auto journal = *Journal::open(disk, path, recovery, store_id, {.segment_bytes = 500});
    Syncer syncer(*journal, [](const result<std::uint64_t>& synced) { PENCHANT_CHECK(synced); });
    for (int i = 0; i < 30; ++i) {
      sent.push_back("event " + std::to_string(sent.size()));
      journal->append(bytes_of(sent.back()));
      BOOST_REQUIRE(journal->commit());
      syncer.request();
    }
    BOOST_REQUIRE((*disk.open_append(file(last_segment())))->append(Bytes(9)));
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(paths)

BOOST_AUTO_TEST_CASE(are_joined_and_taken_apart) {
  BOOST_TEST(path_in("/data", "a") == "/data/a");
  BOOST_TEST(path_in("/data/", "a") == "/data/a");
  BOOST_TEST(directory_of("/data/a") == "/data");
  BOOST_TEST(directory_of("/a") == "/");
  BOOST_TEST(directory_of("a") == ".");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test
