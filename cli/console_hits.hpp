#pragma once

#include <string>
#include <string_view>

namespace pixmill::cli {

/// What a deed of `pixmill console -c` would hit, for whoever is asked whether
/// it is meant.
struct deed_target {
  std::string verb{}; ///< `cancel`, `pause`, `retry` or `drain`; else: nothing.
  std::string id{};   ///< Of a job or a node.
  /// What has to be said for it to be done.
  std::string meant{};
};

/// Returns the path of what is asked to find that out.
std::string path_of(const deed_target& target);

/// Returns a line that names what would be hit.
/// @param answer Of that path; one that cannot be read: it is named by its id.
std::string hits_of(const deed_target& target, std::string_view answer);

} // namespace pixmill::cli
