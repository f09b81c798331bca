#pragma once

#include <map>
#include <string>
#include <string_view>

#include <caf/expected.hpp>

#include "net/settings.hpp"

namespace pixmill::net {

/// The parameters of a query, in the order in which they are signed.
using s3_query = std::map<std::string, std::string>;

/// Where the objects of one bucket are.
class s3_address {
public:
  /// @retval errc::config_invalid Names the setting that is missing or wrong.
  static caf::expected<s3_address> of(const s3_settings& settings);

  /// Returns the URL of an object, or of the bucket when `key` is empty,
  /// encoded as Signature Version 4 wants it: once, and all but unreserved
  /// letters.
  /// @see "Create a signed AWS API request", AWS IAM User Guide: URI encoding.
  std::string url(std::string_view key, const s3_query& query = {}) const;

  /// Returns what a person knows an object by: `bucket/key`.
  std::string name_of(std::string_view key) const;

private:
  s3_address() = default;

  std::string base_; ///< Without a slash at its end.
  std::string bucket_;
};

} // namespace pixmill::net
