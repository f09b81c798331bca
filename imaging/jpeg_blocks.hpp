#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

/// Arithmetic on blocks of 8 x 8 DCT coefficients, row by row as libjpeg stores
/// them; scaled as ITU-T T.81 does, so that DC is eight times the mean.
namespace pixmill::imaging {

/// One quantization table in the order of the coefficients.
using quant_table = std::array<std::uint16_t, 64>;

/// Turns multiples of one table into multiples of another that is nowhere
/// finer.
class requantizer {
public:
  requantizer(const quant_table& from, const quant_table& to);

  /// @param in,out `count` blocks; may be the same.
  void apply(const std::int16_t* in, std::int16_t* out,
             std::size_t count) const;

private:
  std::array<std::int16_t, 64> factors_; ///< from / to, in units of 2^-15.
  bool identical_;
};

/// Averages neighbouring samples without leaving the frequency domain.
class block_halver {
public:
  block_halver(const quant_table& from, const quant_table& to, bool across,
               bool down);

  /// Makes one block of the 2 x 2 (or 2 x 1, 1 x 2) blocks in `in`.
  /// @param in Upper left, upper right, lower left, lower right; those that the
  ///           directions do not ask for are not read.
  void apply(const std::array<const std::int16_t*, 4>& in,
             std::int16_t* out) const;

private:
  std::array<float, 64> from_;
  std::array<float, 64> to_; ///< Reciprocals.
  bool across_;
  bool down_;
};

/// Turns blocks into samples of 8 bits.
class block_renderer {
public:
  explicit block_renderer(const quant_table& table);

  /// Renders `count` blocks side by side at `out`.
  void apply(const std::int16_t* in, std::size_t count, std::uint8_t* out,
             std::size_t stride) const;

private:
  alignas(32) std::array<float, 64> factors_;
};

} // namespace pixmill::imaging
