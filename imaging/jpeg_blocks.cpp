#include "imaging/jpeg_blocks.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

#include "imaging/vectorize.hpp"

namespace pixmill::imaging {

namespace {

using matrix = std::array<std::array<float, 8>, 8>;

double cosine(std::size_t frequency, std::size_t sample) {
  auto scale = frequency == 0 ? std::sqrt(0.125) : 0.5;
  return scale
         * std::cos((2 * static_cast<double>(sample) + 1)
                    * static_cast<double>(frequency) * std::numbers::pi / 16);
}

/// How the spectrum of 8 samples contributes to the spectrum of the 8 averages
/// that they are half of: forward transform x averaging x inverse transform.
/// Stored by source frequency: `[from][to]`.
matrix halving_matrix(std::size_t half) {
  matrix result{};
  for (std::size_t from = 0; from < 8; ++from)
    for (std::size_t to = 0; to < 8; ++to) {
      double sum = 0;
      for (std::size_t i = 0; i < 4; ++i)
        sum += cosine(to, half * 4 + i)
               * (cosine(from, 2 * i) + cosine(from, 2 * i + 1)) / 2;
      result[from][to] = static_cast<float>(sum);
    }
  return result;
}

const std::array<matrix, 2>& halving() {
  static const std::array<matrix, 2> matrices{halving_matrix(0),
                                              halving_matrix(1)};
  return matrices;
}

bool is_zero_row(const std::int16_t* row) {
  std::array<std::uint64_t, 2> words;
  std::memcpy(words.data(), row, sizeof(words));
  return (words[0] | words[1]) == 0;
}

PIXMILL_VECTORIZE
void requantize(const std::int16_t* in, std::int16_t* out, std::size_t count,
                const std::int16_t* factors) {
  for (std::size_t block = 0; block < count; ++block, in += 64, out += 64)
    for (std::size_t i = 0; i < 64; ++i)
      out[i] = static_cast<std::int16_t>((in[i] * factors[i] + 0x4000) >> 15);
}

/// Adds the half block `in` to `sums`; `across` and `down` are null where that
/// direction stays as it is.
PIXMILL_VECTORIZE
void add_half(const std::int16_t* in, const float* from, const matrix* across,
              const matrix* down, float* sums) {
  for (std::size_t v = 0; v < 8; ++v) {
    if (is_zero_row(in + v * 8))
      continue;
    std::array<float, 8> row{};
    for (std::size_t u = 0; u < 8; ++u) {
      auto value = static_cast<float>(in[v * 8 + u]) * from[v * 8 + u];
      if (across == nullptr)
        row[u] = value;
      else if (value != 0)
        for (std::size_t k = 0; k < 8; ++k)
          row[k] += value * (*across)[u][k];
    }
    if (down == nullptr)
      for (std::size_t k = 0; k < 8; ++k)
        sums[v * 8 + k] += row[k];
    else
      for (std::size_t to = 0; to < 8; ++to)
        for (std::size_t k = 0; k < 8; ++k)
          sums[to * 8 + k] += row[k] * (*down)[v][to];
  }
}

/// Eight columns of a block at once; halves of it where there is no AVX.
using floats = float __attribute__((vector_size(32)));
using ints = std::int32_t __attribute__((vector_size(32)));
using shorts = std::int16_t __attribute__((vector_size(16)));
using bytes = std::uint8_t __attribute__((vector_size(8)));

/// One pass of the inverse transform over 8 columns at once.
/// @see Arai, Agui, Nakajima: A fast DCT-SQ scheme for images (1988); the
///      scaling of its inputs is part of `block_renderer::factors_`.
inline __attribute__((always_inline)) void inverse_columns(floats* m) {
  auto even0 = m[0] + m[4];
  auto even1 = m[0] - m[4];
  auto even3 = m[2] + m[6];
  auto even2 = (m[2] - m[6]) * 1.414213562F - even3;
  auto a0 = even0 + even3;
  auto a3 = even0 - even3;
  auto a1 = even1 + even2;
  auto a2 = even1 - even2;
  auto z13 = m[5] + m[3];
  auto z10 = m[5] - m[3];
  auto z11 = m[1] + m[7];
  auto z12 = m[1] - m[7];
  auto b7 = z11 + z13;
  auto z5 = (z10 + z12) * 1.847759065F;
  auto b6 = z5 - z10 * 2.613125930F - b7;
  auto b5 = (z11 - z13) * 1.414213562F - b6;
  auto b4 = z5 - z12 * 1.082392200F - b5;
  m[0] = a0 + b7;
  m[7] = a0 - b7;
  m[1] = a1 + b6;
  m[6] = a1 - b6;
  m[2] = a2 + b5;
  m[5] = a2 - b5;
  m[3] = a3 + b4;
  m[4] = a3 - b4;
}

/// Swaps rows and columns in three steps that are one instruction a row each.
inline __attribute__((always_inline)) void transpose(floats* m) {
  floats t[8];
  for (std::size_t i = 0; i < 8; i += 2) {
    t[i] = __builtin_shufflevector(m[i], m[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
    t[i + 1] =
      __builtin_shufflevector(m[i], m[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
  }
  floats u[8];
  for (std::size_t i = 0; i < 8; i += 4)
    for (std::size_t k = i; k < i + 2; ++k) {
      auto to = i + (k - i) * 2;
      u[to] = __builtin_shufflevector(t[k], t[k + 2], 0, 1, 8, 9, 4, 5, 12, 13);
      u[to + 1] =
        __builtin_shufflevector(t[k], t[k + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    }
  for (std::size_t i = 0; i < 4; ++i) {
    m[i] = __builtin_shufflevector(u[i], u[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    m[i + 4] =
      __builtin_shufflevector(u[i], u[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

/// Whether all but DC is zero: in backgrounds, most blocks.
bool is_flat(const std::int16_t* block) {
  std::array<std::uint64_t, 16> words;
  std::memcpy(words.data(), block, sizeof(words));
  auto any = words[0] & ~std::uint64_t{0xffff};
  for (std::size_t i = 1; i < words.size(); ++i)
    any |= words[i];
  return any == 0;
}

PIXMILL_VECTORIZE
void render(const std::int16_t* in, std::size_t count, const float* factors,
            std::uint8_t* out, std::size_t stride) {
  for (std::size_t block = 0; block < count; ++block, in += 64, out += 8) {
    if (is_flat(in)) {
      auto sample = static_cast<float>(in[0]) * factors[0] + 128.5F;
      for (std::size_t y = 0; y < 8; ++y)
        std::memset(out + y * stride,
                    static_cast<int>(std::clamp(sample, 0.0F, 255.0F)), 8);
      continue;
    }
    floats m[8];
    for (std::size_t y = 0; y < 8; ++y) {
      shorts row;
      floats scale;
      std::memcpy(&row, in + y * 8, sizeof(row));
      std::memcpy(&scale, factors + y * 8, sizeof(scale));
      m[y] = __builtin_convertvector(row, floats) * scale;
    }
    inverse_columns(m);
    transpose(m);
    inverse_columns(m);
    transpose(m);
    for (std::size_t y = 0; y < 8; ++y) {
      auto row = m[y] + 128.5F;
      row = row < 0.0F ? floats{} : row;
      row = row > 255.0F ? floats{} + 255.0F : row;
      auto samples =
        __builtin_convertvector(__builtin_convertvector(row, ints), bytes);
      std::memcpy(out + y * stride, &samples, sizeof(samples));
    }
  }
}

} // namespace

requantizer::requantizer(const quant_table& from, const quant_table& to)
    : identical_(from == to) {
  for (std::size_t i = 0; i < 64; ++i) {
    // One unit less than the quotient sends halves towards zero on both sides.
    auto factor = 32768u * from[i] / to[i];
    factors_[i] = static_cast<std::int16_t>(factor > 0 ? factor - 1 : 0);
  }
}

void requantizer::apply(const std::int16_t* in, std::int16_t* out,
                        std::size_t count) const {
  if (!identical_)
    requantize(in, out, count, factors_.data());
  else if (in != out)
    std::copy_n(in, count * 64, out);
}

block_halver::block_halver(const quant_table& from, const quant_table& to,
                           bool across, bool down)
    : across_(across), down_(down) {
  for (std::size_t i = 0; i < 64; ++i) {
    from_[i] = from[i];
    to_[i] = 1.0F / static_cast<float>(to[i]);
  }
}

void block_halver::apply(const std::array<const std::int16_t*, 4>& in,
                         std::int16_t* out) const {
  auto& matrices = halving();
  alignas(32) std::array<float, 64> sums{};
  for (std::size_t i = 0; i < 4; ++i) {
    auto right = i & 1;
    auto lower = i >> 1;
    if ((right != 0 && !across_) || (lower != 0 && !down_))
      continue;
    add_half(in[i], from_.data(), across_ ? &matrices[right] : nullptr,
             down_ ? &matrices[lower] : nullptr, sums.data());
  }
  for (std::size_t i = 0; i < 64; ++i) {
    auto value = sums[i] * to_[i];
    out[i] = static_cast<std::int16_t>(value + (value < 0 ? -0.5F : 0.5F));
  }
}

block_renderer::block_renderer(const quant_table& table) {
  constexpr std::array<double, 8> scales{1.0,         1.387039845, 1.306562965,
                                         1.175875602, 1.0,         0.785694958,
                                         0.541196100, 0.275899379};
  for (std::size_t i = 0; i < 64; ++i)
    factors_[i] =
      static_cast<float>(table[i] * scales[i / 8] * scales[i % 8] / 8);
}

void block_renderer::apply(const std::int16_t* in, std::size_t count,
                           std::uint8_t* out, std::size_t stride) const {
  render(in, count, factors_.data(), out, stride);
}

} // namespace pixmill::imaging
