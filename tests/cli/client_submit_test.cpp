#include "cli/client_submit.hpp"

#include "tests/cli/client_calling.hpp"

namespace pixmill::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto accepted =
  R"({"id":"job_1","state":"queued","rows":120,)"
  R"("images":{"total":341,"unique":318},"warnings":[{"row":3,"line":4,)"
  R"("code":"duplicate-serial","value":"7","hint":"told apart by row"}]})";

class Submit : public client_calling {
protected:
  Submit() {
    options.csv = folder.write("a.csv", "1,A,https://x.example/1.jpg\n");
  }

  std::string key_of(const fake_service::request& request) const {
    const std::string field = "Idempotency-Key: ";
    const auto from = request.head.find(field) + field.size();
    return request.head.substr(from, request.head.find('\r', from) - from);
  }

  submit_options options;
};

TEST_F(Submit, SendsTheFileAndItsOptions) {
  fake.on("POST /v1/jobs", {{"202 Accepted", accepted}});
  options.name = "spring";
  EXPECT_EQ(call(options), exit_ok) << err();
  const auto asked = fake.requests();
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_NE(asked[0].body.find("name=\"options\"\r\n"
                               "Content-Type: application/json\r\n\r\n"
                               "{\"name\":\"spring\"}\r\n"),
            std::string::npos)
    << asked[0].body;
  EXPECT_NE(asked[0].body.find("name=\"file\"; filename=\"a.csv\"\r\n"
                               "Content-Type: text/csv\r\n\r\n"
                               "1,A,https://x.example/1.jpg\n\r\n"),
            std::string::npos)
    << asked[0].body;
  EXPECT_EQ(key_of(asked[0]).size(), 64u);
}

TEST_F(Submit, TellsHowToFollowTheJob) {
  fake.on("POST /v1/jobs", {{"202 Accepted", accepted}});
  options.url = "https://p.example";
  EXPECT_EQ(call(options), exit_ok);
  EXPECT_NE(out().find("duplicate-serial"), std::string::npos) << out();
  EXPECT_NE(
    out().find("job_1 queued\n"
               "  images      341 in 120 rows, 318 different\n"
               "  warnings    1\n"
               "  follow      pixmill watch job_1 --url https://p.example\n"
               "  results     pixmill results job_1 --out results.csv --url "
               "https://p.example\n"),
    std::string::npos)
    << out();
  options.json = true;
  EXPECT_EQ(call(options), exit_ok);
  EXPECT_EQ(out(), std::string{accepted} + "\n");
}

TEST_F(Submit, GoesOnAsWatch) {
  fake.on("POST /v1/jobs", {{"202 Accepted", accepted}});
  fake.on("GET /v1/jobs/job_1", {{"200 OK", job_json("canceled", 3, 0)}});
  options.wait = true;
  EXPECT_EQ(call(options), exit_canceled);
  EXPECT_NE(out().find("job_1 canceled\n"), std::string::npos);
  EXPECT_EQ(out().find("follow"), std::string::npos);
  options.json = true;
  EXPECT_EQ(call(options), exit_canceled);
  EXPECT_EQ(out(), job_json("canceled", 3, 0) + "\n");
}

TEST_F(Submit, TriesAgainWithTheSameKey) {
  fake.on("POST /v1/jobs", {{""},
                            {"503 Busy", "{}", "Retry-After: 4\r\n"},
                            {"202 Accepted", accepted}});
  EXPECT_EQ(call(options), exit_ok) << err();
  const auto asked = fake.requests();
  ASSERT_EQ(asked.size(), 3u);
  EXPECT_EQ(key_of(asked[0]), key_of(asked[1]));
  EXPECT_EQ(key_of(asked[0]), key_of(asked[2]));
  EXPECT_EQ(asked[0].body.size(), asked[2].body.size());
  EXPECT_EQ(pauses, (std::vector<std::chrono::milliseconds>{1s, 4s}));
}

TEST_F(Submit, TriesThreeTimesAndWaitsTenSecondsAtMost) {
  fake.on("POST /v1/jobs",
          {{"503 Busy", R"({"title":"Draining"})", "Retry-After: 3600\r\n"}});
  EXPECT_EQ(call(options), exit_job_failed);
  EXPECT_EQ(fake.requests().size(), 3u);
  EXPECT_EQ(pauses, (std::vector<std::chrono::milliseconds>{10s, 10s}));
  EXPECT_EQ(err(), "pixmill: Draining; trying again in 10 s\n"
                   "pixmill: Draining; trying again in 10 s\n"
                   "pixmill: Draining\n");
  fake.on("POST /v1/jobs", {{""}});
  EXPECT_EQ(call(options), exit_no_server);
}

TEST_F(Submit, StopsTryingWhenInterrupted) {
  fake.on("POST /v1/jobs", {{"503 Busy", "{}"}});
  leaves_after = 1;
  EXPECT_EQ(call(options), exit_interrupted);
  EXPECT_EQ(fake.requests().size(), 1u);
}

TEST_F(Submit, ListsWhatIsWrongWithTheSheet) {
  fake.on(
    "POST /v1/jobs",
    {{"422 Unprocessable",
      R"({"title":"The sheet has errors","status":422,"code":"csv-invalid",)"
      R"("errors_total":5,"errors":[{"row":4,"line":5,"column":"Images",)"
      R"("slot":2,"code":"url-scheme","value":"ftp://x/a.png",)"
      R"("hint":"use https"}]})"}});
  EXPECT_EQ(call(options), exit_invalid_csv);
  EXPECT_EQ(
    out(), "       row  line  column  slot  code        value          what to "
           "do\n"
           "error    4     5  Images     2  url-scheme  ftp://x/a.png  use "
           "https\n\n… and 4 more\n\n");
  EXPECT_EQ(err(), "pixmill: The sheet has errors (csv-invalid)\n");
}

TEST_F(Submit, RefusesWhatItCannotSend) {
  options.csv = "/nonexistent.csv";
  EXPECT_EQ(call(options), exit_usage);
  EXPECT_EQ(err(), "pixmill: /nonexistent.csv: No such file or directory\n");
  options.csv = folder.path().string();
  EXPECT_EQ(call(options), exit_usage);
  options.csv = folder.write("b.csv", "x");
  options.webhook = "gopher://x";
  EXPECT_EQ(call(options), exit_usage);
  options.webhook = "";
  options.target = "much";
  EXPECT_EQ(call(options), exit_usage);
  EXPECT_TRUE(fake.requests().empty());
}

TEST(GivenOptions, LeaveDefaultsToTheServer) {
  EXPECT_EQ(*given_options({}), "{}");
}

TEST(GivenOptions, SayWhatWasGiven) {
  submit_options options;
  options.name = "n";
  options.skip_invalid = true;
  options.target = "quality:60";
  options.floor = "0";
  options.format = "webp";
  options.max_edge = 800;
  options.assume_https = true;
  options.urls_column = "U";
  options.max_failure_ratio = "25%";
  options.deadline = "2h";
  options.priority = -3;
  options.webhook = "https://x.example/hook";
  EXPECT_EQ(*given_options(options),
            R"({"assume_https":true,"columns":{"urls":"U"},"deadline":7200,)"
            R"("floor":{"ssim":0.0},"format":"webp","max_edge":800,)"
            R"("max_failure_ratio":0.25,"name":"n","on_invalid":"skip",)"
            R"("priority":-3,"target":{"quality":60},)"
            R"("webhook":{"payload":"thin","url":"https://x.example/hook"}})");
}

} // namespace
} // namespace pixmill::cli
