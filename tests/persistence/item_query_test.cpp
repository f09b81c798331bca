#include "persistence/item_query.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "model/errc.hpp"
#include "tests/persistence/journal_samples.hpp"
#include "tests/persistence/temporary_folder.hpp"

namespace pixmill::persistence {
namespace {

using namespace std::chrono_literals;
using test::failure_of;
using test::outcome_of;
using slots = std::vector<slot_id>;

constexpr std::uint32_t row_count = 20;

/// A job of 20 rows with two slots each, at hosts `even` and `odd`.
class ItemQuery : public testing::Test {
protected:
  ItemQuery() {
    auto opened = journal_store::open(folder.path() / "journal");
    if (opened)
      journal = std::move(*opened);
    std::string csv = "S. No.,Product Name,Input Image Urls\n";
    for (std::uint32_t row = 1; row <= row_count; ++row) {
      const auto url = std::string{"http://"} + (row % 2 ? "odd" : "even")
                       + ":8080/" + std::to_string(row);
      csv += std::to_string(100 + row) + ",Mug,\"" + url + "a," + url + "b\"\n";
    }
    job.csv_bytes = csv.size();
    job.state = job_state::running;
    job.totals = {.rows = row_count, .slots = 2 * row_count, .unique = 40};
    EXPECT_TRUE(journal->put_csv_chunk("job_1", 0, csv));
    EXPECT_TRUE(journal->accept_job(job));
  }

  void commit(const std::vector<slot_write>& writes) {
    ASSERT_TRUE(journal->commit(writes));
  }

  item_page page(const item_filter& filter, item_bounds bounds = {}) const {
    auto read = read_items(*journal, job, {}, filter, in_hand, bounds);
    EXPECT_TRUE(read) << context_of(read.error());
    return read ? std::move(*read) : item_page{};
  }

  // All pages of `limit` items.
  slots all(const item_filter& filter, std::size_t limit = 100) const {
    slots out;
    item_bounds bounds{.first = {1, 0}, .limit = limit, .time = 1min};
    for (int pages = 0; pages < 100; ++pages) {
      const auto read = page(filter, bounds);
      EXPECT_LE(read.items.size(), limit);
      for (const auto& x : read.items)
        out.push_back(x.slot);
      if (!read.next)
        return out;
      bounds.first = *read.next;
    }
    ADD_FAILURE() << "no end";
    return out;
  }

  void settle_rows(std::uint32_t first, std::uint32_t last) {
    for (auto row = first; row <= last; ++row)
      commit({{"job_1", {row, 0}, outcome_of(row)},
              {"job_1", {row, 1}, outcome_of(row)}});
  }

