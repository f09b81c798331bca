#include <algorithm>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "http/embedded.hpp"
#include "tests/http/service_fixture.hpp"

namespace pixmill::http {
namespace {

std::set<std::string> all(std::string_view text, const std::string& pattern) {
  const std::regex wanted{pattern};
  std::set<std::string> out;
  for (std::cregex_iterator at{text.begin(), text.end(), wanted}, end;
       at != end; ++at)
    out.insert((*at)[1]);
  return out;
}

// All but Debian's.
std::vector<embedded_file> our_files() {
  std::vector<embedded_file> out{console_files.begin(), console_files.end()};
  std::erase_if(out, [](const auto& file) { return file.name == "chart.js"; });
  return out;
}

std::string_view file_named(std::string_view name) {
  const auto found =
    std::find_if(console_files.begin(), console_files.end(),
                 [&](const auto& file) { return file.name == name; });
  return found == console_files.end() ? std::string_view{} : found->text;
}

TEST(Console, HoldsWhatItsFilesName) {
  std::size_t links = 0;
  for (const auto& file : our_files())
    for (const auto* form : {R"rx((?:src|href)="/console/([^"]+)")rx",
                             R"rx((?:from|import) '\./([^']+)')rx"})
      for (const auto& name : all(file.text, form)) {
        EXPECT_FALSE(file_named(name).empty()) << file.name << ": " << name;
        ++links;
      }
  EXPECT_GT(links, 20u);
}

TEST(Console, HasAPictureForEachIconThatIsDrawn) {
  const auto there = all(file_named("index.html"), "symbol id=\"i-([a-z]+)\"");
  for (const auto& file : our_files())
    for (const auto& name :
         all(file.text, R"((?:icon\(|picture: |empty\()'([a-z]+)')")) {
      EXPECT_TRUE(there.contains(name)) << file.name << ": " << name;
    }
}

// What the policy would stop anyway, and must not be needed.
TEST(Console, WritesNoMarkupAndAsksNobodyElse) {
  for (const auto& file : our_files())
    for (const auto* word :
         {"innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(",
          "new Function", "style=\"", "onclick=", "@import", "url(\"",
          "url(http", "src=\"http", "href=\"http",
          "localStorage.setItem('pixmill-token"}) {
      EXPECT_EQ(file.text.find(word), std::string_view::npos)
        << file.name << ": " << word;
    }
}

class ConsoleRoute : public test::Service {};

TEST_F(ConsoleRoute, LetsThePageRunItsOwnScriptsAlone) {
  start();
  for (const auto* path : {"/console", "/console/", "/console/main.js"}) {
    const auto got = ask("GET", path);
    EXPECT_EQ(got.status, 200) << path;
    const auto policy = got.field("Content-Security-Policy");
    EXPECT_EQ(policy.find("unsafe"), std::string::npos) << policy;
    EXPECT_EQ(policy.find("http"), std::string::npos) << policy;
    for (const auto* part :
         {"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'",
          "base-uri 'none'", "require-trusted-types-for 'script'"})
      EXPECT_NE(policy.find(part), std::string::npos) << part;
    EXPECT_EQ(got.field("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(got.field("Referrer-Policy"), "no-referrer");
  }
}

TEST_F(ConsoleRoute, SaysWhatEachFileIs) {
  start();
  EXPECT_EQ(ask("GET", "/console").field("Content-Type"),
            "text/html; charset=utf-8");
  EXPECT_EQ(ask("GET", "/console/main.js").field("Content-Type"),
            "text/javascript; charset=utf-8");
  EXPECT_EQ(ask("GET", "/console/console.css").field("Content-Type"),
            "text/css; charset=utf-8");
  EXPECT_EQ(ask("GET", "/console/icon.svg").field("Content-Type"),
            "image/svg+xml");
}

TEST_F(ConsoleRoute, IsNotSentTwice) {
  start();
  const auto etag = ask("GET", "/console/chart.js").field("ETag");
  EXPECT_EQ(
    ask("GET", "/console/chart.js", {}, {}, {{"If-None-Match", etag}}).status,
    304);
}

TEST_F(ConsoleRoute, HasNoOtherFiles) {
  start();
  EXPECT_EQ(ask("GET", "/console/nothing.js").code(), "no-such-file");
  EXPECT_EQ(ask("GET", "/console/..%2fopenapi.json").status, 404);
}

TEST_F(ConsoleRoute, OpensWithoutAToken) {
  token("read");
  start();
  EXPECT_EQ(ask("GET", "/console").status, 200);
  EXPECT_EQ(ask("GET", "/v1/jobs").status, 401);
}

} // namespace
} // namespace pixmill::http
