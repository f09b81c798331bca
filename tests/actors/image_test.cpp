#include "actors/image.hpp"

#include "tests/actors/actor_fixture.hpp"

namespace pixmill::actors {
namespace {

using test::fake_fetcher;
using namespace std::chrono_literals;

class Image : public test::actor_fixture {
protected:
  void SetUp() override {
    // ROW, as far as IMAGE knows it.
    collector =
      system.spawn([this](row_actor::pointer) -> row_actor::behavior_type {
        return {
          [](atom::inspect) { return actor_report{}; },
          [this](const slot_report& x) { reports.push_back(x); },
          [](atom::cancel) {},
          [](atom::salvage) {},
          [](atom::attempt, std::uint16_t) {},
          [](atom::tick) {},
        };
      });
    subject = system.spawn(
      image, slot_task{{1, 0}, "http://a/1.jpg", 0}, compress_goal{},
      image_context{
        .flow = 0, .trace_parent = trace, .permit = {}, .job = "job_1"},
      services.get(), collector);
    run();
  }

  void TearDown() override {
    self->send(subject, atom::cancel::value);
    stop(collector);
    subject = nullptr;
    run();
  }

  static constexpr auto trace =
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  test::fake_services services;
  row_actor collector;
  image_stages subject;
  std::vector<slot_report> reports;
};

TEST_F(Image, FetchesCompressesAndStores) {
  services.fetcher.rule = [](auto&) { return fake_fetcher::body("12345678"); };
  self->send(subject, atom::attempt::value);
  run();
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].result.state, item_state::done);
  EXPECT_EQ(reports[0].result.bytes_in, 8u);
  EXPECT_EQ(reports[0].result.bytes_out, 4u);
  EXPECT_EQ(reports[0].result.attempts, 1u);
  EXPECT_EQ(services.sink.stored, std::vector<std::string>{"1234"});
}

TEST_F(Image, StoresTheSourceWhenItIsTheBest) {
  services.codec.keep = true;
  services.fetcher.rule = [](auto&) { return fake_fetcher::body("12345678"); };
  self->send(subject, atom::attempt::value);
  run();
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].result.state, item_state::kept_original);
  EXPECT_EQ(services.sink.stored, std::vector<std::string>{"12345678"});
}

TEST_F(Image, ReportsWhyADownloadFailed) {
  services.fetcher.rule = [](auto&) {
    return fake_fetcher::failed(errc::http_status, 404);
  };
  self->send(subject, atom::attempt::value);
  run();
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].result.why.word(), "http_404");
}

TEST_F(Image, WaitsWithItsBytesForSpaceOnTheDisk) {
  services.sink.trouble = errc::disk_full;
  services.fetcher.rule = [](auto&) { return fake_fetcher::body("12345678"); };
  self->send(subject, atom::attempt::value);
  run();
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].result.state, item_state::storing);
  services.sink.trouble = errc::none;
  advance(1s);
  ASSERT_EQ(reports.size(), 2u);
  EXPECT_EQ(reports[1].result.state, item_state::done);
  EXPECT_EQ(services.fetcher.started["http://a/1.jpg"], 1);
}

TEST_F(Image, WaitsWithItsBytesForAStoreThatIsAway) {
  services.sink.trouble = errc::store_unavailable;
  services.fetcher.rule = [](auto&) { return fake_fetcher::body("12345678"); };
  self->send(subject, atom::attempt::value);
  run();
  advance(1s);
  ASSERT_EQ(reports.size(), 2u);
  EXPECT_EQ(reports[1].result.state, item_state::storing);
  services.sink.trouble = errc::none;
  advance(1s);
  ASSERT_EQ(reports.size(), 3u);
  EXPECT_EQ(reports[2].result.state, item_state::done);
  EXPECT_EQ(services.fetcher.started["http://a/1.jpg"], 1);
}

TEST_F(Image, FailsWhereTheStoreRefusesIt) {
  services.sink.trouble = errc::store;
  services.fetcher.rule = [](auto&) { return fake_fetcher::body("12345678"); };
  self->send(subject, atom::attempt::value);
  run();
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].result.why.word(), "store");
}

TEST_F(Image, CancelsItsDownload) {
  self->send(subject, atom::attempt::value);
  run();
  self->send(subject, atom::cancel::value);
  run();
  EXPECT_EQ(services.fetcher.canceled, 1);
  EXPECT_TRUE(reports.empty());
}

TEST_F(Image, AnswersInspect) {
  self->send(subject, atom::attempt::value);
  run();
  const auto report = ask<actor_report>(subject, atom::inspect::value);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->kind, "image");
  EXPECT_EQ(report->state, "downloading");
  EXPECT_EQ(report->parent, collector.id());
}

TEST_F(Image, PassesOnTheTraceOfItsJob) {
  self->send(subject, atom::attempt::value);
  run();
  EXPECT_EQ(services.fetcher.last_trace, trace);
}

TEST_F(Image, CountsNoAttemptAtAnOriginThatIsLeftAlone) {
  services.fetcher.rule = [](auto&) {
    auto turned_away = fake_fetcher::failed(errc::rate_limited);
    turned_away.retry_after = 30s;
    turned_away.untried = true;
    return turned_away;
  };
  self->send(subject, atom::attempt::value);
  run();
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].result.why.code, errc::rate_limited);
  EXPECT_EQ(reports[0].result.attempts, 0u);
  EXPECT_EQ(reports[0].retry_in_ms, 30'000);
}

} // namespace
} // namespace pixmill::actors
