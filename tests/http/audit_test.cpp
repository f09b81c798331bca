#include "http/audit.hpp"

#include "tests/http/service_fixture.hpp"

namespace pixmill::http::test {
namespace {

class Audit : public Service {
protected:
  const std::vector<audit_entry>& log() const {
    return head.cluster.log;
  }
};

TEST_F(Audit, KnowsWhatIsWrittenDown) {
  EXPECT_EQ(audited_action("POST", "/v1/actors/head:7/kill"), "actor.kill");
  EXPECT_EQ(audited_action("DELETE", "/v1/jobs/job_1"), "job.delete");
  EXPECT_EQ(audited_action("POST", "/v1/nodes/b/drain"), "node.drain");
  EXPECT_EQ(audited_action("POST", "/v1/tokens"), "token.create");
  EXPECT_EQ(audited_action("GET", "/v1/jobs/job_1"), "");
  EXPECT_EQ(audited_action("POST", "/v1/jobs"), "");
  EXPECT_EQ(audited_action("POST", "/v1/jobs//cancel"), "");
}

TEST_F(Audit, SaysWhoDidWhatAndWhatCameOfIt) {
  start();
  const auto job = submit({}).json().at("id").get<std::string>();
  EXPECT_TRUE(log().empty());
  EXPECT_EQ(ask("POST", "/v1/jobs/" + job + "/cancel").status, 202);
  ASSERT_EQ(log().size(), 1u);
  EXPECT_EQ(log()[0].who, "open");
  EXPECT_EQ(log()[0].address, "127.0.0.1");
  EXPECT_EQ(log()[0].what, "job.cancel");
  EXPECT_EQ(log()[0].target, job);
  EXPECT_EQ(log()[0].effect, "queued"); // The head in memory runs nothing.
  EXPECT_TRUE(log()[0].request.starts_with("req_"));
}

TEST_F(Audit, TellsOfWhatWasRefusedByARoute) {
  start();
  EXPECT_EQ(ask("POST", "/v1/jobs/job_none/pause").status, 404);
  ASSERT_EQ(log().size(), 1u);
  EXPECT_EQ(log()[0].effect, "refused: no-such-job");
}

TEST_F(Audit, NamesTheTokenAndNoSecret) {
  const auto admin = token("admin");
  start();
  const auto made =
    ask("POST", "/v1/tokens", admin, R"({"scopes":["read"],"name":"shop"})")
      .json();
  ASSERT_EQ(log().size(), 1u);
  EXPECT_EQ(log()[0].target, made.at("id"));
  EXPECT_EQ(log()[0].who, head.stored_tokens[0].id);
  const auto& x = log()[0];
  for (const auto& text : {x.who, x.what, x.target, x.effect})
    EXPECT_EQ(text.find(made.at("token").get<std::string>()),
              std::string::npos);
  ask("DELETE", "/v1/tokens/" + made.at("id").get<std::string>(), admin);
  EXPECT_EQ(log()[0].what, "token.revoke");
  EXPECT_EQ(log()[0].effect, "done");
}

TEST_F(Audit, LeavesOutWhoMayNotAsk) {
  const auto reader = token("read");
  start();
  EXPECT_EQ(ask("POST", "/v1/jobs/job_1/cancel", reader).status, 403);
  EXPECT_EQ(ask("POST", "/v1/jobs/job_1/cancel").status, 401);
  EXPECT_TRUE(log().empty());
}

} // namespace
} // namespace pixmill::http::test
