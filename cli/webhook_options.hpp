#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace pixmill::cli {

struct webhook_verify_options {
  std::string headers;     ///< Path: lines `Name: value`.
  std::string body;        ///< Path of the body, as it came.
  std::string secret_file; ///< Empty: the secrets of the settings.
  std::chrono::seconds tolerance{300};
  bool json = false;
};

/// `webhook secret` and `webhook rotate`.
struct webhook_secret_options {
  bool rotate = false;
  std::uint32_t keep = 1; ///< Secrets from before, when rotated.
  bool json = false;
};

} // namespace pixmill::cli
