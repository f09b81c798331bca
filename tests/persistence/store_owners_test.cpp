#include "persistence/store_owners.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "tests/persistence/temporary_folder.hpp"

namespace pixmill::persistence {
namespace {

class StoreOwners : public testing::Test {
protected:
  void add_image() const {
    std::filesystem::create_directories(folder.path() / "ab");
    std::ofstream{folder.path() / "ab" / "image.jpg"} << "x";
  }

  test::temporary_folder folder;
  const store_owners mine{folder.path(), "1111"};
  const store_owners other{folder.path(), "2222"};
};

TEST_F(StoreOwners, MayRemoveWhileTheyAreAlone) {
  EXPECT_FALSE(mine.lock_if_sole());
  ASSERT_TRUE(mine.claim(true));
  add_image();
  ASSERT_TRUE(mine.claim(false));
  EXPECT_TRUE(mine.lock_if_sole());
  EXPECT_FALSE(other.lock_if_sole());
  ASSERT_TRUE(other.claim(true));
  EXPECT_FALSE(mine.lock_if_sole());
  EXPECT_FALSE(other.lock_if_sole());
}

TEST_F(StoreOwners, AreNotAloneWithImagesOfUnknownOrigin) {
  add_image();
  ASSERT_TRUE(mine.claim(true));
  EXPECT_FALSE(mine.lock_if_sole());
}

TEST_F(StoreOwners, TakeOverImagesOfTheirOwnOlderVersion) {
  add_image();
  ASSERT_TRUE(mine.claim(false));
  EXPECT_TRUE(mine.lock_if_sole());
}

} // namespace
} // namespace pixmill::persistence
