#include "cli/client_watch.hpp"

#include "tests/cli/client_calling.hpp"

namespace pixmill::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto first_look = "GET /v1/jobs/job_1";
constexpr auto events = "GET /v1/jobs/job_1/events?items=false";
constexpr auto long_poll = "GET /v1/jobs/job_1?wait=10s";

class Watch : public client_calling {
protected:
  int watch_it(bool live = false, bool json = false) {
    watch_options options;
    options.id = "job_1";
    options.json = json;
    return call(options, live);
  }
};

TEST_F(Watch, SumsUpAJobThatHasEnded) {
  fake.on(first_look, {{"200 OK", job_json("completed", 10, 0)}});
  EXPECT_EQ(watch_it(), exit_ok);
  EXPECT_EQ(out(), "job_1 completed\n"
                   "  images      10\n"
                   "  compressed  10\n"
                   "  bytes       2.00 MB -> 1.00 MB (50.0 %)\n");
  EXPECT_TRUE(pauses.empty());
}

TEST_F(Watch, EndsWithTheCodeOfTheEnd) {
  const std::pair<const char*, int> ends[] = {
    {"completed", exit_ok},
    {"completed_with_errors", exit_with_failures},
    {"failed", exit_job_failed},
    {"canceled", exit_canceled}};
  for (const auto& [state, code] : ends) {
    fake.on(first_look, {{"200 OK", job_json(state, 9, 1)}});
    EXPECT_EQ(watch_it(), code) << state;
  }
}

TEST_F(Watch, PollsUntilTheEnd) {
  fake.on(first_look,
          {{"200 OK", job_json("queued", 0, 0), "ETag: \"1\"\r\n"}});
  fake.on(long_poll, {{"304"},
                      {"200 OK", job_json("running", 3, 0), "ETag: \"2\"\r\n"},
                      {"200 OK", job_json("completed", 10, 0)}});
  EXPECT_EQ(watch_it(), exit_ok) << err();
  EXPECT_EQ(out().rfind("job_1 running\njob_1 completed\n  images", 0), 0u)
    << out();
  const auto asked = fake.requests();
  ASSERT_EQ(asked.size(), 5u);
  EXPECT_EQ(asked[0].head.find("If-None-Match"), std::string::npos);
  EXPECT_EQ(asked[1].line, events); // Refused, and not asked for again.
  EXPECT_NE(asked[3].head.find("If-None-Match: \"1\"\r"), std::string::npos);
  EXPECT_NE(asked[4].head.find("If-None-Match: \"2\"\r"), std::string::npos);
  EXPECT_EQ(pauses, (std::vector<std::chrono::milliseconds>{1s, 1s, 1s}));
}

TEST_F(Watch, DrawsOneLineOnATerminal) {
  fake.on(first_look, {{"200 OK", job_json("running", 3, 0)}});
  fake.on(long_poll, {{"200 OK", job_json("completed", 10, 0)}});
  EXPECT_EQ(watch_it(true), exit_ok);
  EXPECT_EQ(out().rfind("\r\x1b[2K[#######.................] 3/10  2.00 MB", 0),
            0u)
    << out();
  EXPECT_NE(out().find("\r\x1b[2Kjob_1 completed\n"), std::string::npos);
}

TEST_F(Watch, PrintsOnlyTheLastJson) {
  const auto json = job_json("completed_with_errors", 9, 1);
  fake.on(first_look, {{"200 OK", job_json("running", 3, 0)}});
  fake.on(long_poll, {{"200 OK", json}});
  EXPECT_EQ(watch_it(true, true), exit_with_failures);
  EXPECT_EQ(out(), json + "\n");
}

TEST_F(Watch, LeavesTheJobRunningWhenInterrupted) {
  fake.on(first_look, {{"200 OK", job_json("running", 3, 0)}});
  leaves_after = 1;
  EXPECT_EQ(watch_it(), exit_interrupted);
  EXPECT_EQ(err(), "pixmill: interrupted; job_1 goes on at " + fake.url()
                     + "; pixmill watch job_1 looks again\n");
  EXPECT_EQ(fake.lines(), (std::vector<std::string>{first_look, events}));
}

