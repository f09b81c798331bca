#include "http/request_scope.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <httplib.h>
#include <nlohmann/json.hpp>

#include "http/request_metrics.hpp"

namespace pixmill::http {
namespace {

constexpr auto parent =
  "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

httplib::Request asked(const std::string& target) {
  httplib::Request request;
  request.method = "GET";
  request.target = target;
  request.path = target.substr(0, target.find('?'));
  return request;
}

std::string id_given(const std::string& id) {
  auto request = asked("/");
  request.set_header("X-Request-Id", id);
  request_scope scope;
  name_request(request);
  return scope.id();
}

TEST(RequestScope, TakesTheCallersIdWhenThatIsSane) {
  EXPECT_EQ(id_given("a-b_c.d:9"), "a-b_c.d:9");
  for (const auto& id : {std::string{}, std::string{"a b"}, std::string{"a\""},
                         std::string(129, 'x'), std::string{"\xc3\xa9"}})
    EXPECT_TRUE(id_given(id).starts_with("req_")) << id;
}

TEST(RequestScope, AnswersWithItsId) {
  request_scope scope;
  name_request(asked("/"));
  httplib::Response response;
  response.status = 200;
  name_answer(asked("/"), response);
  EXPECT_EQ(response.get_header_value("X-Request-Id"), scope.id());
}

TEST(RequestScope, TakesATraceOverOnlyWhenItIsOne) {
  auto request = asked("/");
  request.set_header("traceparent", parent);
  request_scope scope;
  name_request(request);
  EXPECT_EQ(scope.trace_parent(), parent);
  request_scope other;
  name_request(asked("/"));
  EXPECT_EQ(other.trace_parent(), "");
  EXPECT_EQ(request_scope::current(), &other);
}

TEST(RequestScope, WritesALineWithoutWhatMayBeSecret) {
  const auto path =
    std::filesystem::path{testing::TempDir()} / "pixmill-access-log";
  ASSERT_TRUE(telemetry::start_log(
    {.level = telemetry::log_level::info, .json = true, .file = path}));
  {
    request_scope scope;
    auto request = asked("/v1/jobs/job_1?token=secret");
    request.set_header("traceparent", parent);
    name_request(request);
    scope.note_token("tok_1");
    httplib::Response response;
    response.status = 404;
    name_answer(request, response);
    scope.answered(123, true);
  }
  telemetry::start_log(
    {.level = telemetry::log_level::off, .json = false, .file = {}});
  std::ifstream file{path};
  std::string text;
  ASSERT_TRUE(std::getline(file, text));
  std::filesystem::remove(path);
  EXPECT_EQ(text.find("secret"), text.npos);
  const auto line = nlohmann::json::parse(text);
  EXPECT_EQ(line["method"], "GET");
  EXPECT_EQ(line["path"], "/v1/jobs/job_1?token=…");
  EXPECT_EQ(line["status"], 404);
  EXPECT_EQ(line["bytes"], 123);
  EXPECT_EQ(line["job"], "job_1");
  EXPECT_EQ(line["token"], "tok_1");
  EXPECT_EQ(line["trace_id"], "0af7651916cd43dd8448eb211c80319c");
  EXPECT_TRUE(line["request_id"].get<std::string>().starts_with("req_"));
}

TEST(RequestMetrics, HaveAsManyLabelsAsTheContractHasRoutes) {
  request_metrics subject;
  subject.count("GET", "/healthz", 200, std::chrono::milliseconds{1});
  subject.count("BREW", "other", 501, std::chrono::milliseconds{1});
  telemetry::metric_page page;
  subject.add_to(page);
  const auto text = page.text();
  EXPECT_NE(
    text.find(
      R"(pixmill_http_requests_total{route="other",method="other",status="501"} 1)"),
    text.npos);
  EXPECT_NE(
    text.find(R"(pixmill_http_request_seconds_count{route="/healthz"} 1)"),
    text.npos);
}

} // namespace
} // namespace pixmill::http
