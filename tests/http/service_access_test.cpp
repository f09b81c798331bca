#include <future>
#include <latch>

#include "model/sha256.hpp"
#include "tests/http/raw_client.hpp"
#include "tests/http/service_fixture.hpp"

namespace pixmill::http {
namespace {

class ServiceAccess : public test::Service {
protected:
  // Submits a sheet, and returns the job's id.
  std::string job_of(const std::string& secret) {
    return submit(secret).json().at("id").get<std::string>();
  }
};

TEST_F(ServiceAccess, IsOpenToThisMachineWithoutTokens) {
  start();
  EXPECT_EQ(subject->tokens(), 0u);
  EXPECT_EQ(submit("").status, 202);
  EXPECT_EQ(ask("GET", "/v1/jobs").status, 200);
}

TEST_F(ServiceAccess, IsNotBoundForStrangersWithoutTokens) {
  for (const auto* address : {"0.0.0.0", "::", "10.0.0.1", "128.0.0.1"}) {
    settings.address = address;
    const auto refused = service::check(settings, false);
    ASSERT_TRUE(refused) << address;
    EXPECT_NE(context_of(refused).find("pixmill token new"), std::string::npos);
    EXPECT_FALSE(service::check(settings, true)) << address;
    EXPECT_FALSE(service::start(head, settings, gate)) << address;
  }
}

TEST_F(ServiceAccess, IsGuardedByTheFirstTokenAtOnce) {
  start();
  const auto made = ask("POST", "/v1/tokens", "",
                        R"({"scopes":["submit","admin"],"name":"first"})");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.field("Cache-Control"), "no-store");
  const auto secret = made.json().at("token").get<std::string>();
  EXPECT_EQ(ask("GET", "/v1/jobs").code(), "token-missing");
  EXPECT_EQ(ask("GET", "/v1/jobs", secret).status, 200);
  ASSERT_EQ(head.stored_tokens.size(), 1u);
  EXPECT_EQ(head.stored_tokens[0].sha256, sha256_of(secret));
  const auto listed = ask("GET", "/v1/tokens", secret);
  EXPECT_EQ(listed.body.find(secret), std::string::npos);
  EXPECT_EQ(listed.body.find(head.stored_tokens[0].sha256), std::string::npos);
  const auto one = listed.json().at("tokens").at(0);
  EXPECT_EQ(one.at("name"), "first");
  EXPECT_EQ(one.at("scopes"), nlohmann::json({"submit", "admin"}));
  EXPECT_TRUE(one.at("tenant").is_null());
  EXPECT_TRUE(one.at("expires_at").is_null());
}

TEST_F(ServiceAccess, TakesSoManySubmissionsAtOnce) {
  settings.max_submissions = 1;
  std::latch held{1}, go_on{1};
  head.before_accept = [&] {
    held.count_down();
    go_on.wait();
  };
  start();
  auto first = std::async(std::launch::async, [&] { return submit(""); });
  held.wait();
  const auto refused = submit("");
  go_on.count_down();
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.code(), "too-many-submissions");
  EXPECT_GT(std::stoi(refused.field("Retry-After")), 0);
  EXPECT_EQ(first.get().status, 202);
  head.before_accept = nullptr;
  EXPECT_EQ(submit("").status, 202);
}

TEST_F(ServiceAccess, RefusesTokensThatCannotBe) {
  start();
  for (const auto* body :
       {"", "[]", "{}", R"({"scopes":[]})", R"({"scopes":["write"]})",
        R"({"scopes":[1]})", R"({"scopes":"read","tenant":"a b"})",
        R"({"scopes":"admin","tenant":"a"})", R"({"scopes":"read","x":1})",
        R"({"scopes":"read","expires":"soon"})",
        R"({"scopes":"read","expires":"0s"})",
        R"({"scopes":"read","expires":90})"}) {
    const auto refused = ask("POST", "/v1/tokens", "", body);
    EXPECT_EQ(refused.code(), "option-invalid") << body;
    EXPECT_EQ(refused.status, 422) << body;
  }
  EXPECT_TRUE(head.stored_tokens.empty());
  EXPECT_EQ(ask("GET", "/v1/jobs").status, 200); // Still open.
}

