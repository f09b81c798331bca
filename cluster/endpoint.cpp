#include "cluster/endpoint.hpp"

#include <cerrno>
#include <charconv>
#include <memory>
#include <system_error>

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "model/errc.hpp"
#include "persistence/posix_file.hpp"

namespace pixmill::cluster {
namespace {

struct list_end {
  void operator()(addrinfo* list) const {
    freeaddrinfo(list);
  }
};

std::string reason(int number) {
  return std::generic_category().message(number);
}

// Returns 0, or why there is no connection.
int connect_within(const addrinfo& to, std::chrono::milliseconds timeout) {
  const persistence::file_descriptor socket{
    ::socket(to.ai_family, to.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
             to.ai_protocol)};
  if (!socket)
    return errno;
  if (::connect(socket.get(), to.ai_addr, to.ai_addrlen) == 0)
    return 0;
  if (errno != EINPROGRESS)
    return errno;
  pollfd waiting{.fd = socket.get(), .events = POLLOUT, .revents = 0};
  const auto ready = ::poll(&waiting, 1, static_cast<int>(timeout.count()));
  if (ready <= 0)
    return ready == 0 ? ETIMEDOUT : errno;
  int failed = 0;
  socklen_t size = sizeof(failed);
  ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &failed, &size);
  return failed;
}

} // namespace

caf::expected<endpoint> endpoint::parse(std::string_view text, bool any_port) {
  const auto wrong = [text] {
    return make_error(errc::config_invalid,
                      std::string{text}
                        + ": HOST:PORT is wanted, such as 127.0.0.1:4242");
  };
  const auto colon = text.rfind(':');
  if (colon == text.npos)
    return wrong();
  auto host = text.substr(0, colon);
  const auto port = text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']'))
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != host.npos)
    return wrong();
  endpoint out{.host = std::string{host}};
  const auto read =
    std::from_chars(port.data(), port.data() + port.size(), out.port);
  if (host.empty() || read.ec != std::errc{}
      || read.ptr != port.data() + port.size() || (out.port == 0 && !any_port))
    return wrong();
  return out;
}

std::string endpoint::str() const {
  const bool v6 = host.find(':') != host.npos;
  return (v6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

bool endpoint::is_loopback() const {
  return host.starts_with("127.") || host == "::1" || host == "localhost";
}

caf::error probe(const endpoint& where, std::chrono::milliseconds timeout) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const auto failed = getaddrinfo(
    where.host.c_str(), std::to_string(where.port).c_str(), &hints, &found);
  if (failed != 0)
    return make_error(errc::dns, where.str() + ": " + gai_strerror(failed));
  const std::unique_ptr<addrinfo, list_end> list{found};
  int number = 0;
  for (const auto* each = list.get(); each != nullptr; each = each->ai_next) {
    number = connect_within(*each, timeout);
    if (number == 0)
      return {};
  }
  return make_error(number == ETIMEDOUT ? errc::timeout : errc::connect,
                    where.str() + ": " + reason(number));
}

} // namespace pixmill::cluster
