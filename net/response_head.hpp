#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pixmill::net {

/// Status and header fields of one answer, as far as a download cares.
class response_head {
public:
  /// Bytes of header fields, interim answers and trailers included, beyond
  /// which an answer is refused. Browsers allow 256 KiB, nginx sends 8.
  static constexpr std::size_t max_bytes = 64 << 10;

  /// Takes one line as it came, its line end included.
  /// @returns False when the answer has more than `max_bytes` of them.
  bool feed(std::string_view line);

  /// Returns whether the head of the final answer, not of an interim one such
  /// as 103, has been read.
  bool complete() const noexcept {
    return complete_;
  }

  /// Returns the status, 0 before there is one.
  int status() const noexcept {
    return status_;
  }

  bool is_success() const noexcept {
    return complete_ && status_ >= 200 && status_ < 300;
  }

  /// Returns whether this answer sends on to `location()`.
  bool is_redirect() const noexcept;

  /// Returns Content-Length; empty when absent or not a number.
  std::optional<std::uint64_t> content_length() const noexcept {
    return content_length_;
  }

  /// Returns Content-Encoding in lower case; empty for none and `identity`.
  const std::string& content_encoding() const noexcept {
    return content_encoding_;
  }

  const std::string& location() const noexcept {
    return location_;
  }

private:
  void feed_status(std::string_view line);
  void feed_field(std::string_view line);

  std::size_t bytes_ = 0;
  int status_ = 0;
  bool complete_ = false;
  std::optional<std::uint64_t> content_length_;
  std::string content_encoding_;
  std::string location_;
};

} // namespace pixmill::net
