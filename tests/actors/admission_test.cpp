#include "actors/admission.hpp"

#include <gtest/gtest.h>

#include "model/errc.hpp"

namespace pixmill::actors {
namespace {

errc code(const caf::error& reason) {
  return code_of(reason, errc::none);
}

TEST(Admission, TakesAsManyAsMayWait) {
  admission subject{2, 0};
  EXPECT_FALSE(subject.take("a"));
  EXPECT_FALSE(subject.take("b"));
  EXPECT_EQ(code(subject.check("c")), errc::queue_full);
  EXPECT_EQ(code(subject.take("a")), errc::queue_full);
  subject.leave("a");
  EXPECT_FALSE(subject.check("c"));
  EXPECT_FALSE(subject.take("c"));
}

TEST(Admission, TakesAsManyOfATenantAsItMayHave) {
  admission subject{10, 2};
  EXPECT_FALSE(subject.take("a"));
  EXPECT_FALSE(subject.take("a"));
  EXPECT_EQ(code(subject.take("a")), errc::tenant_queue_full);
  EXPECT_FALSE(subject.take("b"));
  EXPECT_FALSE(subject.take("")); // Jobs without a tenant are one tenant's.
  EXPECT_FALSE(subject.take(""));
  EXPECT_EQ(code(subject.check("")), errc::tenant_queue_full);
  subject.leave("a");
  EXPECT_FALSE(subject.check("a"));
}

TEST(Admission, CountsWhatWasAcceptedEarlierRoomOrNot) {
  admission subject{1, 0};
  subject.add("a");
  subject.add("a");
  subject.leave("a");
  EXPECT_EQ(code(subject.check("a")), errc::queue_full);
  subject.leave("a");
  EXPECT_FALSE(subject.check("a"));
}

} // namespace
} // namespace pixmill::actors
