#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <caf/error.hpp>

#include "model/errc.hpp"

namespace pixmill::cli {

/// What a results file says about one slot.
struct result_slot {
  std::uint32_t row = 0; ///< Data row, from 1.
  std::size_t slot = 0;  ///< Position in the row's list, from 0.
  std::string serial;
  std::string name;
  std::string source; ///< URL or path of the source; empty: not known.
  std::string output; ///< Link to the stored file; empty: none.
  // What a report says; empty and 0: not known.
  std::string status;
  std::string error; ///< Or the warning `target_not_reached`.
  std::string format;
  std::string format_reason;
  std::uint64_t bytes_in = 0; ///< Of the source.
  std::uint64_t bytes_out = 0;
  std::uint64_t quality = 0;
  std::uint64_t ssim_ppm = 0; ///< Luma.
  std::uint64_t ssim_worst_ppm = 0;
  std::uint64_t chroma_ssim_ppm = 0;
  std::uint64_t chroma_ssim_worst_ppm = 0;

  /// Returns the worst tile of luma and chroma, ppm; 0: not known.
  std::uint64_t worst_ppm() const noexcept;
};

/// Reads a results.csv slot by slot. What a report says is taken from the
/// columns of `report=full`, or else from a results.jsonl beside it.
/// @retval errc::file_unreadable It cannot be read.
/// @retval errc::csv_invalid     It has no `Output Image Urls` column.
caf::error read_results(const std::string& path,
                        const std::function<void(result_slot)>& take);

} // namespace pixmill::cli
