#include "http/route_scopes.hpp"

#include <gtest/gtest.h>

namespace pixmill::http {
namespace {

std::string word(std::string_view method, std::string_view path,
                 bool private_files = false) {
  const auto need = need_of(method, path, private_files);
  if (need.health)
    return "health";
  if (!need.wanted)
    return "open";
  return std::string{to_string(*need.wanted)}
         + (need.whole_house ? " of all" : "");
}

TEST(RouteScopes, OpenHealthAndPages) {
  EXPECT_EQ(word("GET", "/healthz"), "health");
  EXPECT_EQ(word("HEAD", "/readyz"), "health");
  EXPECT_EQ(word("GET", "/openapi.json"), "open");
  EXPECT_EQ(word("GET", "/docs"), "open");
  EXPECT_EQ(word("GET", "/docs/page.css"), "open");
  EXPECT_EQ(word("GET", "/console"), "open");
  EXPECT_EQ(word("GET", "/console/main.js"), "open");
}

TEST(RouteScopes, OpenFilesUnlessTheyArePrivate) {
  EXPECT_EQ(word("GET", "/v1/files/abc/x.jpg"), "open");
  EXPECT_EQ(word("GET", "/v1/files/abc/x.jpg", true), "read");
  EXPECT_EQ(word("GET", "/v1/files/abc"), "read");
  EXPECT_EQ(word("DELETE", "/v1/files/abc/x.jpg"), "admin of all");
}

TEST(RouteScopes, LetReadersLook) {
  for (const auto* path :
       {"/v1/jobs", "/v1/jobs/job_1", "/v1/jobs/job_1/results.csv",
        "/v1/jobs/job_1/events", "/v1/jobs/job_1/deliveries", "/status/job_1",
        "/download/job_1", "/anything/else"})
    EXPECT_EQ(word("GET", path), "read") << path;
  EXPECT_EQ(word("GET", "/metrics"), "read of all");
}

TEST(RouteScopes, LetSubmittersChangeJobs) {
  for (const auto* path :
       {"/v1/jobs", "/v1/validate", "/v1/jobs/job_1/cancel",
        "/v1/jobs/job_1/retry", "/v1/deliveries/evt_1/replay",
        "/v1/webhooks/test", "/upload"})
    EXPECT_EQ(word("POST", path), "submit") << path;
  EXPECT_EQ(word("DELETE", "/v1/jobs/job_1"), "submit");
}

TEST(RouteScopes, KeepTheHouseForAdmins) {
  for (const auto* path :
       {"/v1/tokens", "/v1/tokens/tok_1", "/v1/nodes", "/v1/actors",
        "/v1/actors/tree", "/v1/audit", "/v1/origins", "/v1/errors",
        "/v1/history", "/v1/overview", "/v1/config", "/v1/deliveries",
        "/v1/traces/trc_1/events"})
    EXPECT_EQ(word("GET", path), "admin of all") << path;
  for (const auto* path : {"/v1/tokens", "/v1/nodes/n/drain",
                           "/v1/actors/7/kill", "/v1/actors/7/trace"})
    EXPECT_EQ(word("POST", path), "admin of all") << path;
  EXPECT_EQ(word("DELETE", "/v1/tokens/tok_1"), "admin of all");
}

TEST(RouteScopes, LetNobodyButAdminsDoWhatIsNotListed) {
  for (const auto* method : {"POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
    EXPECT_EQ(word(method, "/v1/unheard-of"), "admin of all") << method;
  EXPECT_EQ(word("OPTIONS", "*"), "admin of all");
  EXPECT_EQ(word("POST", "/v1/jobs/"), "admin of all");
  EXPECT_EQ(word("POST", "/v1/jobs/a/b/c"), "admin of all");
  EXPECT_EQ(word("POST", ""), "admin of all");
}

} // namespace
} // namespace pixmill::http
