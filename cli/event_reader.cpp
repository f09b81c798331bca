#include "cli/event_reader.hpp"

#include <utility>

#include "model/errc.hpp"

namespace pixmill::cli {
namespace {

constexpr std::size_t max_event_bytes = 1 << 20;

} // namespace

caf::error event_reader::feed(std::string_view bytes) {
  for (const char c : bytes) {
    const bool rest_of_line_end = c == '\n' && after_cr_;
    after_cr_ = c == '\r';
    if (rest_of_line_end)
      continue;
    if (c == '\n' || c == '\r') {
      if (auto refused = take_line(std::exchange(line_, {})))
        return refused;
      continue;
    }
    line_ += c;
    if (line_.size() + event_.data.size() > max_event_bytes)
      return make_error(errc::too_large, "an event of more than 1 MiB");
  }
  return {};
}

caf::error event_reader::take_line(std::string_view line) {
  if (line.empty()) {
    const auto whole = std::exchange(event_, {});
    // An event without data is none.
    return whole.data.empty() ? caf::error{} : take_(whole);
  }
  const auto colon = line.find(':');
  const auto field = line.substr(0, colon);
  auto value = colon == line.npos ? std::string_view{} : line.substr(colon + 1);
  if (value.starts_with(' '))
    value.remove_prefix(1);
  if (field == "event") {
    event_.kind = value;
  } else if (field == "data") {
    if (!event_.data.empty())
      event_.data += '\n';
    event_.data += value;
  }
  return {};
}

} // namespace pixmill::cli
