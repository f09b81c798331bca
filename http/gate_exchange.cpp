#include "http/gate_exchange.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <poll.h>
#include <sys/socket.h>

namespace pixmill::http {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

exchange::exchange(int socket, const request_head& head,
                   std::unique_ptr<spool> body, lane where, bool keep_alive,
                   const gate_settings& settings, byte_budget& memory)
    : socket_{socket}, where_{where}, settings_{settings}, head_{library_head(
                                                             head, body->size(),
                                                             keep_alive)},
      body_{std::move(body)}, memory_{memory}, keep_alive_{keep_alive} {}

std::ptrdiff_t exchange::read(char* to, std::size_t length) {
  if (head_read_ == head_.size())
    return body_->read(to, length);
  length = std::min(length, head_.size() - head_read_);
  std::memcpy(to, head_.data() + head_read_, length);
  head_read_ += length;
  return static_cast<std::ptrdiff_t>(length);
}

bool exchange::write(std::string_view bytes) {
  if (failed_ || !flush())
    return false;
  while (!bytes.empty()) {
    if (kept_bytes() == 0 && !send_some(bytes))
      return false;
    if (bytes.empty() || keep(bytes))
      return true;
    if (!wait_for_client() || !flush())
      return false;
  }
  return true;
}

bool exchange::flush() {
  auto rest = std::string_view{kept_}.substr(kept_sent_);
  if (!send_some(rest))
    return false;
  kept_sent_ = kept_.size() - rest.size();
  if (rest.empty() && !kept_.empty()) {
    kept_ = {};
    kept_sent_ = 0;
    memory_.resize(0);
  }
  return true;
}

/// Takes what the client took off the front of `bytes`.
bool exchange::send_some(std::string_view& bytes) {
  while (!bytes.empty()) {
    const auto sent =
      ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EINTR)
      continue;
    if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      return true;
    if (sent < 0) {
      failed_ = true;
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
    if (waited_.count() > 0)
      earned_bytes_ += static_cast<std::uint64_t>(sent);
  }
  return true;
}

bool exchange::keep(std::string_view bytes) {
  kept_.erase(0, std::exchange(kept_sent_, 0));
  const auto length = kept_.size() + bytes.size();
  if (length > settings_.write_buffer || !memory_.resize(length))
    return false;
  kept_.append(bytes);
  return true;
}

bool exchange::wait_for_client() {
  const auto rate = std::max<std::uint64_t>(1, settings_.min_write_rate);
  const auto allowed =
    settings_.write_grace
    + milliseconds{static_cast<std::int64_t>(earned_bytes_ * 1'000 / rate)};
  const auto left =
    std::chrono::duration_cast<milliseconds>(allowed - waited_).count();
  const auto begun = steady_clock::now();
  pollfd waiting{.fd = socket_, .events = POLLOUT, .revents = 0};
  const auto ready =
    left <= 0 ? 0
              : ::poll(&waiting, 1,
                       static_cast<int>(std::min<std::int64_t>(left, 60'000)));
  // At least one tick, so that bytes that follow count as earned.
  waited_ += std::max(steady_clock::now() - begun, steady_clock::duration{1});
  if (left <= 0)
    failed_ = true;
  return ready >= 0 || errno == EINTR ? !failed_ : false;
}

bool exchange::client_waits() const {
  if (failed_)
    return false;
  pollfd state{.fd = socket_, .events = POLLRDHUP, .revents = 0};
  if (::poll(&state, 1, 0) <= 0)
    return true;
  // Who only shuts its sending side may still read one answer, but a stream
  // would be sent to nobody until its buffers are full.
  const auto gone =
    where_ == lane::stream ? POLLERR | POLLHUP | POLLRDHUP : POLLERR | POLLHUP;
  return (state.revents & gone) == 0;
}

} // namespace pixmill::http
