#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "model/item.hpp"
#include "tests/http/service_fixture.hpp"

namespace pixmill::http {
namespace {

class SourceRoute : public test::Service {
protected:
  void SetUp() override {
    start();
    job = submit({}).json().at("id");
    item one;
    one.slot = {1, 0};
    one.url = "http://a/x.jpg";
    head.known_items = {one};
    path = "/v1/jobs/" + job + "/items/" + item_id(job, one.slot) + "/source";
    head.fetched_source = {
      std::make_shared<const std::string>("JPEG"), image_format::jpeg, {}};
  }

  std::string job;
  std::string path;
};

TEST_F(SourceRoute, SendsWhatTheHeadFetches) {
  const auto got = ask("GET", path);
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.body, "JPEG");
  EXPECT_EQ(head.asked_source, "http://a/x.jpg");
  EXPECT_EQ(got.field("Content-Type"), "image/jpeg");
  EXPECT_EQ(got.field("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(got.field("Cache-Control"), "no-store");
  EXPECT_NE(got.field("Content-Security-Policy").find("sandbox"),
            std::string::npos);
}

TEST_F(SourceRoute, SaysWhyItCannotBeHad) {
  head.fetched_source = {
    nullptr, image_format::unknown, {errc::address_blocked, 0, "no"}};
  EXPECT_EQ(ask("GET", path).status, 502);
  EXPECT_EQ(ask("GET", path).code(), "source-unavailable");
}

TEST_F(SourceRoute, FetchesFewAtOnce) {
  head.source_refused = "4 at once are fetched";
  EXPECT_EQ(ask("GET", path).status, 429);
}

TEST_F(SourceRoute, FetchesForItemsAlone) {
  head.known_items.clear();
  EXPECT_EQ(ask("GET", path).code(), "no-such-item");
  EXPECT_EQ(ask("GET", "/v1/jobs/job_x/items/itm_x/source").code(),
            "no-such-job");
  EXPECT_EQ(head.asked_source, "");
}

} // namespace
} // namespace pixmill::http
