#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/doctor.hpp"
#include "config/settings.hpp"

namespace pixmill::cli {

/// Checks what the kernel grants: cores, memory, file descriptors, clock, and
/// room where the store's folders are or will be.
std::vector<finding> check_machine(const config::settings& settings);

/// Checks the room at `folder`, or at the nearest parent that exists.
finding check_folder(const std::string& subject, const std::string& folder);

/// Checks the text of ImageMagick's policy.xml: it may take away coders that
/// Pixmill reads with ImageMagick (GIF, AVIF, TIFF, BMP).
finding check_magick_policy(std::string_view policy);

} // namespace pixmill::cli
