#include "tests/net/loopback_server.hpp"

#include <array>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace pixmill::net::test {

std::string connection::read_head() {
  std::array<char, 4096> buffer;
  while (open_) {
    if (const auto end = unread_.find("\r\n\r\n"); end != unread_.npos) {
      auto head = unread_.substr(0, end + 4);
      unread_.erase(0, end + 4);
      return head;
    }
    const auto got = recv(fd_, buffer.data(), buffer.size(), 0);
    if (got <= 0)
      open_ = false;
    else
      unread_.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return {};
}

std::string connection::read_body(std::size_t size) {
  std::array<char, 4096> buffer;
  while (open_ && unread_.size() < size) {
    const auto got = recv(fd_, buffer.data(), buffer.size(), 0);
    if (got <= 0)
      open_ = false;
    else
      unread_.append(buffer.data(), static_cast<std::size_t>(got));
  }
  auto body = unread_.substr(0, size);
  unread_.erase(0, body.size());
  return body;
}

void connection::send(std::string_view bytes) {
  while (open_ && !bytes.empty()) {
    const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0)
      open_ = false;
    else
      bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void connection::answer(std::string_view status, std::string_view body,
                        std::string_view fields) {
  send("HTTP/1.1 " + std::string{status}
       + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n"
       + std::string{fields} + "\r\n" + std::string{body});
}

void connection::reset() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  open_ = false;
}

void connection::close() {
  open_ = false;
}

void connection::wait_until_closed() {
  std::array<char, 256> buffer;
  while (open_ && recv(fd_, buffer.data(), buffer.size(), 0) > 0) {}
  open_ = false;
}

loopback_server::loopback_server(handler on_request, std::string greeting)
    : on_request_(std::move(on_request)), greeting_(std::move(greeting)),
      listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  if (bind(listener_, generic, size) != 0 || listen(listener_, 512) != 0
      || getsockname(listener_, generic, &size) != 0)
    throw std::runtime_error("cannot listen on 127.0.0.1");
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread{[this] { accept_all(); }};
}

loopback_server::~loopback_server() {
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  {
    const std::lock_guard lock{mutex_};
    for (auto& each : clients_)
      if (each.fd >= 0)
        shutdown(each.fd, SHUT_RDWR);
  }
  for (auto& each : clients_)
    each.thread.join();
}

std::string loopback_server::url(std::string_view path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + std::string{path};
}

void loopback_server::accept_all() {
  while (true) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0)
      return;
    ++connections_;
    const std::lock_guard lock{mutex_};
    clients_.push_back({fd, std::thread{[this, fd] { serve(fd); }}});
  }
}

void loopback_server::serve(int fd) {
  connection peer{fd};
  peer.send(greeting_);
  while (true) {
    const auto head = peer.read_head();
    if (head.empty())
      break;
    ++requests_;
    const int now = ++at_once_;
    for (int most = most_at_once_;
         most < now && !most_at_once_.compare_exchange_weak(most, now);) {}
    const auto from = head.find(' ') + 1;
    on_request_(peer, head.substr(from, head.find(' ', from) - from), head);
    --at_once_;
  }
  const std::lock_guard lock{mutex_};
  for (auto& each : clients_)
    if (each.fd == fd)
      each.fd = -1;
  ::close(fd);
}

} // namespace pixmill::net::test
