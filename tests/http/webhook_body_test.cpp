#include "http/webhook_body.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace pixmill::http {
namespace {

using nlohmann::json;

/// Lines in pieces of one.
class lines final : public text_source {
public:
  explicit lines(int count) : left_{count} {}

  caf::expected<bool> next(std::string& out) override {
    if (left_ == 0)
      return false;
    out += R"({"row":)" + std::to_string(left_--) + "}\n";
    return left_ > 0;
  }

private:
  int left_;
};

delivery event(bool full) {
  job_record job;
  job.id = "job_1";
  job.state = job_state::canceled;
  job.totals = {.rows = 2, .slots = 5, .unique = 5};
  job.options.webhook_full = full;
  job_counters counters;
  counters.done = 2;
  return settled_event(job, counters, 1'000);
}

json body_of(const delivery& x, text_source* rows, std::size_t most = 1'000) {
  const auto text = webhook_body(x, rows, most, "https://img.shop.example");
  EXPECT_TRUE(text);
  return json::parse(*text);
}

TEST(WebhookBody, TellsOfTheJobWithAbsoluteLinks) {
  const auto body = body_of(event(false), nullptr);
  EXPECT_EQ(body["type"], "job.canceled");
  EXPECT_EQ(body["timestamp"], "1970-01-01T00:00:01.000Z");
  const auto& data = body["data"];
  EXPECT_EQ(data["id"], "job_1");
  EXPECT_EQ(data["progress"]["canceled"], 3) << "the rest counts";
  EXPECT_EQ(data["links"]["self"], "https://img.shop.example/v1/jobs/job_1");
  EXPECT_FALSE(data.contains("result_rows"));
  EXPECT_FALSE(data.contains("rows_omitted"));
}

TEST(WebhookBody, HasTheRowsWhereTheyFit) {
  lines three{3};
  const auto data = body_of(event(true), &three)["data"];
  ASSERT_EQ(data["result_rows"].size(), 3u);
  EXPECT_EQ(data["result_rows"][0]["row"], 3);
  lines none{0};
  EXPECT_EQ(body_of(event(true), &none)["data"]["result_rows"], json::array());
}

TEST(WebhookBody, SaysThatRowsAreLeftOut) {
  lines many{1'000};
  const auto data = body_of(event(true), &many, 100)["data"];
  EXPECT_EQ(data["rows_omitted"], true);
  EXPECT_FALSE(data.contains("result_rows"));
  EXPECT_EQ(body_of(event(true), nullptr)["data"]["rows_omitted"], true);
}

TEST(WebhookBody, IsTheSameEachTime) {
  const auto one = event(false);
  EXPECT_EQ(body_of(one, nullptr), body_of(one, nullptr));
}

} // namespace
} // namespace pixmill::http
