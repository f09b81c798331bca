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
  std::uint32_t row = 0;      ///< Data row, from 1.
  std::size_t slot = 0;       ///< Position in the row's list, from 0.
  std::string output;         ///< Link to the stored file; empty: none.
  std::uint64_t bytes_in = 0; ///< Of the source; 0: not known.
};

/// Reads a results.csv slot by slot. The sources' sizes are taken from its
/// `Bytes In` column, or else from a results.jsonl beside it.
/// @retval errc::file_unreadable It cannot be read.
/// @retval errc::csv_invalid     It has no `Output Image Urls` column.
caf::error read_results(const std::string& path,
                        const std::function<void(result_slot)>& take);

} // namespace pixmill::cli
