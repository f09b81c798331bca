#include "persistence/token_store.hpp"

#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "persistence/journal_store.hpp"
#include "tests/persistence/temporary_folder.hpp"

namespace pixmill::persistence {
namespace {

std::unique_ptr<journal_store> opened(const test::temporary_folder& folder) {
  auto journal = journal_store::open(folder.path());
  EXPECT_TRUE(journal);
  return std::move(*journal);
}

new_token drawn(std::string name, unix_ms now) {
  return draw_token({.scopes = scope_set::parse("submit,read").value(),
                     .tenant = "shop",
                     .name = std::move(name)},
                    now)
    .value();
}

TEST(TokenStore, KeepsTokensOverARestart) {
  const test::temporary_folder folder;
  const auto first = drawn("first", 1'000).token;
  const auto second = drawn("second", 2'000).token;
  {
    const auto journal = opened(folder);
    ASSERT_TRUE(journal->tokens().put(second));
    ASSERT_TRUE(journal->tokens().put(first));
  }
  const auto journal = opened(folder);
  EXPECT_EQ(journal->tokens().all().value(), (std::vector{first, second}));
}

TEST(TokenStore, ForgetsARevokedToken) {
  const test::temporary_folder folder;
  const auto token = drawn("one", 1'000).token;
  {
    const auto journal = opened(folder);
    ASSERT_TRUE(journal->tokens().put(token));
    EXPECT_TRUE(journal->tokens().erase(token.id).value());
    EXPECT_FALSE(journal->tokens().erase(token.id).value());
  }
  const auto journal = opened(folder);
  EXPECT_TRUE(journal->tokens().all().value().empty());
}

TEST(TokenStore, HasNoSecretOnTheDisk) {
  const test::temporary_folder folder;
  const auto one = drawn("marked", 1'000);
  {
    const auto journal = opened(folder);
    ASSERT_TRUE(journal->tokens().put(one.token));
  }
  bool found = false;
  for (const auto& file :
       std::filesystem::recursive_directory_iterator{folder.path()}) {
    if (!file.is_regular_file())
      continue;
    std::ifstream in{file.path(), std::ios::binary};
    const std::string bytes{std::istreambuf_iterator<char>{in}, {}};
    found = found || bytes.find("marked") != std::string::npos;
    EXPECT_EQ(bytes.find(one.secret.substr(4)), std::string::npos)
      << file.path();
  }
  EXPECT_TRUE(found); // It was looked for where it would be.
}

} // namespace
} // namespace pixmill::persistence
