#include "cli/token.hpp"

#include <sstream>

#include <gtest/gtest.h>

#include "cli/exit_code.hpp"
#include "persistence/journal_store.hpp"
#include "tests/cli/fake_service.hpp"
#include "tests/cli/scratch_folder.hpp"

namespace pixmill::cli {
namespace {

class Token : public testing::Test {
protected:
  int call(const token_options& options) {
    out.str({});
    err.str({});
    settings.store.journal = (folder.path() / "journal").string();
    return token(options, settings, environment, {.out = out, .err = err});
  }

  // Makes one; returns its secret.
  std::string make(const std::string& scopes) {
    token_new_options options;
    options.scopes = scopes;
    EXPECT_EQ(call(options), exit_ok) << err.str();
    auto secret = out.str();
    secret.pop_back(); // The end of its line.
    return secret;
  }

  scratch_folder folder;
  config::settings settings;
  std::map<std::string, std::string> environment;
  std::ostringstream out;
  std::ostringstream err;
};

TEST_F(Token, IsMadeInTheStoreWithoutAServer) {
  const auto secret = make("submit,read");
  EXPECT_EQ(secret.size(), 47u);
  EXPECT_NE(err.str().find("in the store " + settings.store.journal),
            std::string::npos);
  EXPECT_EQ(call(token_list_options{}), exit_ok);
  EXPECT_NE(out.str().find("submit,read"), std::string::npos);
  EXPECT_EQ(out.str().find(secret), std::string::npos);
}

TEST_F(Token, IsRevokedInTheStore) {
  make("read");
  auto id = err.str();
  id = id.substr(id.find("tok_"), 30);
  token_revoke_options options;
  options.id = id;
  EXPECT_EQ(call(options), exit_ok);
  EXPECT_NE(err.str().find("last token"), std::string::npos);
  EXPECT_EQ(call(options), exit_usage);
  EXPECT_EQ(call(token_list_options{}), exit_ok);
  EXPECT_EQ(out.str(), "no tokens\n");
}

TEST_F(Token, IsRefusedWithoutAKnownScope) {
  token_new_options options;
  options.scopes = "write";
  EXPECT_EQ(call(options), exit_usage);
  EXPECT_NE(err.str().find("\"write\""), std::string::npos);
}

TEST_F(Token, IsMadeAtAServerThatIsNamed) {
  fake_service server;
  server.on("POST /v1/tokens",
            {{.status = "201 Created",
              .body = R"({"id":"tok_1","scopes":["read"],"token":"pxm_x"})"}});
  environment["PIXMILL_URL"] = server.url();
  environment["PIXMILL_TOKEN"] = "pxm_admin";
  EXPECT_EQ(make("read"), "pxm_x");
  EXPECT_NE(err.str().find("at the server " + server.url()), std::string::npos);
  ASSERT_EQ(server.requests().size(), 1u);
  EXPECT_EQ(server.requests()[0].body, R"({"scopes":"read"})");
  EXPECT_NE(server.requests()[0].head.find("Bearer pxm_admin"),
            std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(settings.store.journal));
}

TEST_F(Token, IsMadeAtTheServerThatHasTheStoreOpen) {
  fake_service server;
  server.on("GET /v1/tokens",
            {{.status = "200 OK", .body = R"({"tokens":[]})"}});
  settings.store.journal = (folder.path() / "journal").string();
  const auto held = persistence::journal_store::open(settings.store.journal);
  ASSERT_TRUE(held);
  const auto url = server.url();
  settings.http.port =
    static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
  EXPECT_EQ(call(token_list_options{}), exit_ok) << err.str();
  EXPECT_EQ(out.str(), "no tokens\n");
  EXPECT_NE(err.str().find("at the server"), std::string::npos);
}

} // namespace
} // namespace pixmill::cli