TEST_F(ServiceAccess, MakesNoTokenThatARestartWouldForget) {
  head.full = true;
  start();
  EXPECT_EQ(ask("POST", "/v1/tokens", "", R"({"scopes":"read"})").status, 507);
  EXPECT_EQ(subject->tokens(), 0u);
}

TEST_F(ServiceAccess, RevokesAtOnce) {
  const auto admin = token("admin");
  const auto reader = token("read");
  start();
  EXPECT_EQ(ask("GET", "/v1/jobs", reader).status, 200);
  const auto id = head.stored_tokens[1].id;
  EXPECT_EQ(ask("DELETE", "/v1/tokens/" + id, reader).code(), "scope-missing");
  EXPECT_EQ(ask("DELETE", "/v1/tokens/" + id, admin).status, 204);
  EXPECT_EQ(ask("GET", "/v1/jobs", reader).code(), "token-unknown");
  EXPECT_EQ(ask("DELETE", "/v1/tokens/" + id, admin).code(), "no-such-token");
  EXPECT_EQ(head.stored_tokens.size(), 1u);
}

TEST_F(ServiceAccess, RevokesEvenWhileTheDiskIsFull) {
  const auto admin = token("admin");
  const auto reader = token("read");
  start();
  head.full = true;
  const auto path = "/v1/tokens/" + head.stored_tokens[1].id;
  EXPECT_EQ(ask("DELETE", path, admin).status, 507);
  EXPECT_EQ(ask("GET", "/v1/jobs", reader).code(), "token-unknown");
  head.full = false;
  EXPECT_EQ(ask("DELETE", path, admin).status, 204);
  EXPECT_EQ(head.stored_tokens.size(), 1u);
}

TEST_F(ServiceAccess, StaysShutWhenTheLastTokenGoes) {
  const auto admin = token("admin");
  start();
  const auto last =
    ask("DELETE", "/v1/tokens/" + head.stored_tokens[0].id, admin);
  EXPECT_EQ(last.status, 200);
  EXPECT_NE(last.json().at("warning").get<std::string>().find("last token"),
            std::string::npos);
  EXPECT_EQ(ask("GET", "/healthz").status, 200);
  EXPECT_EQ(ask("GET", "/v1/jobs", admin).code(), "no-tokens");
  EXPECT_EQ(ask("POST", "/v1/tokens", "", R"({"scopes":"admin"})").code(),
            "no-tokens");
}

TEST_F(ServiceAccess, SaysWhatItWantsInTheStandardField) {
  const auto reader = token("read");
  start();
  EXPECT_EQ(ask("GET", "/v1/jobs").field("WWW-Authenticate"),
            "Bearer realm=\"pixmill\"");
  const auto refused = submit(reader);
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.json().at("scope"), "submit");
  EXPECT_NE(refused.field("WWW-Authenticate").find("insufficient_scope"),
            std::string::npos);
}

TEST_F(ServiceAccess, IsNotFooledByTheSpellingOfAPath) {
  const auto reader = token("read");
  start();
  EXPECT_EQ(ask("GET", "/v1/%74okens", reader).code(), "scope-missing");
  EXPECT_EQ(ask("DELETE", "/v1/%6Aobs/job_1", reader).code(), "scope-missing");
  EXPECT_EQ(ask("GET", "//healthz").code(), "token-missing");
  EXPECT_EQ(ask("GET", "/healthz/../v1/jobs").code(), "token-missing");
}

TEST_F(ServiceAccess, ShowsATenantItsOwnJobsOnly) {
  const auto shop = token("submit,read", "shop");
  const auto other = token("submit,read", "other");
  const auto house = token("read,submit");
  start();
  const auto job = job_of(shop);
  const auto path = "/v1/jobs/" + job;
  EXPECT_EQ(ask("GET", path, shop).status, 200);
  EXPECT_EQ(ask("GET", path, house).status, 200);
  const auto unknown = ask("GET", "/v1/jobs/job_x", other);
  auto foreign = ask("GET", path, other);
  EXPECT_EQ(foreign.status, 404);
  foreign.body.replace(foreign.body.find(job), job.size(), "job_x");
  // Nothing tells that there is one; ids of requests differ anyway.
  const auto before_id = [](const std::string& body) {
    return body.substr(0, body.find("\"request_id\""));
  };
  EXPECT_EQ(before_id(foreign.body), before_id(unknown.body));
  for (const auto* rest : {"/results.csv", "/results.jsonl", "/failed.csv"})
    EXPECT_EQ(ask("GET", path + rest, other).code(), "no-such-job") << rest;
  for (const auto* rest : {"/pause", "/resume", "/cancel", "/retry"})
    EXPECT_EQ(ask("POST", path + rest, other).code(), "no-such-job") << rest;
  EXPECT_EQ(ask("DELETE", path, other).code(), "no-such-job");
  EXPECT_EQ(ask("GET", path, shop).status, 200);
}

