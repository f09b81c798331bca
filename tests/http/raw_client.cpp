#include "tests/http/raw_client.hpp"

#include <array>
#include <cerrno>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace pixmill::http::test {

raw_client::raw_client(std::uint16_t port, int receive_buffer)
    : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
  const timeval patience{.tv_sec = 10, .tv_usec = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (receive_buffer > 0)
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer,
                 sizeof receive_buffer);
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address),
                sizeof address)
      != 0)
    ::shutdown(socket_, SHUT_RDWR);
}

raw_client::~raw_client() {
  if (socket_ >= 0)
    ::close(socket_);
}

raw_client::raw_client(raw_client&& other) noexcept
    : socket_{std::exchange(other.socket_, -1)}, buffer_{
                                                   std::move(other.buffer_)} {}

bool raw_client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0)
      return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool raw_client::fill() {
  std::array<char, 16'384> piece{};
  const auto got = ::recv(socket_, piece.data(), piece.size(), 0);
  if (got > 0)
    buffer_.append(piece.data(), static_cast<std::size_t>(got));
  return got > 0;
}

std::string raw_client::bytes(std::size_t count) {
  while (buffer_.size() < count && fill())
    continue;
  auto result = buffer_.substr(0, count);
  buffer_.erase(0, count);
  return result;
}

answer raw_client::receive() {
  constexpr std::string_view blank = "\r\n\r\n";
  constexpr std::string_view name = "Content-Length: ";
  std::size_t end = 0;
  while ((end = buffer_.find(blank)) == std::string::npos)
    if (!fill())
      return {};
  answer result;
  result.head = bytes(end + blank.size());
  result.status = std::stoi(result.head.substr(result.head.find(' ')));
  const auto length = result.head.find(name);
  if (length != std::string::npos)
    result.body = bytes(std::stoul(result.head.substr(length + name.size())));
  return result;
}

answer raw_client::ask(std::string_view request) {
  send(request);
  return receive();
}

bool raw_client::ended() {
  errno = 0;
  return buffer_.empty() && !fill() && errno != EAGAIN;
}

void raw_client::half_close() {
  ::shutdown(socket_, SHUT_WR);
}

} // namespace pixmill::http::test
