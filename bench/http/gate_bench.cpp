// A gated server with the routes of a load test, until standard input ends:
// prints its port, then serves.

#include <cstdio>
#include <iostream>
#include <string>

#include "http/gated_server.hpp"

int main() {
  using namespace pixmill::http;
  auto server = gated_server::create({});
  if (!server)
    return 1;
  (*server)->Get("/healthz", [](const auto&, httplib::Response& answer) {
    answer.set_content("ok", "text/plain");
  });
  (*server)->Get("/work", [](const auto&, httplib::Response& answer) {
    answer.set_content(std::string(10'000, 'a'), "application/octet-stream");
  });
  (*server)->Post("/echo", [](const auto&, httplib::Response& answer,
                              const httplib::ContentReader& read) {
    std::size_t bytes = 0;
    read([&bytes](const char*, std::size_t length) {
      bytes += length;
      return true;
    });
    answer.set_content(std::to_string(bytes), "text/plain");
  });
  const auto port = (*server)->bind("127.0.0.1", 0);
  if (!port)
    return 1;
  (*server)->start();
  std::printf("%d\n", int{*port});
  std::fflush(stdout);
  for (std::string line; std::getline(std::cin, line);)
    continue;
  (*server)->drain(std::chrono::seconds{1});
}
