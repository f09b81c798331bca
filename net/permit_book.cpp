#include "net/permit_book.hpp"

#include <algorithm>

namespace pixmill::net {
namespace {

// A node that has had nothing to do at an origin for so long leaves it to
// others.
constexpr std::chrono::milliseconds longest_idle{3'000};

} // namespace

bool permit_book::take(const origin_permit& permit) {
  const auto known = entries_.find(permit.origin);
  const auto newest =
    known == entries_.end() ? given_up_ : known->second.version;
  if (permit.version <= newest)
    return false;
  entries_[permit.origin] = {.transfers = permit.transfers,
                             .version = permit.version};
  return true;
}

const permit_book::entry* permit_book::find(const std::string& origin) const {
  const auto i = entries_.find(origin);
  return i == entries_.end() ? nullptr : &i->second;
}

bool permit_book::keep(const std::string& origin, bool busy, time_point now) {
  const auto i = entries_.find(origin);
  if (i == entries_.end())
    return false;
  auto& known = i->second;
  if (busy || !known.idle) {
    known.idle = !busy;
    known.idle_since = now;
    return true;
  }
  if (now - known.idle_since < longest_idle)
    return true;
  given_up_ = std::max(given_up_, known.version);
  entries_.erase(i);
  return false;
}

void permit_book::clear() {
  entries_.clear();
  given_up_ = 0;
}

} // namespace pixmill::net
