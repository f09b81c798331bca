#pragma once

#include <string>

#include "model/failure.hpp"

namespace pixmill::net {

/// Returns what a transfer that libcurl has given up counts as.
/// @param curl_code A CURLcode other than CURLE_OK.
/// @param answered  Whether the head of an answer was complete.
/// @param text      libcurl's own description; empty: the code's.
failure curl_failure(int curl_code, bool answered, std::string text);

} // namespace pixmill::net
