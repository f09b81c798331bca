#include "tests/actors/head_fixture.hpp"

namespace pixmill::actors {
namespace {

class Archive : public test::head_fixture {
protected:
  void SetUp() override {
    head_fixture::SetUp();
    job_record job;
    job.id = "job_1";
    job.totals = {.rows = 2, .slots = 2, .unique = 2};
    ASSERT_TRUE(store->accept_job(job, "a,b,c"));
  }

  void settle_rows() {
    outcome result;
    result.state = item_state::done;
    ASSERT_TRUE(
      store->commit({{"job_1", {1, 0}, result}, {"job_1", {2, 0}, result}}));
  }
};

TEST_F(Archive, PagesThroughSettledSlots) {
  settle_rows();
  const auto page = ask<settled_page>(
    archive, settled_query{.job = "job_1", .first = {1, 0}, .limit = 1});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->slots.size(), 1u);
  EXPECT_FALSE(page->last);
}

TEST_F(Archive, ReadsASheetByChunks) {
  const auto first =
    ask<std::string>(archive, chunk_query{.job = "job_1", .index = 0});
  ASSERT_TRUE(first);
  EXPECT_EQ(*first, "a,b,c");
  const auto past =
    ask<std::string>(archive, chunk_query{.job = "job_1", .index = 1});
  ASSERT_TRUE(past);
  EXPECT_EQ(*past, "");
}

TEST_F(Archive, TellsWhatIsOnDisk) {
  settle_rows();
  const auto truth =
    ask<job_truth>(archive, atom::status::value, std::string{"job_1"});
  ASSERT_TRUE(truth);
  EXPECT_EQ(truth->counters.done, 2u);
}

TEST_F(Archive, KnowsNoJobThatWasNotAccepted) {
  const auto truth =
    ask<job_truth>(archive, atom::status::value, std::string{"job_9"});
  ASSERT_FALSE(truth);
  EXPECT_EQ(code_of(truth.error(), errc::none), errc::no_such_job);
}

} // namespace
} // namespace pixmill::actors
