#include "actors/housekeeping.hpp"

#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "model/errc.hpp"
#include "tests/persistence/journal_samples.hpp"
#include "tests/persistence/temporary_folder.hpp"

namespace pixmill::actors {
namespace {

using namespace std::chrono_literals;
using persistence::journal_store;

std::string hash(char digit) {
  return std::string(64, digit);
}

/// Files by the first digit of their hash.
class fake_objects final : public persistence::object_store {
public:
  caf::expected<std::string> put(std::span<const std::uint8_t>,
                                 image_format) override {
    return std::string{};
  }
  caf::expected<caf::unit_t> sync() override {
    return caf::unit;
  }
  bool adopt(std::string_view, image_format, std::uint64_t) override {
    return true;
  }
  caf::expected<bool> contains(std::string_view, image_format) const override {
    return true;
  }
  void release(std::string_view) override {}
  caf::expected<bool> remove_if(std::string_view sha256, image_format,
                                const std::function<bool()>& unused) override {
    const std::lock_guard lock{mutex};
    if (away)
      return make_error(errc::store_unavailable, "away");
    if (pinned.contains(sha256[0]) || !unused())
      return false;
    files.erase(sha256[0]);
    return true;
  }
  caf::expected<std::vector<persistence::stored_object>>
  list(std::size_t shard) const override {
    if (away)
      return make_error(errc::store_unavailable, "away");
    std::vector<persistence::stored_object> out;
    if (shard == 0)
      for (const char file : files)
        out.push_back({hash(file), image_format::jpeg});
    return out;
  }
  caf::expected<std::string> get(std::string_view,
                                 image_format) const override {
    return std::string{};
  }
  caf::expected<std::unique_ptr<persistence::object_reader>>
  open(std::string_view, image_format) const override {
    return make_error(errc::store);
  }

  std::mutex mutex;
  std::atomic<bool> away = false;
  std::set<char> files;
  std::set<char> pinned;
};

class Housekeeping : public testing::Test {
protected:
  void add(const std::string& id, const std::string& contents,
           unix_ms finished_at) {
    auto job = test::job_named(id);
    ASSERT_TRUE(store->accept_job(job));
    std::uint32_t row = 0;
    for (const char digit : contents) {
      auto write = test::write_of(id, ++row);
      write.result.sha256 = hash(digit);
      ASSERT_TRUE(store->commit({write}));
      objects.files.insert(digit);
    }
    if (finished_at == 0)
      return;
    job.state = job_state::completed;
    job.finished_at = finished_at;
    ASSERT_TRUE(store->update_job(job));
  }

  retention rules(std::chrono::milliseconds keep, bool sweep = false) {
    return {.keep = keep,
            .sweep = sweep,
            .objects = &objects,
            .if_removable = {},
            .now = [this] { return now; }};
  }

