#include "tests/actors/head_fixture.hpp"

namespace pixmill::actors {
namespace {

using namespace std::chrono_literals;

class Journal : public test::head_fixture {
protected:
  void SetUp() override {
    head_fixture::SetUp();
    job_record job;
    job.id = "job_1";
    job.totals = {.rows = 2, .slots = 2, .unique = 2};
    ASSERT_TRUE(
      ask<caf::unit_t>(journal, atom::accept::value, job, std::string{}));
  }

  static slot_result done(std::uint32_t row, std::uint64_t bytes_in) {
    outcome result;
    result.state = item_state::done;
    result.bytes_in = bytes_in;
    return {{row, 0}, result, {}};
  }

  // Sends a commit; its answer comes when the interval is over.
  commit_receipt commit(std::vector<slot_result> slots) {
    auto asked =
      self->request(journal, caf::infinite,
                    commit_request{.job = "job_1", .slots = std::move(slots)});
    advance(10ms);
    commit_receipt out;
    asked.receive([&](commit_receipt& x) { out = std::move(x); },
                  [](const caf::error& x) { FAIL() << context_of(x); });
    return out;
  }
};

TEST_F(Journal, LetsTheFirstOutcomeOfASlotWin) {
  EXPECT_EQ(commit({done(1, 10)}).counters.bytes_in, 10u);
  const auto again = commit({done(1, 99)});
  EXPECT_EQ(again.repeated, 1u);
  EXPECT_EQ(again.counters.bytes_in, 10u);
}

TEST_F(Journal, LetsTheFirstWinWithinABatchAsWell) {
  const auto receipt = commit({done(1, 10), done(1, 99)});
  EXPECT_EQ(receipt.repeated, 1u);
  EXPECT_EQ(receipt.counters.done, 1u);
  EXPECT_EQ(slot(1).bytes_in, 10u);
}

TEST_F(Journal, CopiesTheOutcomeOfTheSameUrl) {
  commit({done(1, 10)});
  commit({{{2, 0}, {}, {1, 0}}});
  EXPECT_EQ(slot(2).bytes_in, 10u);
}

TEST_F(Journal, WaitsForOutcomesThatKeepComing) {
  auto send = [this](std::uint32_t row) {
    self->send(journal,
               commit_request{.job = "job_1", .slots = {done(row, row)}});
    run();
  };
  auto written = [this](std::uint32_t row) {
    return slot(row).state == item_state::done;
  };
  send(1);
  for (std::uint32_t row = 2; row <= 4; ++row) {
    advance(9ms);
    send(row);
    EXPECT_FALSE(written(1));
    advance(1ms);
  }
  EXPECT_FALSE(written(1));
  advance(10ms);
  EXPECT_TRUE(written(4)) << "four times as long";
  // One that nothing follows waits no longer than one.
  send(5);
  advance(10ms);
  EXPECT_TRUE(written(5));
}

// A disk that takes its time over the images.
class BusyJournal : public Journal {
protected:
  void SetUp() override {
    Journal::SetUp();
    busy = system.spawn(
      actors::journal,
      journal_setup{.store = store.get(),
                    .sync_objects =
                      [this](auto done) { waiting.push_back(std::move(done)); },
                    .rules = {},
                    .commit_outcomes = 2,
                    .commit_interval = 10ms});
  }

  void TearDown() override {
    let_go();
    stop(busy);
    Journal::TearDown();
  }

  auto send(std::uint32_t row) {
    auto asked =
      self->request(busy, caf::infinite,
                    commit_request{.job = "job_1", .slots = {done(row, row)}});
    advance(10ms);
    return asked;
  }

  void let_go() {
    for (auto& done : std::exchange(waiting, {}))
      done({});
    run();
  }

  std::vector<std::function<void(caf::error)>> waiting;
  journal_actor busy;
};

TEST_F(BusyJournal, AcceptsJobsWhileImagesAreSynced) {
  auto asked = send(1);
  ASSERT_EQ(waiting.size(), 1u);
  job_record job;
  job.id = "job_2";
  EXPECT_TRUE(
    ask<caf::unit_t>(busy, atom::accept::value, job, std::string{"a,b,c"}));
  EXPECT_EQ(*store->csv_chunk("job_2", 0), "a,b,c");
  EXPECT_EQ(slot(1).state, item_state::pending);
  let_go();
  EXPECT_EQ(slot(1).state, item_state::done);
  asked.receive([](const commit_receipt&) {},
                [](const caf::error& x) { FAIL() << context_of(x); });
}

TEST_F(BusyJournal, WritesNextWhatCameMeanwhile) {
  auto first = send(1);
  auto second = send(2);
  ASSERT_EQ(waiting.size(), 1u) << "one sync at a time";
  let_go();
  EXPECT_EQ(slot(1).state, item_state::done);
  EXPECT_EQ(slot(2).state, item_state::pending) << "its file may not be synced";
  ASSERT_EQ(waiting.size(), 1u);
  let_go();
  EXPECT_EQ(slot(2).state, item_state::done);
  for (auto* one : {&first, &second})
    one->receive([](const commit_receipt&) {},
                 [](const caf::error& x) { FAIL() << context_of(x); });
}

class LatchedJournal : public Journal {
protected:
  void SetUp() override {
    Journal::SetUp();
    latching = system.spawn(
      actors::journal,
      journal_setup{.store = store.get(),
                    .sync_objects =
                      [this](const auto& done) {
                        done(full ? make_error(errc::disk_full, "as asked")
                                  : caf::error{});
                      },
                    .rules = {},
                    .commit_outcomes = 64,
                    .commit_interval = 10ms});
  }

  void TearDown() override {
    stop(latching);
    Journal::TearDown();
  }

  bool full = true;
  journal_actor latching;
};

TEST_F(LatchedJournal, KeepsOutcomesUntilThereIsSpace) {
  auto asked =
    self->request(latching, caf::infinite,
                  commit_request{.job = "job_1", .slots = {done(1, 10)}});
  advance(10ms);
  EXPECT_EQ(slot(1).state, item_state::pending);
  EXPECT_FALSE(ask<caf::unit_t>(latching, atom::accept::value, job_record{},
                                std::string{}));
  full = false;
  advance(1s);
  EXPECT_EQ(slot(1).bytes_in, 10u);
  asked.receive([](const commit_receipt&) {},
                [](const caf::error& x) { FAIL() << context_of(x); });
}

} // namespace
} // namespace pixmill::actors
