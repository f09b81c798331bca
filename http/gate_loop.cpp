#include "http/gate_loop.hpp"
#include "http/request_metrics.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <system_error>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "model/errc.hpp"

namespace pixmill::http {

using std::chrono::milliseconds;

namespace {

constexpr std::size_t read_bytes = 64u << 10;
constexpr int accepts_a_turn = 64;
constexpr milliseconds accept_pause{50};
/// What a client may still send after it was told that it is over.
constexpr milliseconds linger_for{1'000};
// What the kernel holds of an answer counts as taken by the client, and can
// be megabytes: this keeps it small, so that a deaf client is found out.
constexpr int unsent_bytes = 128 << 10;
// Health answers from memory: two never wait for each other for long.
constexpr std::size_t urgent_threads = 2;

constexpr refusal too_many{503, "overloaded", "There are too many clients."};
constexpr refusal slow_head{408, "request-timeout",
                            "The head of the request took too long."};
constexpr refusal slow_body{408, "request-timeout",
                            "The body of the request came too slowly."};

} // namespace

gate_loop::gate_loop(const gate_settings& settings, answer_function answer,
                     lane_function lane_of)
    : settings_{settings}, answer_{std::move(answer)}, lane_of_{std::move(
                                                         lane_of)},
      heads_{settings.head_budget}, memory_{settings.memory_budget},
      disk_{settings.spool_budget}, room_{.directory = settings.spool_directory,
                                          .above = settings.spool_above,
                                          .memory = memory_,
                                          .disk = disk_},
      buffer_(read_bytes), urgent_{urgent_threads, settings.queue_limit,
                                   [this](connection& whose) { work(whose); }},
      ordinary_{settings.worker_threads, settings.queue_limit,
                [this](connection& whose) { work(whose); }},
      streams_{settings.stream_threads, 0,
               [this](connection& whose) { work(whose); }} {}

gate_loop::~gate_loop() {
  stop_workers();
  connections_.clear();
  close_listener();
  for (const auto descriptor : {epoll_, wake_})
    if (descriptor >= 0)
      ::close(descriptor);
}

caf::expected<caf::unit_t> gate_loop::open() {
  epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  epoll_event event{.events = EPOLLIN, .data = {.fd = wake_}};
  if (epoll_ < 0 || wake_ < 0
      || ::epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) != 0)
    return make_error(errc::config_invalid,
                      "http: no descriptors left: "
                        + std::generic_category().message(errno));
  return caf::unit;
}

void gate_loop::listen_on(int listener) {
  listener_ = listener;
  accept_again_ = clock::now();
}

void gate_loop::run() {
  std::array<epoll_event, 256> events{};
  for (;;) {
    const auto now = clock::now();
    expire(now);
    if (draining() && !drain_begun_)
      begin_drain();
    if (drain_begun_
        && (connections_.empty()
            || now.time_since_epoch().count() >= drain_at_.load()))
      return cut_all();
    const auto count =
      ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()),
                   pause_before(now));
    for (int i = 0; i < count; ++i)
      on_event(events[static_cast<std::size_t>(i)].data.fd);
    take_back();
    for (const auto socket : std::exchange(again_, {}))
      on_event(socket);
  }
}

void gate_loop::drain(clock::time_point deadline) {
  auto none = no_drain;
  drain_at_.compare_exchange_strong(none, deadline.time_since_epoch().count());
  ::eventfd_write(wake_, 1);
}

void gate_loop::stop_workers() {
  for (auto* pool : {&urgent_, &ordinary_, &streams_})
    pool->stop();
}

void gate_loop::on_event(int socket) {
  if (socket == wake_) {
    eventfd_t count = 0;
    ::eventfd_read(wake_, &count);
    return;
  }
  if (socket == listener_)
    return accept_some();
  const auto found = connections_.find(socket);
  if (found == connections_.end())
    return;
  auto& whose = *found->second;
  switch (whose.at) {
  case phase::idle:
  case phase::head:
  case phase::body:
    return receive(whose);
  case phase::flushing:
    return flush(whose);
  case phase::lingering:
    return discard(whose);
  case phase::answering:
  case phase::refused:
    return; // Looked at when its worker, or its time, is done.
  }
}

void gate_loop::accept_some() {
  for (int i = 0; i < accepts_a_turn; ++i) {
    const auto socket =
      ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket >= 0) {
      adopt(socket);
      continue;
    }
    if (errno == ECONNABORTED || errno == EINTR)
      continue;
    // No descriptors or no memory: room is made, or found later.
    if (errno != EAGAIN && errno != EWOULDBLOCK && !close_oldest_idle())
      pause_accepting();
    return;
  }
}