  // Works until there is nothing to do.
  static void work(housekeeping& subject) {
    for (int i = 0; i < 2'000; ++i)
      if (subject.work() == 1s)
        return;
    FAIL() << "it never ends";
  }

  bool has(const std::string& job) const {
    return static_cast<bool>(store->job(job));
  }

  test::temporary_folder folder;
  std::unique_ptr<journal_store> store =
    std::move(*journal_store::open(folder.path() / "journal"));
  fake_objects objects;
  unix_ms now = 1'000'000;
};

TEST_F(Housekeeping, ErasesJobsThatWereKeptForLongEnough) {
  add("job_1", "ab", 100'000);
  add("job_2", "bc", 200'000);
  add("job_3", "c", 0);
  housekeeping subject{*store, rules(1'000'000ms)};
  work(subject);
  EXPECT_TRUE(has("job_1"));
  now = 1'100'000;
  work(subject);
  EXPECT_FALSE(has("job_1"));
  EXPECT_EQ(objects.files, (std::set{'b', 'c'}));
  now = 1'200'000;
  work(subject);
  EXPECT_FALSE(has("job_2"));
  EXPECT_EQ(objects.files, (std::set{'c'}));
  now = 9'000'000'000;
  work(subject);
  EXPECT_TRUE(has("job_3")) << "it runs";
}

TEST_F(Housekeeping, KeepsJobsForEverUnlessToldOtherwise) {
  add("job_1", "a", 1);
  housekeeping subject{*store, rules(0ms)};
  now = 9'000'000'000'000;
  work(subject);
  EXPECT_TRUE(has("job_1"));
}

TEST_F(Housekeeping, ErasesManyAtOnce) {
  for (int i = 0; i < 50; ++i)
    add("job_" + std::to_string(i), "", 1);
  housekeeping subject{*store, rules(1'000ms)};
  work(subject);
  EXPECT_TRUE(store->jobs()->empty());
  EXPECT_TRUE(store->purge().pending()->empty());
}

TEST_F(Housekeeping, GoesOnWithWhatAnEarlierLifeHasBegun) {
  add("job_1", "ab", 1);
  ASSERT_TRUE(*store->erase_job("job_1"));
  housekeeping subject{*store, rules(0ms)};
  work(subject);
  EXPECT_TRUE(objects.files.empty());
}

TEST_F(Housekeeping, SweepsOnlyWhatNobodyNamesOrIsAboutTo) {
  add("job_1", "a", 1);
  objects.files.insert({'d', 'e'});
  objects.pinned.insert('e');
  housekeeping without{*store, rules(0ms)};
  work(without);
  EXPECT_EQ(objects.files.size(), 3u);
  housekeeping subject{*store, rules(0ms, true)};
  work(subject);
  EXPECT_EQ(objects.files, (std::set{'a', 'e'}));
}

TEST_F(Housekeeping, WaitsForAStoreThatIsAway) {
  add("job_1", "ab", 1);
  objects.files.insert('d');
  ASSERT_TRUE(*store->erase_job("job_1"));
  objects.away = true;
  housekeeping subject{*store, rules(0ms, true)};
  EXPECT_EQ(subject.work(), 10s);
  EXPECT_EQ(subject.work(), 10s);
  EXPECT_FALSE(store->purge().pending()->empty());
  objects.away = false;
  work(subject);
  EXPECT_TRUE(objects.files.empty());
  EXPECT_TRUE(store->purge().pending()->empty());
}

TEST_F(Housekeeping, AsksAgainWhetherAFileIsNamedBeforeItGoes) {
  add("job_1", "ab", 1);
  ASSERT_TRUE(*store->erase_job("job_1"));
  auto late = rules(0ms);
  late.if_removable = [this](const auto& act) {
    // Another job comes to name one of them after the slice was read.
    add("job_2", "a", 0);
    act();
    return true;
  };
  housekeeping subject{*store, late};
  work(subject);
  EXPECT_EQ(objects.files, (std::set{'a'}));
}

TEST_F(Housekeeping, HasOtherThreadsRemoveWhatTakesLong) {
  add("job_1", "abcdef", 1);
  add("job_2", "ad", 0);
  objects.files.insert('9');
  ASSERT_TRUE(*store->erase_job("job_1"));
  auto apart = rules(0ms, true);
  apart.removers = 3;
  housekeeping subject{*store, apart};
  while (subject.work() != 1s)
    std::this_thread::yield();
  EXPECT_EQ(objects.files, (std::set{'a', 'd'}));
  EXPECT_TRUE(store->purge().pending()->empty());
}

TEST_F(Housekeeping, TouchesNoFileOfAnotherJournals) {
  add("job_1", "a", 1);
  objects.files.insert('d');
  auto careful = rules(0ms, true);
  careful.if_removable = [](const auto&) { return false; };
  housekeeping subject{*store, careful};
  ASSERT_TRUE(*store->erase_job("job_1"));
  subject.add("job_1");
  work(subject);
  EXPECT_EQ(objects.files, (std::set{'a', 'd'}));
  EXPECT_TRUE(store->purge().pending()->empty());
}

} // namespace
} // namespace pixmill::actors
