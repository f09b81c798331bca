#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pixmill::http::test {

struct answer {
  int status = 0; ///< 0: the connection ended before an answer.
  std::string head;
  std::string body;
};

/// A client that sends exactly what it is told. Reads end after 10 s.
class raw_client {
public:
  /// @param receive_buffer Of the socket, bytes; 0: the system's choice.
  explicit raw_client(std::uint16_t port, int receive_buffer = 0);
  ~raw_client();
  raw_client(raw_client&& other) noexcept;
  raw_client& operator=(raw_client&&) = delete;

  /// @returns False when the server has closed.
  bool send(std::string_view bytes);
  /// Reads one answer with a Content-Length, or up to the end.
  answer receive();
  answer ask(std::string_view bytes);
  /// True when the connection ends without another byte.
  bool ended();
  /// Reads until `count` bytes are there or the connection ends.
  std::string bytes(std::size_t count);
  /// Says that nothing more will be sent.
  void half_close();

private:
  bool fill();

  int socket_;
  std::string buffer_;
};

} // namespace pixmill::http::test
