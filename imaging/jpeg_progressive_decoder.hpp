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
  /// @param likeness See `decode_scan`.
  /// @returns Whether a baseline scan can hold them.
  bool store(jpeg_tokens& picture,
             const std::vector<requantizing_factors>* factors,
             jpeg_similarity* likeness) const;

private:
  /// Refinements below are told apart, and first scans of one component up to
  /// so many: more than encoders use.
  static constexpr std::uint32_t most_refinements = 3;
  static constexpr std::size_t most_first_scans = 8;

  /// The bit of a position.
  static constexpr std::uint64_t bit_of(std::uint32_t position) noexcept {
    return std::uint64_t{1} << (63 - position);
  }

  /// The AC coefficients of a block, the top bit for position 0.
  struct block_bits {
    std::uint64_t known = 0;    ///< Not zero.
    std::uint64_t early = 0;    ///< Of these, known by a first scan.
    std::uint64_t negative = 0; ///< Of those.
    std::array<std::uint64_t, most_refinements> refined{};
  };

  /// What a first scan tells of a component's AC coefficients.
  struct first_scan {
    std::uint64_t before = 0;          ///< All positions before its band.
    std::vector<std::uint32_t> begins; ///< Of each block, in `magnitudes`.
  };

  /// All blocks of a component; as many as whole MCUs have.
  struct plane {
    std::uint32_t columns = 0;
    std::uint32_t used_columns = 0; ///< Without what only fills up MCUs.
    std::uint32_t used_rows = 0;
    std::vector<std::int16_t> dc;
    std::vector<block_bits> ac;
    /// Magnitudes by first scans, block by block and without the zeros: few
    /// enough to stay in the cache. The first is 0 and of no block.
    std::vector<std::uint16_t> magnitudes{0};
    std::size_t magnitude_count = 1; ///< That are in use.
    std::vector<first_scan> first_scans;
    std::array<std::uint8_t, 64> scan_of{}; ///< Of each position.
    /// Lowest bit that is known of each position; `unseen` before any scan.
    std::array<std::uint8_t, 64> precision;

    /// Makes room for a block more and returns where.
    std::uint16_t* room_for_magnitudes() {
      if (magnitudes.size() - magnitude_count < 64)
        magnitudes.resize(magnitudes.size() * 3 / 2 + 4096);
      return magnitudes.data() + magnitude_count;
    }

    std::size_t number(std::size_t row, std::size_t column) const noexcept {
      return row * columns + column;
    }
  };

  static constexpr std::uint8_t unseen = 255;

  /// Reads one restart interval.
  struct piece;

  struct output;

  bool goes_on(const jpeg_scan& scan);
  bool begin_first_scan(const jpeg_scan& scan);
  template <class Block>
  bool for_each_dc(const jpeg_scan& scan, piece& from, Block block);
  bool first_dc(const jpeg_scan& scan, piece& from);
  bool refine_dc(const jpeg_scan& scan, piece& from);
  static bool first_ac(const jpeg_scan& scan, plane& target, piece& from);
  template <class Bits>
  static bool refine_ac(const jpeg_scan& scan, plane& target, piece& from);
  template <class Bits>
  static bool refine_block(const jpeg_scan& scan, block_bits& block,
                           piece& from);
  template <class Bits>
  bool store_mcu(std::size_t row, std::size_t column,
                 const std::vector<output>& outputs, token_list& to) const;
  template <class Bits>
  static bool store_block(const plane& from, std::size_t number,
                          std::size_t component, const output& how,
                          std::uint32_t*& to);

  const jpeg_tokens& frame_;
  std::vector<plane> planes_;
};

} // namespace pixmill::imaging
