#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/audit_pictures.hpp"
#include "cli/results_reader.hpp"

namespace pixmill::cli {

/// One result with its pictures.
struct audit_entry {
  result_slot slot;
  std::uint64_t slots = 1; ///< That share this source and result.
  audit_picture before{};
  audit_picture after{};
};

/// What an audit has found.
struct audit_findings {
  std::string title;
  std::vector<audit_entry> shown;  ///< Worst first.
  std::vector<result_slot> others; ///< Without pictures, worst first.
  std::vector<result_slot> failed; ///< Slots without a result.
  std::uint64_t others_total = 0;  ///< Of which `others` has the first.
  std::uint64_t failed_total = 0;
  std::uint64_t slots = 0;
  std::uint64_t results = 0; ///< Different ones.
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t missed = 0;           ///< With `target_not_reached`.
  std::uint64_t worst_ppm = 0;        ///< 0: nothing was measured.
  std::uint64_t median_worst_ppm = 0; ///< Of the worst tiles.
};

/// Returns the page: one file with its style, script and pictures. Whatever
/// the sheet says is escaped, and the page's policy lets nothing else run.
std::string audit_page(const audit_findings& findings);

} // namespace pixmill::cli
