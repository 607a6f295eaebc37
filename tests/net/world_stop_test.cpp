#include "net/world_stop.h"

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>
#include <list>
#include <optional>
#include <thread>

namespace penchant::test {
namespace {

namespace asio = boost::asio;

/// Threads with loops, as stores have them.
class Threads {
 public:
  explicit Threads(std::uint32_t count) {
    std::vector<WorldStop::Post> posts;
    for (std::uint32_t i = 0; i < count; ++i) {
      asio::io_context& loop = loops_.emplace_back(1);
      posts.emplace_back([&loop](std::function<void()> work) { asio::post(loop, std::move(work)); });
    }
    world.emplace(std::move(posts));
    for (asio::io_context& loop : loops_) {
      guards_.push_back(asio::make_work_guard(loop));
      threads_.emplace_back([&loop] { loop.run(); });
    }
  }
  ~Threads() { finish(); }

  /// On the thread of loop `number`, in its turn.
  void on(std::uint32_t number, std::function<void()> work) {
    ++undone_;
    asio::post(*std::next(loops_.begin(), number), [this, work = std::move(work)] {
      work();
      --undone_;
      undone_.notify_one();
    });
  }
  /// Waits until they have done all: until then each must be there for the others.
  void finish() {
    for (int undone = undone_; undone > 0; undone = undone_) undone_.wait(undone);
    guards_.clear();
    threads_.clear();
  }

  std::optional<WorldStop> world;

 private:
  std::atomic<int> undone_ = 0;
  std::list<asio::io_context> loops_;
  std::list<asio::executor_work_guard<asio::io_context::executor_type>> guards_;
  std::list<std::jthread> threads_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(world_stop)

BOOST_AUTO_TEST_CASE(alone_is_alone_however_many_ask_at_once) {
  constexpr std::uint32_t threads_count = 4;
  constexpr int turns = 300;
  Threads threads(threads_count);
  std::atomic<int> at_work = 0;  // threads that are about something
  std::atomic<int> met = 0;      // how often one that was alone was not
  int turns_alone = 0;           // no atomic: whoever changes it is alone
  for (int turn = 0; turn < turns; ++turn) {
    for (std::uint32_t own = 0; own < threads_count; ++own) {
      threads.on(own, [&] {
        ++at_work;
        --at_work;
      });
      threads.on(own, [&, own] {
        (void)threads.world->run_alone(own, [&] {
          if (at_work != 0) ++met;
          ++turns_alone;
        });
      });
    }
  }
  threads.finish();
  BOOST_TEST(turns_alone == turns * static_cast<int>(threads_count));
  BOOST_TEST(met == 0);
}

BOOST_AUTO_TEST_CASE(one_thread_needs_nobody) {
  WorldStop world({[](const std::function<void()>&) { BOOST_FAIL("there is no other"); }});
  int calls = 0;
  BOOST_TEST(world.run_alone(0, [&] { ++calls; }));
  BOOST_TEST(calls == 1);
}

BOOST_AUTO_TEST_CASE(behind_the_end_nothing_is_run_and_nobody_waits_for_threads_that_have_gone) {
  Threads threads(3);
  std::atomic<int> calls = 0;
  std::atomic<int> refused = 0;
  for (std::uint32_t own = 0; own < 3; ++own) {
    threads.on(own, [&, own] {
      const bool was_run = threads.world->run_alone(own, [&] {
        ++calls;
        threads.world->end();
      });
      if (!was_run) ++refused;
    });
  }
  threads.finish();
  BOOST_TEST(calls == 1);
  BOOST_TEST(refused == 2);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test
