#pragma once

#include <optional>
#include <string>

#include "net/settings.hpp"

namespace pixmill::cluster {

/// Where the results of a head's workers may go, as it tells them.
struct result_places {
  /// Where they are handed in; see `upload_sink::aim`.
  std::string handing_in;
  /// Of the head's journal, whose mark the head's store bears.
  std::string owner;
  /// The head's bucket. Keys and secrets are none of it: a node has its own.
  std::optional<net::s3_settings> bucket{};
  /// The head's folder, as the head sees it; empty: there is none.
  std::string folder{};
  std::string token{}; ///< That the folder is marked with.
};

/// Returns what a worker is told; text that may grow.
std::string to_text(const result_places& places);

/// Returns what was told; what is not understood is left out, so that results
/// are handed in.
result_places read_result_places(const std::string& text);

/// Returns whether both mean the same store, however it is marked.
bool same_store(const result_places& x, const result_places& y);

} // namespace pixmill::cluster
