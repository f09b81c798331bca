#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <caf/error.hpp>

namespace pixmill::cli {

/// One server-sent event.
struct server_event {
  std::string kind; ///< `progress`, `end`, …
  std::string data;
};

/// Takes a stream of server-sent events apart as its bytes come. Ids and the
/// wish when to come again are left out: the verbs ask for no items.
/// @see https://html.spec.whatwg.org/multipage/server-sent-events.html
class event_reader {
public:
  using taker = std::function<caf::error(const server_event&)>;

  /// @param take An error ends the reading.
  explicit event_reader(taker take) : take_{std::move(take)} {}

  /// @retval errc::too_large An event of more than 1 MiB.
  /// @retval any             The error of `take`.
  caf::error feed(std::string_view bytes);

private:
  caf::error take_line(std::string_view line);

  taker take_;
  std::string line_;
  server_event event_;
  bool after_cr_ = false; ///< An LF that follows ends no other line.
};

} // namespace pixmill::cli