void gate_loop::adopt(int socket) {
  if (connections_.size() >= settings_.max_connections
      && !close_oldest_idle()) {
    request_metrics::instance().count_refusal(too_many.code);
    const auto answer = problem_answer(too_many, settings_.retry_after);
    ::send(socket, answer.data(), answer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    ::close(socket);
    return;
  }
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent_bytes,
               sizeof unsent_bytes);
  auto owner = std::make_unique<connection>(socket, heads_);
  // Edge-triggered and never changed: whoever takes a socket back looks at it
  // first, so that no edge is missed.
  epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                    .data = {.fd = socket}};
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event) != 0)
    return;
  auto& whose = *connections_.emplace(socket, std::move(owner)).first->second;
  whose.idle_place = idle_.insert(idle_.end(), socket);
  set_deadline(whose, clock::now() + settings_.idle_timeout);
  request_metrics::instance().set_connections(connections_.size());
}

void gate_loop::pause_accepting() {
  ::epoll_ctl(epoll_, EPOLL_CTL_DEL, listener_, nullptr);
  accept_again_ = clock::now() + accept_pause;
}

void gate_loop::close_listener() {
  if (listener_ >= 0)
    ::close(std::exchange(listener_, -1));
  accept_again_.reset();
}

bool gate_loop::close_oldest_idle() {
  if (idle_.empty())
    return false;
  close(*connections_.at(idle_.front()));
  return true;
}

void gate_loop::close(connection& whose) {
  if (whose.at == phase::idle)
    idle_.erase(whose.idle_place);
  set_deadline(whose, std::nullopt);
  connections_.erase(whose.socket);
  request_metrics::instance().set_connections(connections_.size());
}

void gate_loop::set_phase(connection& whose, phase next) {
  if (whose.at == phase::idle && next != phase::idle)
    idle_.erase(whose.idle_place);
  if (whose.at != phase::idle && next == phase::idle)
    whose.idle_place = idle_.insert(idle_.end(), whose.socket);
  whose.at = next;
  switch (next) {
  case phase::idle:
    return set_deadline(whose, clock::now() + settings_.idle_timeout);
  case phase::head:
    return set_deadline(whose, clock::now() + settings_.head_deadline);
  case phase::body:
    whose.body_begun = clock::now();
    return set_deadline(whose, whose.body_begun + settings_.body_grace);
  case phase::refused:
    return set_deadline(whose, clock::now() + pause_of_refusal());
  case phase::lingering:
    return set_deadline(whose, clock::now() + linger_for);
  case phase::answering:
  case phase::flushing:
    return set_deadline(whose, std::nullopt);
  }
}

void gate_loop::set_deadline(connection& whose,
                             std::optional<clock::time_point> when) {
  if (whose.deadline)
    deadlines_.erase({*whose.deadline, whose.socket});
  whose.deadline = when;
  if (when)
    deadlines_.emplace(*when, whose.socket);
}

void gate_loop::expire(clock::time_point now) {
  if (accept_again_ && *accept_again_ <= now) {
    accept_again_.reset();
    epoll_event event{.events = EPOLLIN, .data = {.fd = listener_}};
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, listener_, &event);
  }
  while (!deadlines_.empty() && deadlines_.begin()->first <= now)
    on_deadline(*connections_.at(deadlines_.begin()->second));
}

void gate_loop::on_deadline(connection& whose) {
  switch (whose.at) {
  case phase::head:
    return refuse(whose, slow_head);
  case phase::body:
    return refuse(whose, slow_body);
  case phase::refused:
    return refuse(whose, *whose.why);
  default:
    return close(whose);
  }
}

int gate_loop::pause_before(clock::time_point now) const {
  if (!again_.empty())
    return 0;
  auto next = clock::time_point::max();
  if (!deadlines_.empty())
    next = deadlines_.begin()->first;
  if (accept_again_)
    next = std::min(next, *accept_again_);
  if (drain_begun_)
    next = std::min(next, clock::time_point{clock::duration{drain_at_.load()}});
  if (next == clock::time_point::max())
    return -1;
  const auto left = std::chrono::ceil<milliseconds>(next - now).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

void gate_loop::begin_drain() {
  drain_begun_ = true;
  close_listener();
  while (close_oldest_idle())
    continue;
}

void gate_loop::cut_all() {
  // Only the sockets: the connections may still be with workers.
  for (const auto& [socket, whose] : connections_)
    ::shutdown(socket, SHUT_RDWR);
}

} // namespace pixmill::http
