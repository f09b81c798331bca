#include "model/task_permit.hpp"

#include <gtest/gtest.h>

namespace pixmill {
namespace {

const task_permits ours{std::string(32, 'k')};

TEST(TaskPermit, CountsUntilItExpires) {
  const auto permit = ours.issue("job_1", 7, 1'000);
  EXPECT_TRUE(ours.valid(permit, 999));
  EXPECT_FALSE(ours.valid(permit, 1'000));
}

TEST(TaskPermit, IsOfOneSecret) {
  const task_permits others{std::string(32, 'x')};
  EXPECT_FALSE(ours.valid(others.issue("job_1", 7, 1'000), 1));
  EXPECT_TRUE(
    task_permits{std::string(32, 'k')}.valid(ours.issue("job_1", 7, 9), 1));
}

TEST(TaskPermit, CannotBeChanged) {
  const auto permit = ours.issue("job_1", 7, 1'000);
  for (std::size_t i = 0; i < permit.size(); ++i) {
    auto changed = permit;
    changed[i] = changed[i] == '1' ? '2' : '1';
    EXPECT_FALSE(ours.valid(changed, 1)) << changed;
    EXPECT_FALSE(ours.valid(permit.substr(0, i), 1));
  }
}

} // namespace
} // namespace pixmill
