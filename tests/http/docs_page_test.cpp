#include "http/docs_page.hpp"

#include <regex>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "http/docs_policy.hpp"
#include "http/embedded.hpp"
#include "http/html_text.hpp"

namespace pixmill::http {
namespace {

std::set<std::string> all(const std::string& text, const std::string& pattern) {
  const std::regex wanted{pattern};
  std::set<std::string> out;
  for (std::sregex_iterator at{text.begin(), text.end(), wanted}, end;
       at != end; ++at)
    out.insert((*at)[1]);
  return out;
}

class DocsPage : public testing::Test {
protected:
  const std::string page = docs_page(openapi_json, docs_css);
};

TEST_F(DocsPage, TellsOfEachRouteAndSchema) {
  const auto document = nlohmann::json::parse(openapi_json);
  const auto places = all(page, "id=\"([^\"]+)\"");
  for (const auto& [path, item] : document.at("paths").items())
    for (const auto& [method, operation] : item.items())
      if (operation.is_object()) {
        EXPECT_TRUE(places.contains(operation.at("operationId"))) << path;
      }
  for (const auto& [name, schema] :
       document.at("components").at("schemas").items())
    EXPECT_TRUE(places.contains("schema-" + name)) << name;
}

TEST_F(DocsPage, LinksToWhatItHolds) {
  const auto places = all(page, "id=\"([^\"]+)\"");
  for (const auto& link : all(page, "href=\"#([^\"]+)\""))
    EXPECT_TRUE(places.contains(link)) << link;
}

TEST_F(DocsPage, NeedsNothingFromElsewhere) {
  for (const auto* word : {"<script", "src=", "url(", "@import", "<link",
                           "style=\"", "onclick", "href=\"http"})
    EXPECT_EQ(page.find(word), std::string::npos) << word;
}

TEST_F(DocsPage, LeavesNoRoomForMarkup) {
  EXPECT_EQ(prose("a <b> & `c\"d`\n\ne"),
            "<p>a &lt;b&gt; &amp; <code>c&quot;d</code></p><p>e</p>");
}

TEST(DocsPolicy, AllowsTheStyleAlone) {
  // Of the empty text: the SHA-256 that everybody knows, in base64.
  EXPECT_EQ(docs_policy(""),
            "default-src 'none'; style-src "
            "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
}

} // namespace
} // namespace pixmill::http