TEST_F(ServiceAccess, ListsATenantsOwnJobsOnly) {
  const auto shop = token("submit,read", "shop");
  const auto other = token("submit,read", "other");
  const auto house = token("submit,read");
  start();
  job_of(shop);
  job_of(other);
  job_of(other);
  job_of(house);
  const auto count = [&](const std::string& secret) {
    return ask("GET", "/v1/jobs", secret).json().at("jobs").size();
  };
  EXPECT_EQ(count(shop), 1u);
  EXPECT_EQ(count(other), 2u);
  EXPECT_EQ(count(house), 4u);
  const auto page = ask("GET", "/v1/jobs?limit=1", shop).json();
  EXPECT_TRUE(page.at("next_cursor").is_null()); // Nor that others follow.
}

TEST_F(ServiceAccess, TellsNoTenantOfAnothersWork) {
  const auto shop = token("submit,read", "shop");
  const auto other = token("submit,read", "other");
  start();
  const auto first = submit(shop, {{"Idempotency-Key", "k"}}).json();
  const auto foreign = submit(other, {{"Idempotency-Key", "k"}}).json();
  EXPECT_NE(foreign.at("id"), first.at("id"));
  EXPECT_FALSE(foreign.contains("duplicate_of")
               && foreign.at("duplicate_of") != nullptr);
  const auto again = submit(shop, {{"Idempotency-Key", "k"}}).json();
  EXPECT_EQ(again.at("id"), first.at("id"));
  EXPECT_EQ(submit(shop).json().at("duplicate_of"), first.at("id"));
}

TEST_F(ServiceAccess, TakesNothingInWhileTheQueueIsFull) {
  const auto shop = token("submit,read", "shop");
  start();
  const auto first = submit(shop, {{"Idempotency-Key", "k"}}).json();
  head.most_jobs = 1;
  const auto chunks = head.chunks;
  const auto refused = submit(shop);
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.code(), "queue-full");
  EXPECT_NE(refused.field("Retry-After"), "");
  EXPECT_EQ(head.chunks, chunks); // Nothing of it was stored.
  const auto again = submit(shop, {{"Idempotency-Key", "k"}});
  EXPECT_EQ(again.json().at("id"), first.at("id")); // That one is in.
  EXPECT_EQ(submit(shop, {{"Idempotency-Key", "new"}}).code(), "queue-full");
  EXPECT_EQ(
    ask("POST", "/v1/validate", shop, sheet, {{"Content-Type", "text/csv"}})
      .status,
    200);
}

TEST_F(ServiceAccess, ChecksSheetsWhileTheDiskIsFull) {
  settings.compat = true;
  head.full = true;
  start();
  const std::string form = "--b\r\nContent-Disposition: form-data; "
                           "name=\"file\"; filename=\"a.csv\"\r\n\r\n"
                           + std::string{sheet} + "\r\n--b--\r\n";
  const auto kind = "multipart/form-data; boundary=b";
  const auto as_json = nlohmann::json{{"csv", sheet}}.dump();
  const std::vector<std::pair<std::string, std::string>> forms{
    {"text/csv", sheet}, {kind, form}, {"application/json", as_json}};
  for (const auto& [type, body] : forms) {
    const httplib::Headers fields{{"Content-Type", type}};
    const auto refused = ask("POST", "/v1/jobs", "", body, fields);
    EXPECT_EQ(refused.status, 507) << type;
    EXPECT_EQ(refused.code(), "disk-full");
    EXPECT_NE(refused.field("Retry-After"), "");
    EXPECT_EQ(ask("POST", "/v1/validate", "", body, fields).status, 200)
      << type;
  }
  EXPECT_EQ(ask("POST", "/upload", "", form, {{"Content-Type", kind}}).status,
            507);
  EXPECT_TRUE(head.accepted.empty());
}

