#include "persistence/webhook_keyring.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "model/errc.hpp"
#include "tests/persistence/temporary_folder.hpp"

namespace pixmill::persistence {
namespace {

constexpr auto known = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

class WebhookKeyring : public testing::Test {
protected:
  webhook_keyring keyring(keyring_settings settings = {}) const {
    return {settings, folder.path() / "data/journal"};
  }

  void write(const std::string& text) const {
    std::filesystem::create_directories(folder.path() / "data");
    std::ofstream{folder.path() / "data/webhook-secrets"} << text;
  }

  test::temporary_folder folder;
};

TEST_F(WebhookKeyring, MakesAFirstSecretForItsUserAlone) {
  ASSERT_TRUE(keyring().make_first());
  const auto first = keyring().secrets();
  ASSERT_TRUE(first);
  ASSERT_TRUE(keyring().make_first());
  EXPECT_EQ(keyring().secrets()->front().text(), first->front().text());
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(keyring().file()).permissions(),
            perms::owner_read | perms::owner_write);
}

TEST_F(WebhookKeyring, RotatesAndKeepsSome) {
  ASSERT_TRUE(keyring().make_first());
  const auto first = keyring().secrets()->front().text();
  ASSERT_TRUE(keyring().rotate(1));
  auto now = keyring().secrets();
  ASSERT_EQ(now->size(), 2u);
  EXPECT_EQ((*now)[1].text(), first);
  ASSERT_TRUE(keyring().rotate(0));
  EXPECT_EQ(keyring().secrets()->size(), 1u);
}

TEST_F(WebhookKeyring, PrefersTheSettings) {
  const auto given = keyring({.secrets = {known}, .secrets_file = {}});
  ASSERT_TRUE(given.make_first());
  EXPECT_EQ(given.secrets()->front().text(), known);
  EXPECT_TRUE(given.file().empty());
  EXPECT_FALSE(given.rotate(1));
}

TEST_F(WebhookKeyring, NamesTheLineThatIsNoSecretButNotWhatItSays) {
  write("# mine\n\n" + std::string{known} + "\r\nwhsec_hunter2\n");
  const auto read = keyring().secrets();
  ASSERT_FALSE(read);
  EXPECT_NE(context_of(read.error()).find(":4: "), std::string::npos);
  EXPECT_EQ(context_of(read.error()).find("hunter2"), std::string::npos);
  write("# none\n");
  EXPECT_FALSE(keyring().secrets());
}

} // namespace
} // namespace pixmill::persistence
