#pragma once

#include <string>

#include <caf/expected.hpp>

#include "actors/head.hpp"
#include "cli/sheet_options.hpp"
#include "model/sheet.hpp"

namespace pixmill::cli {

/// What a sheet's file comes to, read once.
struct checked_sheet {
  sheet_summary summary;
  std::string sha256; ///< Of the file's bytes.
  std::uint64_t bytes = 0;
};

/// Returns how to read a sheet. Scheme-less entries of it are files beside it.
sheet_rules rules_of(const sheet_options& options);

/// Returns whether a sheet may run: it is valid, or its bad cells may be left.
bool usable(const sheet_summary& summary, const sheet_options& options);

/// Reads a sheet's file and checks it.
/// @retval errc::file_unreadable Names the file.
caf::expected<checked_sheet> check_sheet(const std::string& path,
                                         const sheet_rules& rules);

/// Stores a checked sheet in the head's journal and has the job accepted.
/// @retval errc::file_unreadable The file cannot be read, or has changed since
///         it was checked.
/// @retval errc::disk_full, errc::store The journal cannot take it.
caf::expected<actors::job_status> submit(actors::head& head,
                                         const std::string& path,
                                         const checked_sheet& sheet,
                                         job_record job);

} // namespace pixmill::cli
