#include "imaging/bit_deposit.hpp"

#include <gtest/gtest.h>

#include <random>

namespace pixmill::imaging {

TEST(BitDeposit, PutsTheLowestBitsWhereTheMaskHasOnes) {
  EXPECT_EQ(portable_bits::deposit(0b101, 0b1111'0000), 0b0101'0000u);
  EXPECT_EQ(portable_bits::deposit(0b11, 0b1000'0001), 0b1000'0001u);
  EXPECT_EQ(portable_bits::deposit(~std::uint64_t{0}, 0), 0u);
}

TEST(BitDeposit, FindsTheNthBitFromTheTop) {
  EXPECT_EQ(nth_from_top<portable_bits>(0b1011, 1), 0b1000u);
  EXPECT_EQ(nth_from_top<portable_bits>(0b1011, 2), 0b0010u);
  EXPECT_EQ(nth_from_top<portable_bits>(0b1011, 3), 0b0001u);
}

TEST(BitDeposit, DoesTheSameByOneInstruction) {
  if (!bmi2_bits::available())
    GTEST_SKIP() << "no BMI2";
  std::mt19937_64 chance(1);
  for (int i = 0; i < 10'000; ++i) {
    auto bits = chance();
    // Of all densities.
    auto mask = chance() & (i % 3 == 0 ? chance() : ~std::uint64_t{0});
    mask |= i % 5 == 0 ? chance() : 0;
    ASSERT_EQ(bmi2_bits::count(mask), portable_bits::count(mask));
    ASSERT_EQ(bmi2_bits::deposit(bits, mask),
              portable_bits::deposit(bits, mask));
  }
}

} // namespace pixmill::imaging
