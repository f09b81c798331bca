#include "http/access_control.hpp"

#include <gtest/gtest.h>

namespace pixmill::http {
namespace {

class AccessControl : public testing::Test {
protected:
  // Makes a token count, and returns its secret.
  std::string token(std::string_view scopes, std::string tenant = {},
                    unix_ms expires_at = 0) {
    auto drawn = draw_token({.scopes = scope_set::parse(scopes).value(),
                             .tenant = std::move(tenant)},
                            1'000)
                   .value();
    drawn.token.expires_at = expires_at;
    last_id = drawn.token.id;
    subject.tokens().add({drawn.token});
    return drawn.secret;
  }

  // What a request comes to: `200`, or status and code.
  std::string ask(std::string_view method, std::string_view path,
                  const std::string& secret = {},
                  std::string_view host = "127.0.0.1:8080",
                  std::string_view origin = {}) {
    last = subject.judge({.method = method,
                          .path = path,
                          .authorization = authorization =
                            secret.empty() ? "" : "Bearer " + secret,
                          .host = host,
                          .origin = origin});
    return last.refused
             ? std::to_string(last.refused->status) + ' ' + last.refused->code
             : "200";
  }

  std::string challenge() const {
    for (const auto& [name, value] : last.fields)
      if (name == "WWW-Authenticate")
        return value;
    return {};
  }

  service_settings settings{.public_url = "http://127.0.0.1:8080"};
  access_control subject{settings};
  verdict last;
  std::string authorization;
  std::string last_id;
};

TEST_F(AccessControl, IsOpenWithoutTokens) {
  EXPECT_EQ(ask("POST", "/v1/jobs"), "200");
  EXPECT_EQ(ask("POST", "/v1/tokens"), "200");
  EXPECT_EQ(ask("POST", "/v1/jobs", "pxm_anything"), "200");
}

TEST_F(AccessControl, KeepsWebPagesOutWhileItIsOpen) {
  EXPECT_EQ(ask("GET", "/v1/jobs", {}, "evil.example"), "403 foreign-host");
  EXPECT_EQ(
    ask("POST", "/v1/jobs", {}, "127.0.0.1:8080", "http://evil.example"),
    "403 foreign-origin");
}

TEST_F(AccessControl, AsksForATokenOnceThereIsOne) {
  token("read");
  EXPECT_EQ(ask("GET", "/v1/jobs"), "401 token-missing");
  EXPECT_EQ(challenge(), "Bearer realm=\"pixmill\"");
  EXPECT_EQ(ask("GET", "/v1/nothing-here"), "401 token-missing");
  EXPECT_EQ(ask("GET", "/healthz"), "200");
  EXPECT_EQ(ask("GET", "/v1/files/a/b.jpg"), "200");
}

TEST_F(AccessControl, ServesAnyNameOnceATokenProtects) {
  const auto secret = token("read");
  EXPECT_EQ(ask("GET", "/v1/jobs", secret, "pixmill.internal"), "200");
  EXPECT_EQ(ask("GET", "/healthz", {}, "10.0.0.7:8080"), "200");
}

TEST_F(AccessControl, RefusesTokensThatDoNotCount) {
  const auto secret = token("read");
  EXPECT_EQ(ask("GET", "/v1/jobs", secret + "x"), "401 token-unknown");
  EXPECT_EQ(challenge(), "Bearer realm=\"pixmill\", error=\"invalid_token\"");
  EXPECT_EQ(ask("GET", "/v1/jobs", token("read", "", 1'500)),
            "401 token-expired");
  EXPECT_EQ(ask("GET", "/v1/jobs", secret), "200");
}

TEST_F(AccessControl, ReadsTheFieldAsTheStandardHasIt) {
  const auto secret = token("read");
  const auto status = [&](const std::string& field) {
    const auto out = subject.judge({.method = "GET",
                                    .path = "/v1/jobs",
                                    .authorization = field,
                                    .host = {},
                                    .origin = {}});
    return out.refused ? out.refused->status : 200;
  };
  EXPECT_EQ(status("bearer " + secret), 200);
  EXPECT_EQ(status("BEARER  " + secret), 200);
  EXPECT_EQ(status(secret), 401);
  EXPECT_EQ(status("Basic " + secret), 401);
  EXPECT_EQ(status("Bearer"), 401);
  EXPECT_EQ(status("Bearer "), 401);
}

TEST_F(AccessControl, NamesTheScopeThatIsMissing) {
  const auto secret = token("read");
  EXPECT_EQ(ask("POST", "/v1/jobs", secret), "403 scope-missing");
  EXPECT_EQ(last.more, R"("scope":"submit")");
  EXPECT_EQ(challenge(), "Bearer realm=\"pixmill\", "
                         "error=\"insufficient_scope\", scope=\"submit\"");
  EXPECT_EQ(ask("GET", "/v1/tokens", secret), "403 scope-missing");
  EXPECT_EQ(last.more, R"("scope":"admin")");
}

TEST_F(AccessControl, LetsAnAdminDoAll) {
  const auto secret = token("admin");
  EXPECT_EQ(ask("POST", "/v1/jobs", secret), "200");
  EXPECT_EQ(ask("GET", "/v1/jobs", secret), "200");
  EXPECT_EQ(ask("DELETE", "/v1/tokens/tok_1", secret), "200");
}

TEST_F(AccessControl, TellsATenantNothingOfTheWholeHouse) {
  EXPECT_EQ(ask("GET", "/metrics", token("read", "shop")),
            "403 tenant-refused");
  EXPECT_EQ(ask("GET", "/metrics", token("read")), "200");
}

TEST_F(AccessControl, HeedsARevocationAtOnce) {
  const auto secret = token("read");
  token("admin");
  subject.tokens().remove(last_id);
  EXPECT_EQ(ask("GET", "/v1/jobs", secret), "200");
  for (const auto& one : subject.tokens().all())
    subject.tokens().remove(one.id);
  EXPECT_EQ(ask("GET", "/v1/jobs", secret), "401 no-tokens");
}

TEST_F(AccessControl, DoesNotOpenWhenTheLastTokenGoes) {
  token("admin");
  ASSERT_TRUE(subject.tokens().remove(last_id));
  EXPECT_FALSE(subject.tokens().remove(last_id));
  EXPECT_EQ(ask("POST", "/v1/tokens"), "401 no-tokens");
  EXPECT_EQ(ask("GET", "/v1/files/a/b.jpg"), "401 no-tokens");
  EXPECT_EQ(ask("GET", "/healthz"), "200");
}

TEST_F(AccessControl, IsGuardedByTokensThatHaveExpired) {
  token("admin", "", 1'500);
  EXPECT_EQ(ask("GET", "/v1/jobs"), "401 token-missing");
}

TEST_F(AccessControl, KnowsWhoseJobsACallerSees) {
  EXPECT_TRUE(subject.caller_of("").sees("anybody"));
  const auto house = subject.caller_of("Bearer " + token("read"));
  const auto shop = subject.caller_of("Bearer " + token("read", "shop"));
  EXPECT_TRUE(house.sees("shop"));
  EXPECT_TRUE(house.sees(""));
  EXPECT_TRUE(shop.sees("shop"));
  EXPECT_FALSE(shop.sees("other"));
  EXPECT_FALSE(shop.sees(""));
  EXPECT_FALSE(subject.caller_of("Bearer gone").sees(""));
  EXPECT_FALSE(subject.caller_of("").sees("shop"));
}

} // namespace
} // namespace pixmill::http
