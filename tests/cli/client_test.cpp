#include "cli/client.hpp"

#include "tests/cli/client_calling.hpp"

namespace pixmill::cli {
namespace {

class Client : public client_calling {
protected:
  int status_of(const std::string& id, bool json = false) {
    status_options options;
    options.id = id;
    options.json = json;
    return call(options);
  }

  int steer(const std::string& verb) {
    steer_options options;
    options.id = "job_1";
    options.verb = verb;
    return call(options);
  }
};

TEST_F(Client, TellsWhatAJobWaitsFor) {
  fake.on(
    "GET /v1/jobs/job_1",
    {{"200 OK", job_json("running", 0, 0,
                         R"(,"waiting_for":"a node that writes avif")")}});
  EXPECT_EQ(status_of("job_1"), exit_ok);
  EXPECT_NE(out().find("  waits for   a node that writes avif\n"),
            std::string::npos)
    << out();
}

TEST_F(Client, TellsHowAJobIs) {
  fake.on("GET /v1/jobs/job_1",
          {{"200 OK", job_json("running", 6, 1,
                               R"(,"rate":{"images_per_s":1.5},
                                  "created_at":"2026-01-02T03:04:05Z")")}});
  EXPECT_EQ(status_of("job_1"), exit_ok);
  EXPECT_EQ(out(), "job_1 running\n"
                   "  images      10\n"
                   "  compressed  6\n"
                   "  failed      1 (http_404 1)\n"
                   "  bytes       2.00 MB -> 1.00 MB (50.0 %)\n"
                   "  name        spring\n"
                   "  to do       2 under way, 1 waiting\n"
                   "  progress    [################........] 7/10  1.5 img/s  "
                   "2.00 MB -> 1.00 MB (50.0 %)  1 failed  ETA 2.0 s\n"
                   "  created     2026-01-02T03:04:05Z\n");
  EXPECT_NE(fake.requests()[0].head.find("\r\nAuthorization: Bearer secret\r"),
            std::string::npos);
}

TEST_F(Client, TellsWhyAJobFailed) {
  fake.on(
    "GET /v1/jobs/job_1",
    {{"200 OK", job_json("failed", 6, 1,
                         R"(,"error":{"code":"deadline","detail":"2 h"})")}});
  EXPECT_EQ(status_of("job_1"), exit_ok);
  EXPECT_EQ(out().rfind("job_1 failed (deadline: 2 h)\n", 0), 0u) << out();
}

TEST_F(Client, PrintsJsonAsItIs) {
  const auto json = job_json("running", 6, 1);
  fake.on("GET /v1/jobs/job_1", {{"200 OK", json}});
  EXPECT_EQ(status_of("job_1", true), exit_ok);
  EXPECT_EQ(out(), json + "\n");
}

TEST_F(Client, KeepsIdsInsideThePath) {
  EXPECT_EQ(status_of("../x?y"), exit_job_failed);
  EXPECT_EQ(fake.lines()[0], "GET /v1/jobs/%2E%2E%2Fx%3Fy");
}

TEST_F(Client, PrintsProblemsOnOneLine) {
  fake.on("GET /v1/jobs/job_1",
          {{"404 Not Found",
            R"({"title":"No such job","status":404,"code":"no-such-job",)"
            R"("detail":"job\u001b[2J_1"})"}});
  EXPECT_EQ(status_of("job_1"), exit_usage);
  EXPECT_EQ(out(), "");
  EXPECT_EQ(err(), "pixmill: No such job: job�[2J_1 (no-such-job)\n");
  EXPECT_EQ(status_of("job_1", true), exit_usage);
  EXPECT_EQ(out().rfind("{\"title\"", 0), 0u);
}

TEST_F(Client, BlamesTheServerForItsOwnFaults) {
  fake.on("GET /v1/jobs/job_1",
          {{"500 Oh", "<html>"}, {"429 Slow", "{}"}, {"401 Who", "{}"}});
  EXPECT_EQ(status_of("job_1"), exit_job_failed);
  EXPECT_EQ(err(), "pixmill: the server answers HTTP 500\n");
  EXPECT_EQ(status_of("job_1"), exit_job_failed);
  EXPECT_EQ(status_of("job_1"), exit_usage);
}

TEST_F(Client, FindsNoServerWhereNoneAnswers) {
  fake.on("GET /v1/jobs/job_1",
          {{""}, {"200 OK", "<html>welcome"}, {"200 OK", "{\"id\":7}"}});
  EXPECT_EQ(status_of("job_1"), exit_no_server);
  EXPECT_EQ(status_of("job_1"), exit_no_server);
  EXPECT_EQ(err(), "pixmill: the answer is none of a Pixmill server\n");
  EXPECT_EQ(status_of("job_1"), exit_no_server);
  EXPECT_EQ(out(), "");
}

TEST_F(Client, SteersAJob) {
  for (const auto* verb : {"cancel", "pause", "resume"}) {
    fake.on("POST /v1/jobs/job_1/" + std::string{verb},
            {{"202 Accepted", job_json("paused", 1, 0)}});
    EXPECT_EQ(steer(verb), exit_ok) << err();
    EXPECT_EQ(out(), "job_1 paused\n");
  }
  EXPECT_EQ(fake.requests()[0].body, "");
}

TEST_F(Client, AsksForTheStateThatAnAnswerDoesNotTell) {
  fake.on("POST /v1/jobs/job_1/cancel", {{"202 Accepted", ""}});
  fake.on("GET /v1/jobs/job_1", {{"200 OK", job_json("canceling", 1, 0)}});
  EXPECT_EQ(steer("cancel"), exit_ok);
  EXPECT_EQ(out(), "job_1 canceling\n");
}

TEST_F(Client, TellsThatAStateAllowsNoCommand) {
  fake.on(
    "POST /v1/jobs/job_1/pause",
    {{"409 Conflict", R"({"title":"Wrong state","code":"wrong-state"})"}});
  EXPECT_EQ(steer("pause"), exit_usage);
  EXPECT_EQ(err(), "pixmill: Wrong state (wrong-state)\n");
}

TEST_F(Client, RetriesWhatIsNamed) {
  fake.on("POST /v1/jobs/job_1/retry",
          {{"202 Accepted", job_json("running", 1, 0)}});
  retry_options options;
  options.id = "job_1";
  EXPECT_EQ(call(options), exit_ok);
  EXPECT_EQ(out(), "job_1 running\n");
  options.codes = {"timeout", "http_503"};
  options.hosts = {"x.example"};
  options.limit = 5;
  EXPECT_EQ(call(options), exit_ok);
  const auto asked = fake.requests();
  EXPECT_EQ(asked[0].body, R"({"codes":[],"hosts":[]})");
  EXPECT_EQ(
    asked[1].body,
    R"({"codes":["timeout","http_503"],"hosts":["x.example"],"limit":5})");
  EXPECT_NE(asked[1].head.find("Content-Type: application/json"),
            std::string::npos);
}

TEST_F(Client, ListsJobsPageByPage) {
  fake.on("GET /v1/jobs?limit=100",
          {{"200 OK", "{\"jobs\":[" + job_json("completed", 10, 0)
                        + "],\"next_cursor\":\"a+b\"}"}});
  fake.on("GET /v1/jobs?limit=100&cursor=a%2Bb",
          {{"200 OK", "{\"jobs\":[" + job_json("running", 3, 1)
                        + "],\"next_cursor\":null}"}});
  EXPECT_EQ(call(list_options{}), exit_ok) << err();
  EXPECT_EQ(out(), "job    state      images  failed  created  name\n"
                   "job_1  completed   10/10                   spring\n"
                   "job_1  running      4/10       1           spring\n");
}

TEST_F(Client, ListsSomeJobs) {
  fake.on("GET /v1/jobs?limit=100&state=running&name=a%20b",
          {{"200 OK", R"({"jobs":[]})"}});
  list_options options;
  options.state = "running";
  options.name = "a b";
  EXPECT_EQ(call(options), exit_ok) << err();
  EXPECT_EQ(out(), "no jobs\n");
  options.json = true;
  EXPECT_EQ(call(options), exit_ok);
  EXPECT_EQ(out(), "{\"jobs\":[]}\n");
}

TEST_F(Client, LeavesAServerThatLeadsInCircles) {
  fake.on("GET /v1/jobs?limit=100",
          {{"200 OK", R"({"jobs":[],"next_cursor":"x"})"}});
  fake.on("GET /v1/jobs?limit=100&cursor=x",
          {{"200 OK", R"({"jobs":[],"next_cursor":"x"})"}});
  EXPECT_EQ(call(list_options{}), exit_ok);
  EXPECT_EQ(fake.requests().size(), 2u);
}

} // namespace
} // namespace pixmill::cli
