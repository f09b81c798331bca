#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

#include "http/csv_sink.hpp"

namespace httplib {
class ContentReader;
} // namespace httplib

namespace pixmill::http {

/// The parts of a multipart submission, by their names.
struct multipart_names {
  std::vector<std::string_view> file; ///< Whichever comes first is the CSV.
  std::string_view text; ///< What is said about it, at most 64 KiB; optional.
};

/// What a multipart submission held besides its CSV.
struct multipart_submission {
  std::string source; ///< File name of the CSV, as the sender calls it.
  std::string text;   ///< Empty: that part did not come.
};

/// Reads a multipart body; the CSV goes to `to` as it comes.
/// @retval errc::option_invalid A part is missing or not known; names it.
/// @retval errc::too_large, errc::disk_full, errc::store See
///         `submission::feed`.
caf::expected<multipart_submission>
read_multipart(const httplib::ContentReader& reader, csv_sink& to,
               const multipart_names& names);

} // namespace pixmill::http
