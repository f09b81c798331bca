#pragma once

#include <array>
#include <cstdint>
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
/// @see ITU-T T.81, Annex G
class progressive_decoder {
public:
  /// @param frame Its components and numbers of MCUs; outlives the object.
  explicit progressive_decoder(const jpeg_tokens& frame);

  /// @returns Whether all of the scan could be decoded.
  bool decode(const jpeg_scan& scan, const jpeg_scan_data& data);

  /// Appends all coefficients to `picture`.
  /// @param factors With which to requantize each component, or null.
  /// @returns Whether a baseline scan can hold them.
  bool store(jpeg_tokens& picture,
             const std::vector<requantizing_factors>* factors) const;

private:
  /// Coefficients in zigzag order, block by block; as many blocks as whole MCUs
  /// have.
  struct plane {
    std::uint32_t columns = 0;
    std::uint32_t used_columns = 0; ///< Without what only fills up MCUs.
    std::uint32_t used_rows = 0;
    std::vector<std::int16_t> values;

    /// A bit for each position whose AC coefficient is not zero.
    std::vector<std::uint64_t> known;

    std::size_t number(std::size_t row, std::size_t column) const noexcept {
      return row * columns + column;
    }
  };

  static bool store_block(const plane& from, std::size_t number,
                          std::size_t component, std::uint32_t*& to);
  static bool requantize_block(const plane& from, std::size_t number,
                               std::size_t component,
                               const requantizing_factors& factors,
                               std::uint32_t*& to);
  bool decode_block(const jpeg_scan& scan, std::size_t index, bit_source& bits,
                    plane& target, std::size_t number);
  bool first_dc(const jpeg_scan& scan, std::size_t index, bit_source& bits,
                std::int16_t* block);
  bool first_ac(const jpeg_scan& scan, bit_source& bits, std::int16_t* block,
                std::uint64_t& known);
  bool refine_ac(const jpeg_scan& scan, bit_source& bits, std::int16_t* block,
                 std::uint64_t& known);
  bool decode_mcu(const jpeg_scan& scan, std::uint64_t mcu, bit_source& bits);

  const jpeg_tokens& frame_;
  std::vector<plane> planes_;
  std::array<int, 4> last_dc_{};
  std::uint32_t empty_blocks_ = 0; ///< That an end-of-band run still covers.
};

} // namespace pixmill::imaging