  test::temporary_folder folder;
  std::unique_ptr<journal_store> journal;
  job_record job = test::job_named("job_1");
  slots_in_hand in_hand;
};

TEST_F(ItemQuery, ReadsEveryItemOnce) {
  settle_rows(1, 3);
  commit({{"job_1", {9, 1}, failure_of(errc::dns)}});
  for (const std::size_t limit : {1u, 7u, 40u, 100u}) {
    const auto found = all({}, limit);
    EXPECT_EQ(found.size(), 40u);
    EXPECT_TRUE(std::is_sorted(found.begin(), found.end()));
  }
}

TEST_F(ItemQuery, ShowsUrlAndOutcome) {
  commit({{"job_1", {2, 1}, failure_of(errc::dns)}});
  const auto found =
    page({.states = {item_state::failed}, .codes = {}, .hosts = {}});
  ASSERT_EQ(found.items.size(), 1u);
  EXPECT_EQ(found.items[0].url, "http://even:8080/2b");
  EXPECT_EQ(found.items[0].result, failure_of(errc::dns));
  EXPECT_FALSE(found.next);
}

TEST_F(ItemQuery, EndsWithAFullPageThatIsTheLast) {
  commit({{"job_1", {2, 1}, failure_of(errc::dns)},
          {"job_1", {5, 0}, failure_of(errc::dns)}});
  const item_filter failed{
    .states = {item_state::failed}, .codes = {}, .hosts = {}};
  EXPECT_EQ(page(failed, {.first = {1, 0}, .limit = 1}).next, (slot_id{5, 0}));
  EXPECT_FALSE(page(failed, {.first = {1, 0}, .limit = 2}).next);
}

TEST_F(ItemQuery, FindsWhatAHostHas) {
  settle_rows(1, 20);
  EXPECT_EQ(all({.states = {}, .codes = {}, .hosts = {"odd"}}, 3).size(), 20u);
  EXPECT_EQ(all({.states = {}, .codes = {}, .hosts = {"none"}}).size(), 0u);
}

TEST_F(ItemQuery, TellsWhatIsInHandFromWhatNobodyHasRead) {
  settle_rows(1, 2);
  commit({{"job_1", {3, 0}, failure_of(errc::dns)}});
  in_hand.active = {{3, 1}, {5, 0}};
  in_hand.waiting = {{4, 0}, {4, 1}, {5, 1}};
  in_hand.rows_read = 5;
  const item_filter active{
    .states = {item_state::downloading, item_state::storing},
    .codes = {},
    .hosts = {}};
  EXPECT_EQ(all(active), (slots{{3, 1}, {5, 0}}));
  const item_filter pending{
    .states = {item_state::pending}, .codes = {}, .hosts = {}};
  auto waiting = all(pending, 4);
  ASSERT_EQ(waiting.size(), 3u + 2 * 15);
  EXPECT_EQ(waiting[2], (slot_id{5, 1}));
  EXPECT_EQ(waiting[3], (slot_id{6, 0}));
  EXPECT_EQ(all({.states = {item_state::pending, item_state::failed},
                 .codes = {},
                 .hosts = {}})
              .size(),
            34u);
}

TEST_F(ItemQuery, AsksAgainForWhatWaitsBehindTheFirst) {
  in_hand.waiting = {{4, 0}, {4, 1}};
  in_hand.more_waiting = true;
  in_hand.rows_read = 10;
  const item_filter pending{
    .states = {item_state::pending}, .codes = {}, .hosts = {}};
  const auto found = page(pending);
  EXPECT_EQ(found.items.size(), 2u);
  EXPECT_EQ(found.next, (slot_id{4, 2}));
}

TEST_F(ItemQuery, NamesTheStageOfWhatIsActive) {
  in_hand.active = {{1, 0}, {1, 1}};
  in_hand.rows_read = 1;
  in_hand.stage = [](const item& x) {
    return x.url == "http://odd:8080/1b" ? item_state::storing
                                         : item_state::compressing;
  };
  const auto found = page({}, {.first = {1, 0}, .limit = 3});
  ASSERT_EQ(found.items.size(), 3u);
  EXPECT_EQ(found.items[0].result.state, item_state::compressing);
  EXPECT_EQ(found.items[1].result.state, item_state::storing);
  EXPECT_EQ(found.items[2].result.state, item_state::pending);
  EXPECT_EQ(all({.states = {item_state::storing}, .codes = {}, .hosts = {}}),
            (slots{{1, 1}}));
}

TEST_F(ItemQuery, CountsWhatAnEarlyEndLeftAsItsEnd) {
  settle_rows(1, 2);
  commit({{"job_1", {4, 0}, failure_of(errc::dns)}});
  job.state = job_state::canceled;
  EXPECT_EQ(
    all({.states = {item_state::canceled}, .codes = {}, .hosts = {}}, 10)
      .size(),
    35u);
  EXPECT_EQ(all({.states = {}, .codes = {"canceled"}, .hosts = {}}, 10).size(),
            35u);
  EXPECT_EQ(all({.states = {item_state::failed}, .codes = {}, .hosts = {}}),
            (slots{{4, 0}}));
  EXPECT_EQ(all({.states = {item_state::pending}, .codes = {}, .hosts = {}}),
            slots{});
}

TEST_F(ItemQuery, StopsWhenItsTimeIsUpAndGoesOn) {
  settle_rows(1, 20);
  const item_filter none{.states = {}, .codes = {}, .hosts = {"none"}};
  item_bounds bounds{.first = {1, 0}, .limit = 10, .time = 0ms};
  int pages = 0;
  for (auto read = page(none, bounds); read.next; read = page(none, bounds)) {
    EXPECT_TRUE(read.items.empty());
    ASSERT_GT(*read.next, bounds.first);
    bounds.first = *read.next;
    ++pages;
  }
  EXPECT_GT(pages, 0);
}

TEST_F(ItemQuery, ReadsRowsWithTheirItems) {
  settle_rows(1, 2);
  auto read =
    read_rows(*journal, job, {}, in_hand, {.first = {2, 0}, .limit = 3});
  ASSERT_TRUE(read);
  ASSERT_EQ(read->rows.size(), 3u);
  EXPECT_EQ(read->next, 5u);
  EXPECT_EQ(read->rows[0].serial, "102");
  EXPECT_EQ(read->rows[0].items[1].result, outcome_of(2));
  EXPECT_EQ(read->rows[1].items[1].result.state, item_state::pending);
  read = read_rows(*journal, job, {}, in_hand, {.first = {18, 0}, .limit = 3});
  ASSERT_TRUE(read);
  EXPECT_FALSE(read->next);
}

} // namespace
} // namespace pixmill::persistence
