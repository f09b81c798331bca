#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/gate_refusal.hpp"

namespace pixmill::http {

/// Where the reading of a head or a body has got to.
enum class framing : std::uint8_t { more, whole, refused };

struct head_limits {
  std::size_t max_bytes = 16u << 10;
  std::uint32_t max_lines = 64;
};

struct header_field {
  std::string name;
  std::string value; ///< Without blanks around it.
};

/// A request's head that broke no rule.
struct request_head {
  std::string method;
  std::string target;    ///< In origin form: begins with a slash, or is `*`.
  int minor_version = 1; ///< Of HTTP/1.
  std::vector<header_field> fields; ///< In the order in which they came.
  bool chunked = false;
  std::optional<std::uint64_t> content_length;
  bool keep_alive = true;
  bool expects_continue = false;
  /// `gzip`, or empty when the body is not encoded.
  std::string content_encoding;

  /// Returns the target up to its query.
  std::string_view path() const noexcept;
};

/// The name under which a route finds the encoding of a body: under its own,
/// the HTTP library would decode the body without any bound.
inline constexpr const char* body_encoding_field = "Pixmill-Content-Encoding";

/// The name under which a route finds the range that is asked for: under its
/// own, the HTTP library would cut every answer, and not as RFC 9110 says.
inline constexpr const char* range_field = "Pixmill-Range";

/// Returns `head` as the HTTP library shall read it.
///
/// Framing and connection fields are replaced by what the gate has found out,
/// fields that the library sets itself are left out, and `%` is escaped in
/// values because the library unescapes them.
/// @param body_bytes Length of the body without its framing.
/// @param keep_alive Whether the connection stays open after the answer.
std::string library_head(const request_head& head, std::uint64_t body_bytes,
                         bool keep_alive);

/// How far one call of `feed` came.
struct fed {
  framing state = framing::more;
  std::size_t used = 0; ///< Bytes of the input; the rest belongs to others.
};

/// Reads one request's head (RFC 9112), strictly: what two readers could take
/// for two things is refused. The outcome does not depend on how the bytes are
/// cut into pieces.
class head_framer {
public:
  explicit head_framer(head_limits limits) : limits_{limits} {}

  /// Reads on; not to be called again after `whole` or `refused`.
  fed feed(std::string_view bytes);

  /// True before the first byte.
  bool empty() const noexcept {
    return bytes_ == 0;
  }
  /// Bytes held, roughly.
  std::size_t held() const noexcept {
    return bytes_;
  }
  /// The head, when it is whole.
  const request_head& head() const noexcept {
    return head_;
  }
  /// Why it was refused.
  const refusal& why() const noexcept {
    return why_;
  }

private:
  framing take_line(std::string_view line);
  framing refuse(const refusal& why);

  head_limits limits_;
  std::string line_; ///< The part of a line that came so far.
  std::size_t bytes_ = 0;
  std::uint32_t lines_ = 0;
  request_head head_;
  refusal why_;
};

/// One step of reading a body.
struct body_step {
  framing state = framing::more;
  std::size_t used = 0;
  std::string_view content; ///< Part of the input: bytes of the body proper.
};

/// Takes the framing off one request's body: by length, or chunked.
class body_framer {
public:
  /// @param max_bytes Of the body without its framing; above it, 413.
  body_framer(const request_head& head, std::uint64_t max_bytes);

  /// Reads on, until the state is not `more` or all is used; a call may use a
  /// part only.
  body_step feed(std::string_view bytes);

  /// The state before the first byte: an empty body is whole at once, and one
  /// whose length is known to pass the cap is refused at once.
  framing state() const noexcept {
    return state_;
  }
  const refusal& why() const noexcept {
    return why_;
  }

private:
  enum class part : std::uint8_t {
    content, ///< Of the body or of a chunk.
    content_end,
    chunk_size,
    trailer
  };
  body_step take_content(std::string_view bytes);
  body_step take_line(std::string_view bytes);
  void end_line();
  void begin_chunk(std::string_view line);
  void refuse(const refusal& why);

  std::uint64_t max_bytes_;
  std::uint64_t left_ = 0;  ///< Of the body, or of the current chunk.
  std::uint64_t taken_ = 0; ///< Of the whole body.
  bool chunked_ = false;
  part part_ = part::content;
  framing state_ = framing::more;
  std::string line_;
  std::uint32_t trailer_lines_ = 0;
  refusal why_;
};

} // namespace pixmill::http
