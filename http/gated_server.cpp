#include "http/gated_server.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <string_view>
#include <system_error>

#include <netdb.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/gate_loop.hpp"
#include "http/request_scope.hpp"
#include "model/errc.hpp"

namespace pixmill::http {

namespace {

// For everything that is no connection: files, the store, downloads.
constexpr std::uint64_t other_descriptors = 256;
constexpr int backlog = 4'096;

using name_of_socket = int (*)(int, sockaddr*, socklen_t*);

/// Writes what `name_of` says about `socket`; leaves alone what it cannot say.
void describe(name_of_socket name_of, int socket, std::string& ip, int& port) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> service{};
  if (name_of(socket, plain, &length) != 0
      || ::getnameinfo(plain, length, host.data(), host.size(), service.data(),
                       service.size(), NI_NUMERICHOST | NI_NUMERICSERV)
           != 0)
    return;
  ip = host.data();
  port = std::atoi(service.data());
}

/// An exchange as the library sees it.
class exchange_stream : public httplib::Stream {
public:
  explicit exchange_stream(exchange& whose) : whose_{whose} {}
  bool is_readable() const override {
    return true;
  }
  bool is_writable() const override {
    return whose_.client_waits();
  }
  ssize_t read(char* to, size_t length) override {
    return whose_.read(to, length);
  }
  ssize_t write(const char* bytes, size_t length) override {
    if (!whose_.write({bytes, length}))
      return -1;
    written_ += length;
    return static_cast<ssize_t>(length);
  }
  /// Bytes of the answer, its head included.
  std::uint64_t written() const noexcept {
    return written_;
  }
  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    describe(&::getpeername, whose_.socket(), ip, port);
  }
  void get_local_ip_and_port(std::string& ip, int& port) const override {
    describe(&::getsockname, whose_.socket(), ip, port);
  }
  socket_t socket() const override {
    // The library refuses sockets that select() could not take, but never
    // uses them here.
    return INVALID_SOCKET;
  }

private:
  exchange& whose_;
  std::uint64_t written_ = 0;
};

lane lane_of(const request_head& head) {
  const auto path = head.path();
  if (path == "/healthz" || path == "/readyz")
    return lane::urgent;
  const auto query = std::string_view{head.target}.substr(path.size());
  const auto long_poll = query.find("?wait=") != std::string_view::npos
                         || query.find("&wait=") != std::string_view::npos;
  return long_poll || path.ends_with("/events") ? lane::stream : lane::ordinary;
}

/// Raises the limit of open files as far as this process may.
/// @returns How many connections it leaves room for.
std::uint32_t room_for_connections() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return other_descriptors;
  if (limit.rlim_cur < limit.rlim_max) {
    auto raised = limit;
    raised.rlim_cur = raised.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0)
      limit = raised;
  }
  const std::uint64_t files = limit.rlim_cur;
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(
    files > 2 * other_descriptors ? files - other_descriptors : files / 2,
    std::numeric_limits<std::uint32_t>::max()));
}

/// Opens a listening socket on one of the addresses found.
int open_listener(const addrinfo& found) {
  for (const auto* entry = &found; entry; entry = entry->ai_next) {
    const auto socket =
      ::socket(entry->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket < 0)
      continue;
    const int on = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(socket, entry->ai_addr, entry->ai_addrlen) == 0
        && ::listen(socket, backlog) == 0)
      return socket;
    const auto why = errno;
    ::close(socket);
    errno = why;
  }
  return -1;
}

caf::error cannot_bind(const std::string& address, std::uint16_t port,
                       const std::string& why) {
  return make_error(errc::config_invalid, "http: cannot listen on " + address
                                            + " port " + std::to_string(port)
                                            + ": " + why);
}

} // namespace

caf::expected<std::unique_ptr<gated_server>>
gated_server::create(const gate_settings& settings) {
  if (settings.max_connections == 0 || settings.worker_threads == 0
      || settings.max_head_bytes == 0 || settings.max_head_lines == 0)
    return make_error(errc::config_invalid,
                      "http: limits of the gate must not be 0");
  auto possible = settings;
  possible.max_connections =
    std::min(settings.max_connections, room_for_connections());
  std::unique_ptr<gated_server> server{new gated_server{possible}};
  if (auto opened = server->loop_->open(); !opened)
    return opened.error();
  return server;
}

gated_server::gated_server(const gate_settings& settings)
    : loop_{std::make_unique<gate_loop>(
      settings, [this](exchange& whose) { answer(whose); }, lane_of)} {
  using std::chrono::seconds;
  set_keep_alive_max_count(std::numeric_limits<std::int32_t>::max());
  set_keep_alive_timeout(
    std::chrono::duration_cast<seconds>(settings.idle_timeout).count());
}

gated_server::~gated_server() {
  drain(std::chrono::milliseconds{0});
}

caf::expected<std::uint16_t> gated_server::bind(const std::string& address,
                                                std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const auto wrong = ::getaddrinfo(
        address.c_str(), std::to_string(port).c_str(), &hints, &found))
    return cannot_bind(address, port, ::gai_strerror(wrong));
  const auto listener = open_listener(*found);
  const auto why = errno;
  ::freeaddrinfo(found);
  if (listener < 0)
    return cannot_bind(address, port, std::generic_category().message(why));
  loop_->listen_on(listener);
  // Without a socket, the library takes itself for stopped and cuts off
  // every answer that has a content provider.
  svr_sock_ = listener;
  std::string ip;
  int bound = port;
  describe(&::getsockname, listener, ip, bound);
  return static_cast<std::uint16_t>(bound);
}

void gated_server::screen_with(
  std::function<std::optional<std::string>(const request_head&)> screen) {
  loop_->screen_with(std::move(screen));
}

void gated_server::start() {
  thread_ = std::thread{[this] { loop_->run(); }};
}

void gated_server::drain(std::chrono::milliseconds deadline) {
  loop_->drain(gate_loop::clock::now() + deadline);
  if (thread_.joinable())
    thread_.join();
  svr_sock_ = INVALID_SOCKET;
  loop_->stop_workers();
}

bool gated_server::draining() const noexcept {
  return loop_->draining();
}

void gated_server::answer(exchange& whose) {
  request_scope scope;
  exchange_stream stream{whose};
  bool closed = false;
  if (!process_request(stream, !whose.keep_alive(), closed, nullptr) || closed)
    whose.close_after();
  scope.answered(stream.written(), !whose.failed());
}

} // namespace pixmill::http
