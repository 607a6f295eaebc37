// Once its scratch has grown a question allocates nothing, from the bytes that come in to those that go out.
#include "tests/counted_allocations.h"
#include "tests/net/connection_fixture.h"

namespace penchant::test {
namespace {

struct Library : Talk {
  Library() {
    for (int model = 0; model < 50; ++model) {
      kept("ann", "checkpoint " + std::to_string(model), "ink cat moon", model % 7 + 1);
    }
  }
  std::size_t allocated_by(const std::string& bytes) {
    const std::size_t before = allocations;
    output.clear();
    connection->run(bytes, output);
    return allocations - before;
  }
  void allocates_nothing(const std::string& bytes) {
    for (int i = 0; i < 3; ++i) allocated_by(bytes);
    // The ring of decisions grows until it is full: by half each time, so that two in a row do not both find it so.
    const std::size_t first = allocated_by(bytes);
    BOOST_TEST(std::min(first, allocated_by(bytes)) == 0U, bytes);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(allocation)

BOOST_AUTO_TEST_CASE(allocations_are_counted) {
  const std::size_t before = allocations;
  const auto one = std::make_unique<int>(1);
  const Eigen::ArrayXf another(7);
  const std::size_t counted = allocations - before;
  BOOST_TEST(counted == 2U);
  BOOST_TEST(*one == another.size() - 6);
}

BOOST_FIXTURE_TEST_CASE(a_recommendation_allocates_nothing, Library) {
  allocates_nothing(
      request({"RECOMMEND", "ann", "masterpiece, (ink:1.2) cat under a full moon, <lora:wash:0.8>"}));
  allocates_nothing(request({"RECOMMEND", "ann", "ink cat", "TOP", "50"}));
  allocates_nothing(request({"RECOMMEND", "ann", ""}));
  allocates_nothing(request({"RECOMMEND", "nobody", "ink", "AMONG", "2", "checkpoint 1", "checkpoint 2"}));
}

BOOST_FIXTURE_TEST_CASE(so_do_the_other_questions, Library) {
  allocates_nothing(request({"PLAN", "ann", "ink cat", "COUNT", "10"}));
  allocates_nothing(request({"SCORE", "ann", "ink cat", "2", "checkpoint 1", "checkpoint 2"}));
  allocates_nothing(request({"EXPLAIN", "ann", "ink cat", "checkpoint 1"}));
  allocates_nothing(request({"KEYWORDS", "ink cat"}));
}

BOOST_FIXTURE_TEST_CASE(a_record_allocates_twice_at_the_most, Library) {
  constexpr std::size_t records = 500;
  std::string batch;
  for (std::size_t i = 0; i < records; ++i) {
    batch += request({"RECORD", "ann", i % 3 == 0 ? "rejected" : "selected", "checkpoint " + std::to_string(i % 50),
                      "ink cat under a full moon number" + std::to_string(i % 20)});
  }
  allocated_by(batch);
  const std::size_t allocated = allocated_by(batch);
  BOOST_TEST(allocated <= 2 * records);
  BOOST_TEST_MESSAGE("allocations a record: " << static_cast<double>(allocated) / records);
}

BOOST_FIXTURE_TEST_CASE(a_batch_of_recommendations_allocates_nothing, Library) {
  std::string batch;
  for (int i = 0; i < 20; ++i) batch += request({"RECOMMEND", "ann", "ink cat", "TOP", "5"});
  allocates_nothing(batch);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace penchant::test
