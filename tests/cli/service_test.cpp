#include "cli/service.hpp"

#include <gtest/gtest.h>

namespace pixmill::cli {
namespace {

using variables = std::map<std::string, std::string>;

service_address address(const std::string& url, const variables& environment) {
  const auto out = address_of({.url = url}, environment);
  EXPECT_TRUE(out) << url;
  return out ? *out : service_address{};
}

std::string refusal(const std::string& url, const variables& environment) {
  const auto out = address_of({.url = url}, environment);
  EXPECT_FALSE(out) << url;
  return out ? std::string{} : context_of(out.error());
}

TEST(ServiceAddress, IsThatOfTheFlagThenTheEnvironmentThenLoopback) {
  EXPECT_EQ(address("", {}).url, "http://127.0.0.1:8080");
  const variables environment{{"PIXMILL_URL", "https://a.example/base/"},
                              {"PIXMILL_TOKEN", "t"}};
  EXPECT_EQ(address("", environment).url, "https://a.example/base");
  EXPECT_EQ(address("", environment).token, "t");
  EXPECT_EQ(address("http://b.example:81", environment).url,
            "http://b.example:81");
}

TEST(ServiceAddress, RefusesWhatIsNone) {
  EXPECT_EQ(refusal("b.example", {}),
            "--url b.example: such as https://pixmill.example is wanted");
  EXPECT_NE(refusal("ftp://b.example", {}), "");
  EXPECT_NE(refusal("http://b.example/?x=1", {}), "");
  EXPECT_EQ(refusal("", {{"PIXMILL_URL", "x"}}),
            "PIXMILL_URL x: such as https://pixmill.example is wanted");
}

TEST(ServiceAddress, RepeatsNoSecret) {
  EXPECT_EQ(refusal("http://me:secret@b.example", {}),
            "--url: no user or password may stand in a URL");
  EXPECT_EQ(refusal("", {{"PIXMILL_TOKEN", "secret\r\nX: y"}}).find("secret"),
            std::string::npos);
}

TEST(PercentEncoded, LeavesLettersAndDigits) {
  EXPECT_EQ(percent_encoded("job_01-aZ"), "job_01-aZ");
  EXPECT_EQ(percent_encoded("a/b?ü"), "a%2Fb%3F%C3%BC");
}

} // namespace
} // namespace pixmill::cli
