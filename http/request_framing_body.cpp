#include "http/request_framing.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace pixmill::http {

namespace {

// Nobody needs chunk extensions; what is here tolerates small ones.
constexpr std::size_t max_chunk_line = 256;
constexpr std::size_t max_trailer_line = 1'024;
constexpr std::uint32_t max_trailer_lines = 16;

constexpr refusal too_large{413, "payload-too-large",
                            "The body of the request is too large."};
constexpr refusal bad_chunk{400, "bad-request",
                            "The chunked encoding is malformed."};

} // namespace

body_framer::body_framer(const request_head& head, std::uint64_t max_bytes)
    : max_bytes_{max_bytes}, chunked_{head.chunked} {
  if (chunked_) {
    part_ = part::chunk_size;
    return;
  }
  left_ = head.content_length.value_or(0);
  if (left_ > max_bytes_)
    refuse(too_large);
  else if (left_ == 0)
    state_ = framing::whole;
}

body_step body_framer::feed(std::string_view bytes) {
  body_step step{.state = state_, .used = 0, .content = {}};
  if (state_ != framing::more || bytes.empty())
    return step;
  step = part_ == part::content ? take_content(bytes) : take_line(bytes);
  step.state = state_;
  return step;
}

body_step body_framer::take_content(std::string_view bytes) {
  const auto length =
    static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
  left_ -= length;
  if (left_ == 0) {
    if (chunked_)
      part_ = part::content_end;
    else
      state_ = framing::whole;
  }
  return {.used = length, .content = bytes.substr(0, length)};
}

body_step body_framer::take_line(std::string_view bytes) {
  const auto limit = part_ == part::chunk_size ? max_chunk_line
                     : part_ == part::trailer  ? max_trailer_line
                                               : std::size_t{2};
  const auto end = bytes.find('\n');
  const auto length = end == std::string_view::npos ? bytes.size() : end + 1;
  if (length > limit - line_.size()) {
    refuse(bad_chunk);
    return {};
  }
  line_.append(bytes.substr(0, length));
  if (end != std::string_view::npos)
    end_line();
  else if (line_.size() == limit)
    refuse(bad_chunk);
  return {.used = length, .content = {}};
}

void body_framer::end_line() {
  const auto text = std::exchange(line_, {});
  std::string_view line = text;
  if (!line.ends_with("\r\n"))
    return refuse(bad_chunk);
  line.remove_suffix(2);
  switch (part_) {
  case part::chunk_size:
    return begin_chunk(line);
  case part::content_end:
    part_ = part::chunk_size;
    if (!line.empty())
      refuse(bad_chunk);
    return;
  default: // A trailer: its fields are left out, as RFC 9112, 7.1.2 allows.
    if (line.empty())
      state_ = framing::whole;
    else if (++trailer_lines_ > max_trailer_lines)
      refuse(bad_chunk);
  }
}

void body_framer::begin_chunk(std::string_view line) {
  std::uint64_t length = 0;
  const auto* end = line.data() + line.size();
  const auto [stop, wrong] = std::from_chars(line.data(), end, length, 16);
  if (wrong == std::errc::result_out_of_range)
    return refuse(too_large);
  const auto rest = std::string_view{stop, end};
  if (wrong != std::errc{}
      || (!rest.empty() && rest.find_first_not_of(" \t") != rest.find(';')))
    return refuse(bad_chunk);
  if (length > max_bytes_ - taken_)
    return refuse(too_large);
  taken_ += length;
  left_ = length;
  part_ = length == 0 ? part::trailer : part::content;
}

void body_framer::refuse(const refusal& why) {
  why_ = why;
  state_ = framing::refused;
}

} // namespace pixmill::http
