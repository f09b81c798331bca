#include "imaging/jpeg_price_search.hpp"

#include <gtest/gtest.h>

namespace pixmill::imaging {

TEST(PriceSearch, FollowsThePowerFromASinglePrice) {
  price_search tried;
  tried.add(1.0, 0.04);
  EXPECT_DOUBLE_EQ(tried.next(0.4), 1.1);
}

TEST(PriceSearch, StaysBetweenWhatEnclosesIt) {
  price_search tried;
  tried.add(1.0, 0.2);
  tried.add(2.0, -0.2);
  EXPECT_DOUBLE_EQ(tried.next(0.4), 1.5);
  // A size that has a step stays off both ends.
  tried.add(1.5, -0.001);
  EXPECT_LT(tried.next(0.4), 1.5);
  EXPECT_GT(tried.next(0.4), 1.0);
}

TEST(PriceSearch, MeasuresThePower) {
  price_search tried;
  tried.add(1.0, 0.05);
  EXPECT_EQ(tried.power(0.1), 0.1);
  tried.add(1.2, 0.01);
  EXPECT_DOUBLE_EQ(tried.power(0.1), 0.2);
}

TEST(PriceSearch, KeepsTheBestAlone) {
  price_search tried;
  tried.add(1.0, 0.2);
  tried.add(2.0, -0.01);
  tried.add(3.0, -0.3);
  EXPECT_EQ(tried.best().price, 2.0);
  tried.settle();
  EXPECT_DOUBLE_EQ(tried.next(0.1), 1.9); // None encloses it any more.
}

} // namespace pixmill::imaging
