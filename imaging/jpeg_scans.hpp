#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "imaging/jpeg_emitter.hpp"
#include "imaging/jpeg_huffman.hpp"
#include "imaging/jpeg_symbols.hpp"
#include "imaging/jpeg_tokens.hpp"

namespace pixmill::imaging {

/// The symbols of a picture in the order of a progressive file: first the DC
/// coefficients of each component, then its AC coefficients, those of luma in
/// two bands. Each scan has codes of its own, and blocks that have nothing in
/// it take next to no bits: pictures with flat areas become a tenth smaller.
///
/// Values come whole, not bit by bit: that would save less than it takes.
/// @see ITU-T T.81, Annex G
class jpeg_scans {
public:
  /// A row of MCUs as it was quantized.
  struct row {
    symbol_row words;
    const dc_edges* edges = nullptr;
  };

  /// @param picture Its frame; outlives the object.
  explicit jpeg_scans(const jpeg_tokens& picture);

  /// Sorts the symbols of `rows`, which may be less than all, and makes codes.
  /// @returns The bits that they take, without byte stuffing.
  std::size_t sort(std::span<const row> rows);

  /// Returns the bytes of the file without the scans' data.
  /// @param icc The colour profile, or empty.
  std::size_t header_bytes(const std::string& icc) const;

  /// Writes what was sorted last.
  /// @param frame As the picture, with the tables of the result.
  std::string emit(const jpeg_tokens& frame, const std::string& icc) const;

private:
  struct block {
    const std::uint32_t* words = nullptr; ///< Of AC coefficients.
    std::uint32_t count = 0;              ///< Of `words`.
    std::int32_t dc = 0;
  };

  struct scan {
    std::size_t component = 0;
    std::uint32_t first = 0; ///< Zigzag position.
    std::uint32_t last = 0;
    token_list words; ///< Of symbols, table 0.
    symbol_counts counts{};
    huffman_code code;
  };

  /// All blocks of a component that scans of it alone have.
  struct plane {
    std::size_t across = 1; ///< In an MCU.
    std::size_t down = 1;
    std::size_t columns = 0;
    std::size_t rows = 0;
    std::vector<block> blocks; ///< Row by row.
    std::size_t symbols = 0;   ///< In them, at most.
    std::size_t dc_scan = 0;
    std::array<std::size_t, 2> ac_scans{};
    std::size_t bands = 0; ///< Of these.
  };

  class band_writer;

  void plan();
  void place(std::size_t number, const row& from);
  void put_dc(const plane& from);
  void put_ac(const plane& from);
  static void put_header(std::string& out, const scan& of,
                         const jpeg_tokens& frame);

  const jpeg_tokens& picture_;
  std::vector<plane> planes_;
  std::vector<scan> scans_;
  std::vector<std::uint32_t> begins_; ///< Of the blocks of a row.
};

} // namespace pixmill::imaging