TEST_F(ServiceAccess, LetsNoTenantFillTheQueue) {
  const auto shop = token("submit,read", "shop");
  const auto other = token("submit,read", "other");
  head.most_of_tenant = 1;
  start();
  EXPECT_EQ(submit(shop).status, 202);
  EXPECT_EQ(submit(shop).code(), "tenant-queue-full");
  EXPECT_EQ(submit(shop).status, 429);
  EXPECT_EQ(submit(other).status, 202);
}

TEST_F(ServiceAccess, AwaitsNoLongBodyThatIsRefusedAnyway) {
  const auto shop = token("submit,read", "shop");
  head.most_jobs = 0;
  start();
  const auto url = subject->url();
  const auto port =
    static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
  const auto ask_early = [&](const std::string& fields) {
    test::raw_client client{port};
    return client.ask("POST /v1/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                      "Content-Type: text/csv\r\nContent-Length: 1000000\r\n"
                      + fields + "\r\n");
  };
  const auto stranger = ask_early("");
  EXPECT_EQ(stranger.status, 401);
  EXPECT_NE(stranger.head.find("WWW-Authenticate: Bearer"), std::string::npos);
  const auto full = ask_early("Authorization: Bearer " + shop + "\r\n");
  EXPECT_EQ(full.status, 503);
  EXPECT_NE(full.body.find("queue-full"), std::string::npos);
  EXPECT_NE(full.head.find("Retry-After: "), std::string::npos);
}

TEST_F(ServiceAccess, LetsATokenAskSoOften) {
  const auto one = token("read");
  const auto two = token("read");
  settings.rate_limit = 1;
  settings.rate_burst = 2;
  start();
  EXPECT_EQ(ask("GET", "/v1/jobs", one).field("RateLimit-Remaining"), "1");
  EXPECT_EQ(ask("GET", "/v1/jobs", one).field("RateLimit-Remaining"), "0");
  const auto refused = ask("GET", "/v1/jobs", one);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.code(), "rate-limited");
  EXPECT_EQ(refused.field("RateLimit-Limit"), "2");
  EXPECT_EQ(refused.field("Retry-After"), "1");
  EXPECT_EQ(ask("GET", "/v1/jobs", two).status, 200);
  EXPECT_EQ(ask("GET", "/healthz").status, 200);
}

TEST_F(ServiceAccess, LetsPagesOfNamedOriginsAsk) {
  const std::string good = "https://admin.shop.example";
  settings.cors_origins = {good};
  const auto reader = token("read");
  start();
  const auto asked =
    ask("OPTIONS", "/v1/jobs", "", "",
        {{"Origin", good}, {"Access-Control-Request-Method", "GET"}});
  EXPECT_EQ(asked.status, 204);
  EXPECT_EQ(asked.field("Access-Control-Allow-Origin"), good);
  EXPECT_EQ(asked.field("Vary"), "Origin");
  EXPECT_NE(asked.field("Access-Control-Allow-Headers").find("Authorization"),
            std::string::npos);
  const auto got = ask("GET", "/v1/jobs", reader, "", {{"Origin", good}});
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.field("Access-Control-Allow-Origin"), good);
  EXPECT_EQ(got.field("Access-Control-Allow-Credentials"), "");
  const auto other =
    ask("GET", "/v1/jobs", reader, "", {{"Origin", good + ".evil.example"}});
  EXPECT_EQ(other.field("Access-Control-Allow-Origin"), "");
  EXPECT_EQ(other.field("Vary"), "Origin");
}

TEST_F(ServiceAccess, LetsNoPageAskByDefault) {
  start();
  const auto refused =
    ask("GET", "/v1/jobs", "", "", {{"Origin", "https://shop.example"}});
  EXPECT_EQ(refused.code(), "foreign-origin");
  EXPECT_EQ(refused.field("Access-Control-Allow-Origin"), "");
}

} // namespace
} // namespace pixmill::http
