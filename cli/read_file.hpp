#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <caf/error.hpp>

#include "model/errc.hpp"

namespace pixmill::cli {

/// Calls `take` with the bytes of a file, in blocks of at most 256 KiB, until
/// the file ends or `take` answers false.
/// @retval errc::file_unreadable Names the file and the reason.
caf::error read_file(const std::string& path,
                     const std::function<bool(std::string_view)>& take);

} // namespace pixmill::cli
