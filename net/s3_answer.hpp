#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What the answers of an S3 API say. They are small and flat, so that no XML
/// library is needed; what is not understood says nothing.
namespace pixmill::net {

/// One page of a list of objects.
struct s3_page {
  std::vector<std::string> keys;
  std::string next; ///< Where the next page goes on; empty: that was all.
};

/// Why a request was refused.
struct s3_refusal {
  std::string code;    ///< Such as `NoSuchKey`; empty: the answer names none.
  std::string message; ///< One printable line.
};

/// Returns the text of the first element of that name; empty: there is none.
std::string s3_element(std::string_view xml, std::string_view name);

/// Reads the answer to ListObjectsV2.
s3_page read_s3_page(std::string_view xml);

/// Reads the body of an answer that is no success.
s3_refusal read_s3_refusal(std::string_view xml);

/// Writes the body that completes an upload in parts.
/// @param etags Of the parts, in their order, as they were answered.
std::string s3_completion(const std::vector<std::string>& etags);

} // namespace pixmill::net
