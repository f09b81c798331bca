#include "net/memory_budget.hpp"

#include <gtest/gtest.h>

namespace pixmill::net {
namespace {

TEST(MemoryBudget, RefusesWhatPassesTheLimit) {
  const auto budget = memory_budget::create(100);
  EXPECT_TRUE(budget->try_charge(60));
  EXPECT_FALSE(budget->try_charge(41));
  EXPECT_TRUE(budget->try_charge(40));
  EXPECT_EQ(budget->held_bytes(), 100u);
  budget->give_back(50);
  EXPECT_TRUE(budget->try_charge(50));
}

TEST(MemoryBudget, LetsOneLargeChargeThroughWhenThereIsNoOther) {
  const auto budget = memory_budget::create(100);
  EXPECT_TRUE(budget->try_charge(1000));
  EXPECT_FALSE(budget->try_charge(1));
  budget->give_back(1000);
  EXPECT_TRUE(budget->try_charge(1));
  EXPECT_FALSE(budget->try_charge(1000));
}

TEST(MemoryBudget, TakesALoanBackWithTheLastReference) {
  const auto budget = memory_budget::create(100);
  budget->charge(5);
  auto body = budget->lend("image", 5);
  EXPECT_EQ(*body, "image");
  EXPECT_EQ(budget->lent_bytes(), 5u);
  auto other = body;
  body.reset();
  EXPECT_EQ(budget->held_bytes(), 5u);
  other.reset();
  EXPECT_EQ(budget->held_bytes(), 0u);
  EXPECT_EQ(budget->lent_bytes(), 0u);
}

TEST(MemoryBudget, TellsTheStarvingThatALoanIsOver) {
  const auto budget = memory_budget::create(100);
  std::atomic<bool> starving{false};
  int told = 0;
  {
    const auto subscription = budget->subscribe(starving, [&] { ++told; });
    budget->lend("a", 0).reset();
    EXPECT_EQ(told, 0);
    starving = true;
    budget->lend("b", 0).reset();
    EXPECT_EQ(told, 1);
  }
  budget->lend("c", 0).reset();
  EXPECT_EQ(told, 1);
}

TEST(MemoryBudget, LivesAsLongAsALoan) {
  auto budget = memory_budget::create(100);
  const auto body = budget->lend("image", 0);
  budget.reset();
  EXPECT_EQ(*body, "image");
}

} // namespace
} // namespace pixmill::net