// A stream of a status each, as one event of `kind`.
std::string event_of(const std::string& kind, const std::string& json) {
  return "event: " + kind + "\ndata: " + json + "\n\n";
}

TEST_F(Watch, FollowsTheEventsToTheEnd) {
  fake.on(first_look, {{"200 OK", job_json("queued", 0, 0)}});
  const auto ended = job_json("completed", 10, 0);
  fake.on(events,
          {{"200 OK", event_of("state", job_json("running", 1, 0)) + ": \n\n"
                        + event_of("progress", job_json("running", 5, 0))
                        + event_of("end", ended)}});
  EXPECT_EQ(watch_it(), exit_ok) << err();
  EXPECT_EQ(out().rfind("job_1 running\njob_1 completed\n  images", 0), 0u)
    << out();
  EXPECT_EQ(fake.lines(), (std::vector<std::string>{first_look, events}));
  EXPECT_TRUE(pauses.empty());
  EXPECT_EQ(watch_it(false, true), exit_ok);
  EXPECT_EQ(out(), ended + "\n");
}

TEST_F(Watch, AsksAndFollowsAgainWhenTheStreamBreaks) {
  fake.on(first_look, {{"200 OK", job_json("running", 0, 0)}});
  fake.on(long_poll, {{""}, {"200 OK", job_json("running", 4, 0)}});
  fake.on(
    events,
    {{"200 OK", event_of("progress", job_json("running", 3, 0)), "", true},
     {"200 OK", event_of("end", job_json("completed_with_errors", 9, 1))}});
  EXPECT_EQ(watch_it(), exit_with_failures) << err();
  EXPECT_EQ(fake.lines(), (std::vector<std::string>{
                            first_look, events, long_poll, long_poll, events}));
}

TEST_F(Watch, PollsWhereStreamsAreExhausted) {
  fake.on(first_look, {{"200 OK", job_json("running", 0, 0)}});
  fake.on(events,
          {{"503 Service Unavailable", R"({"code":"streams-exhausted"})"}});
  fake.on(long_poll, {{"200 OK", job_json("running", 4, 0)},
                      {"200 OK", job_json("completed", 10, 0)}});
  EXPECT_EQ(watch_it(), exit_ok) << err();
  EXPECT_EQ(fake.lines(), (std::vector<std::string>{first_look, events,
                                                    long_poll, long_poll}));
}

TEST_F(Watch, RidesOutARestart) {
  fake.on(first_look, {{"200 OK", job_json("running", 3, 0)}});
  fake.on(
    long_poll,
    {{""}, {"503 Draining", "{}"}, {"200 OK", job_json("completed", 10, 0)}});
  EXPECT_EQ(watch_it(), exit_ok) << err();
}

TEST_F(Watch, GivesUpOnAServerThatStaysAway) {
  fake.on(first_look, {{"200 OK", job_json("running", 3, 0)}});
  fake.on(long_poll, {{""}});
  EXPECT_EQ(watch_it(), exit_no_server);
  EXPECT_EQ(pauses.size(), 12u);
  EXPECT_EQ(pauses.back(), 5s);
}

TEST_F(Watch, WaitsForNoServerThatWasNeverThere) {
  fake.on(first_look, {{""}});
  EXPECT_EQ(watch_it(), exit_no_server);
  EXPECT_TRUE(pauses.empty());
}

TEST_F(Watch, EndsWhenTheJobIsGone) {
  fake.on(first_look, {{"200 OK", job_json("running", 3, 0)}});
  fake.on(long_poll,
          {{"410 Gone", R"({"title":"Purged","code":"no-such-job"})"}});
  EXPECT_EQ(watch_it(), exit_usage);
  EXPECT_EQ(err(), "pixmill: Purged (no-such-job)\n");
}

} // namespace
} // namespace pixmill::cli
