#pragma once

#include "cli/doctor.hpp"
#include "net/settings.hpp"

namespace pixmill::cli {

/// Writes, lists, reads and removes a small object in the bucket of images.
finding check_bucket(const net::s3_settings& settings);

} // namespace pixmill::cli
