#include "persistence/store_mark.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "model/errc.hpp"
#include "tests/persistence/temporary_folder.hpp"

namespace pixmill::persistence {
namespace {

class StoreMark : public testing::Test {
protected:
  std::string mark(const std::string& owner) {
    const auto token = mark_store(folder.path(), owner);
    EXPECT_TRUE(token) << context_of(token.error());
    return token ? *token : "";
  }

  bool bears(const std::string& owner, const std::string& token) {
    return bears_mark(folder.path(), owner, token);
  }

  test::temporary_folder folder;
};

TEST_F(StoreMark, IsFoundInTheSameFolder) {
  const auto token = mark("0123");
  EXPECT_TRUE(bears("0123", token));
  const auto other_name = folder.path() / "mounted";
  std::filesystem::create_directory_symlink(folder.path(), other_name);
  EXPECT_TRUE(bears_mark(other_name, "0123", token));
}

TEST_F(StoreMark, IsAnotherAtEachStart) {
  const auto before = mark("0123");
  const auto now = mark("0123");
  EXPECT_FALSE(bears("0123", before));
  EXPECT_TRUE(bears("0123", now));
}

TEST_F(StoreMark, IsEachOwnersOwn) {
  const auto one = mark("0123");
  const auto other = mark("4567");
  EXPECT_TRUE(bears("0123", one));
  EXPECT_TRUE(bears("4567", other));
  EXPECT_FALSE(bears("0123", other));
}

TEST_F(StoreMark, IsNotInACopy) {
  const auto token = mark("0123");
  const test::temporary_folder copy;
  std::filesystem::copy(folder.path(), copy.path(),
                        std::filesystem::copy_options::recursive
                          | std::filesystem::copy_options::overwrite_existing);
  EXPECT_FALSE(bears_mark(copy.path(), "0123", token));
}

TEST_F(StoreMark, IsNotLookedForElsewhere) {
  const auto token = mark("0123");
  EXPECT_FALSE(bears_mark(folder.path() / "nothing", "0123", token));
  EXPECT_FALSE(bears("", token));
  EXPECT_FALSE(bears("../x", token));
}

TEST_F(StoreMark, SaysWhichFolderCannotBeMarked) {
  const auto marked = mark_store(folder.path() / "nothing", "0123");
  ASSERT_FALSE(marked);
  EXPECT_EQ(code_of(marked.error(), errc::none), errc::file_unwritable);
  EXPECT_NE(context_of(marked.error()).find("nothing"), std::string::npos);
}

} // namespace
} // namespace pixmill::persistence
