#include "model/api_token.hpp"

#include <set>

#include <gtest/gtest.h>

#include "model/errc.hpp"
#include "model/sha256.hpp"

namespace pixmill {
namespace {

using namespace std::chrono_literals;

scope_set scopes(std::string_view names) {
  return scope_set::parse(names).value();
}

TEST(ScopeSet, ParsesNames) {
  EXPECT_EQ(scopes("submit,read").names(),
            (std::vector<std::string>{"submit", "read"}));
  EXPECT_EQ(scopes("read,submit,read"), scopes("submit,read"));
  for (const auto* wrong :
       {"", "write", "read,", ",read", "Read", "read, admin"})
    EXPECT_FALSE(scope_set::parse(wrong)) << wrong;
}

TEST(ScopeSet, AllowsWhatWasGiven) {
  EXPECT_TRUE(scopes("read").allows(scope::read));
  EXPECT_FALSE(scopes("read").allows(scope::submit));
  EXPECT_FALSE(scopes("submit,read").allows(scope::admin));
}

TEST(ScopeSet, AllowsAnAdminEverything) {
  for (const auto which : {scope::submit, scope::read, scope::admin})
    EXPECT_TRUE(scopes("admin").allows(which));
}

TEST(ScopeSet, DropsUnknownBits) {
  EXPECT_EQ(scope_set::from_bits(0xf8).bits(), 0);
  EXPECT_EQ(scope_set::from_bits(0xff), scopes("submit,read,admin"));
}

TEST(ApiToken, IsDrawnWithASecretThatIsNotKept) {
  const auto drawn = draw_token({.scopes = scopes("read"),
                                 .tenant = "shop-1",
                                 .name = "back office",
                                 .lifetime = 2s},
                                1'000);
  ASSERT_TRUE(drawn);
  EXPECT_EQ(drawn->secret.size(), 4u + 43);
  EXPECT_TRUE(drawn->secret.starts_with("pxm_"));
  EXPECT_EQ(drawn->secret.find_first_not_of(
              "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
              "-_"),
            std::string::npos);
  EXPECT_EQ(drawn->token.sha256, sha256_of(drawn->secret));
  EXPECT_TRUE(drawn->token.id.starts_with("tok_"));
  EXPECT_EQ(drawn->token.tenant, "shop-1");
  EXPECT_FALSE(drawn->token.expired(2'999));
  EXPECT_TRUE(drawn->token.expired(3'000));
}

TEST(ApiToken, IsNeverDrawnTwice) {
  std::set<std::string> secrets;
  for (int i = 0; i < 1'000; ++i)
    secrets.insert(draw_token({.scopes = scopes("read")}, 1)->secret);
  EXPECT_EQ(secrets.size(), 1'000u);
}

TEST(ApiToken, LivesForEverUnlessToldOtherwise) {
  const auto drawn = draw_token({.scopes = scopes("read")}, 1);
  EXPECT_FALSE(drawn->token.expired(std::int64_t{1} << 60));
}

TEST(ApiToken, IsRefusedToWhomItDoesNotFit) {
  const auto code = [](const token_wish& wish) {
    const auto drawn = draw_token(wish, 1);
    return drawn ? errc::none : code_of(drawn.error(), errc::none);
  };
  EXPECT_EQ(code({}), errc::option_invalid);
  EXPECT_EQ(code({.scopes = scopes("read"), .tenant = "a b"}),
            errc::option_invalid);
  EXPECT_EQ(code({.scopes = scopes("read"), .tenant = std::string(129, 'a')}),
            errc::option_invalid);
  EXPECT_EQ(code({.scopes = scopes("read"), .name = "a\nb"}),
            errc::option_invalid);
  EXPECT_EQ(code({.scopes = scopes("admin"), .tenant = "a"}),
            errc::option_invalid);
  EXPECT_EQ(code({.scopes = scopes("submit,read"), .tenant = "a.b-c_D9"}),
            errc::none);
}

TEST(SameSecret, ComparesWholeTexts) {
  EXPECT_TRUE(same_secret("abc", "abc"));
  EXPECT_FALSE(same_secret("abc", "abd"));
  EXPECT_FALSE(same_secret("abc", "ab"));
  EXPECT_TRUE(same_secret("", ""));
}

} // namespace
} // namespace pixmill
