#include "persistence/object_store.hpp"
#include "tests/actors/head_fixture.hpp"

namespace pixmill::actors {
namespace {

using test::fake_fetcher;

/// Loses the first few of the images that nodes store past the head.
class lossy_store final : public persistence::object_store {
public:
  bool adopt(std::string_view, image_format, std::uint64_t) override {
    if (to_lose > 0) {
      --to_lose;
      return false;
    }
    ++adopted;
    return true;
  }
  void release(std::string_view) override {
    ++released;
  }

  caf::expected<std::string> put(std::span<const std::uint8_t>,
                                 image_format) override {
    return none();
  }
  caf::expected<caf::unit_t> sync() override {
    return caf::unit;
  }
  caf::expected<bool> remove_if(std::string_view, image_format,
                                const std::function<bool()>&) override {
    return none();
  }
  caf::expected<std::vector<persistence::stored_object>>
  list(std::size_t) const override {
    return none();
  }
  caf::expected<bool> contains(std::string_view, image_format) const override {
    return none();
  }
  caf::expected<std::string> get(std::string_view,
                                 image_format) const override {
    return none();
  }
  caf::expected<std::unique_ptr<persistence::object_reader>>
  open(std::string_view, image_format) const override {
    return none();
  }

  int to_lose = 0;
  int adopted = 0;
  int released = 0;

private:
  static caf::error none() {
    return make_error(errc::store, "not of this test");
  }
};

class JobMissing : public test::head_fixture {
protected:
  void SetUp() override {
    images = &kept;
    services.sink.by_node = true;
    services.fetcher.rule = [](const std::string&) {
      return fake_fetcher::body("12345678");
    };
    head_fixture::SetUp();
  }

  lossy_store kept;
};

TEST_F(JobMissing, NothingIsRecordedThatIsNotStored) {
  kept.to_lose = 1;
  add_worker();
  submit("1,A,\"http://a/1,http://a/1\"\n2,B,http://a/2\n", 2, 3);
  settle();
  const auto end = status();
  EXPECT_EQ(end.record.state, job_state::completed);
  EXPECT_EQ(end.counters.done, 3u);
  EXPECT_EQ(services.fetcher.started["http://a/1"], 2) << "made once more";
  EXPECT_EQ(services.fetcher.started["http://a/2"], 1);
  EXPECT_EQ(slot(1, 1).sha256, slot(1).sha256);
  EXPECT_EQ(kept.adopted, 2);
  EXPECT_EQ(kept.released, 2) << "each once, when it is recorded";
}

TEST_F(JobMissing, IsGivenUpWhenItIsNeverThere) {
  kept.to_lose = 1'000;
  add_worker();
  submit("1,A,\"http://a/1,http://a/1\"\n", 1, 2);
  settle();
  const auto end = status();
  EXPECT_EQ(end.record.state, job_state::completed_with_errors);
  EXPECT_EQ(end.counters.failures.at("store"), 2u);
  EXPECT_EQ(services.fetcher.started["http://a/1"], 3);
  EXPECT_EQ(kept.released, 0);
}

TEST_F(JobMissing, AsksOnlyAboutWhatWentPastTheHead) {
  services.sink.by_node = false;
  kept.to_lose = 1;
  add_worker();
  submit("1,A,http://a/1\n", 1, 1);
  settle();
  EXPECT_EQ(status().counters.done, 1u);
  EXPECT_EQ(kept.to_lose, 1);
  EXPECT_EQ(kept.released, 1);
}

// What is handed in for a row that is not read yet, and turns out to be gone.
TEST_F(JobMissing, IsDoneInItsTurnWhenItWasHandedIn) {
  jobs.rows_ahead = 1;
  close();
  open();
  services.fetcher.rule = nullptr;
  add_worker(1);
  submit("1,A,http://a/1\n2,B,http://a/2\n3,C,http://a/3\n", 3, 3);
  settle(1);
  kept.to_lose = 1;
  row_report late{.job = "job_1", .lease = 0, .incarnation = 5, .slots = {}};
  slot_report done{.slot = {3, 0}, .result = {}, .retry_in_ms = 0};
  done.result.state = item_state::done;
  done.result.sha256 = std::string(64, 'b');
  done.result.stored_by_node = true;
  late.slots.push_back(done);
  self->send(dispatcher, late);
  settle(1);
  EXPECT_EQ(status().counters.done, 0u);
  services.fetcher.rule = [](const std::string&) {
    return fake_fetcher::body("12345678");
  };
  services.fetcher.finish(1, fake_fetcher::body("12345678"));
  settle();
  EXPECT_EQ(status().record.state, job_state::completed);
  EXPECT_EQ(slot(3).sha256, std::string(64, 'a'));
}

} // namespace
} // namespace pixmill::actors
