#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "imaging/jpeg_requantize.hpp"
#include "imaging/jpeg_scan_decoder.hpp"
#include "imaging/jpeg_tokens.hpp"

namespace pixmill::imaging {

/// One scan of a progressive JPEG, as its header states it.
struct jpeg_scan {
  std::vector<std::size_t> components; ///< In the order of the frame.
  std::vector<jpeg_scan_tables> tables;
  std::uint32_t first = 0; ///< Zigzag position, 0 for DC alone.
  std::uint32_t last = 0;
  std::uint32_t refined = 0; ///< Lowest bit known before; 0: none yet.
  std::uint32_t shift = 0;   ///< Lowest bit known afterwards.
  std::uint32_t restart_interval = 0;
};

/// Gathers the coefficients of a progressive JPEG scan by scan.
///
/// What scans refine are single bits, so they are kept as such: a word of 64
/// bits for each block and bit of a value.
/// @see ITU-T T.81, Annex G
class progressive_decoder {
public:
  /// @param frame Its components and numbers of MCUs; outlives the object.
  explicit progressive_decoder(const jpeg_tokens& frame);

  /// @returns Whether all of the scan could be decoded, and it goes on where
  ///          the scans before it ended.
  bool decode(const jpeg_scan& scan, const jpeg_scan_data& data);

  /// Appends all coefficients to `picture`.
  /// @param factors With which to requantize each component, or null.
  /// @returns Whether a baseline scan can hold them.
  bool store(jpeg_tokens& picture,
             const std::vector<requantizing_factors>* factors) const;

private:
  /// Refinements below are told apart, which is more than encoders use.
  static constexpr std::uint32_t most_refinements = 3;

  /// The AC coefficients of a block, the top bit for position 0.
  struct block_bits {
    std::uint64_t known = 0;    ///< Not zero.
    std::uint64_t early = 0;    ///< Of these, known by a first scan.
    std::uint64_t negative = 0; ///< Of those.
    std::array<std::uint64_t, most_refinements> refined{};
  };

  /// All blocks of a component; as many as whole MCUs have.
  struct plane {
    std::uint32_t columns = 0;
    std::uint32_t used_columns = 0; ///< Without what only fills up MCUs.
    std::uint32_t used_rows = 0;
    std::vector<std::int16_t> dc;
    std::vector<block_bits> ac;
    /// Magnitudes by first scans, in zigzag order; set where `early` is.
    std::unique_ptr<std::uint16_t[]> magnitudes;
    /// Lowest bit that is known of each position; `unseen` before any scan.
    std::array<std::uint8_t, 64> precision;

    std::size_t number(std::size_t row, std::size_t column) const noexcept {
      return row * columns + column;
    }
  };

  static constexpr std::uint8_t unseen = 255;

  /// Reads one restart interval.
  struct piece;

  struct output;

  bool goes_on(const jpeg_scan& scan);
  bool decode_dc(const jpeg_scan& scan, piece& from);
  bool decode_dc_block(const jpeg_scan& scan, std::size_t index, piece& from,
                       std::int16_t& value);
  static bool first_ac(const jpeg_scan& scan, plane& target, piece& from);
  template <class Bits>
  static bool refine_ac(const jpeg_scan& scan, plane& target, piece& from);
  template <class Bits>
  static bool refine_block(const jpeg_scan& scan, block_bits& block,
                           piece& from);
  static bool store_block(const plane& from, std::size_t number,
                          std::size_t component, const output& how,
                          std::uint32_t*& to);

  const jpeg_tokens& frame_;
  std::vector<plane> planes_;
};

} // namespace pixmill::imaging
