#include "tests/http/gated_fixture.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <thread>

#include "http/gated_server.hpp"
#include "http/request_framing.hpp"

namespace pixmill::http::test {

using namespace std::chrono_literals;
using httplib::ContentReader;
using httplib::Request;
using httplib::Response;

GatedServer::GatedServer() {
  settings.spool_directory = std::filesystem::temp_directory_path();
}

GatedServer::~GatedServer() {
  stop();
}

void GatedServer::start() {
  auto made = gated_server::create(settings);
  ASSERT_TRUE(made);
  server = std::move(*made);
  add_routes();
  const auto bound = server->bind("127.0.0.1", 0);
  ASSERT_TRUE(bound);
  port = *bound;
  server->start();
}

void GatedServer::stop() {
  release();
  server.reset();
}

void GatedServer::add_routes() {
  server->Get("/healthz", [](const Request&, Response& answer) {
    answer.set_content("ok", "text/plain");
  });
  server->Get("/who", [](const Request& asked, Response& answer) {
    answer.set_content(asked.get_header_value("REMOTE_ADDR"), "text/plain");
  });
  server->Get("/key", [](const Request& asked, Response& answer) {
    answer.set_content(asked.get_header_value("Key"), "text/plain");
  });
  server->Get("/hold", [this](const Request&, Response&) { hold(); });
  server->Get("/hold/events", [this](const Request&, Response&) { hold(); });
  server->Get("/ticks/events", [](const Request&, Response& answer) {
    answer.set_chunked_content_provider(
      "text/event-stream", [](size_t, httplib::DataSink& sink) {
        std::this_thread::sleep_for(5ms);
        return sink.is_writable() && sink.write("t", 1);
      });
  });
  server->Get("/broken", [](const Request&, Response& answer) {
    answer.set_content_provider(10, "text/plain",
                                [](size_t, size_t, httplib::DataSink&) -> bool {
                                  throw std::runtime_error{"broken"};
                                });
  });
  server->Get("/big", [](const Request& asked, Response& answer) {
    answer.set_content_provider(
      std::stoul(asked.get_param_value("bytes")), "application/octet-stream",
      [](size_t, size_t length, httplib::DataSink& sink) {
        const std::string piece(std::min<size_t>(length, 32'768), 'a');
        return sink.write(piece.data(), piece.size());
      });
  });
  server->Post("/plain", [](const Request& asked, Response& answer) {
    answer.set_content(asked.body, "text/plain");
  });
  server->Post("/echo",
               [](const Request&, Response& answer, const ContentReader& read) {
                 std::string body;
                 read([&body](const char* bytes, size_t length) {
                   body.append(bytes, length);
                   return true;
                 });
                 answer.set_content(body, "text/plain");
               });
  server->Post("/count", [this](const Request& asked, Response& answer,
                                const ContentReader& read) {
    std::size_t count = 0;
    read([this, &count](const char*, size_t length) {
      count += length;
      largest_piece = std::max(largest_piece.load(), length);
      return true;
    });
    answer.set_content(std::to_string(count)
                         + asked.get_header_value(body_encoding_field),
                       "text/plain");
  });
}

void GatedServer::hold() {
  std::unique_lock lock{mutex_};
  ++held_;
  changed_.notify_all();
  changed_.wait(lock, [this] { return released_; });
}

void GatedServer::release() {
  const std::lock_guard lock{mutex_};
  released_ = true;
  changed_.notify_all();
}

bool GatedServer::wait_until_held(int count) {
  std::unique_lock lock{mutex_};
  return changed_.wait_for(lock, 10s, [this, count] { return held_ >= count; });
}

int GatedServer::health() {
  return connect().ask(request("GET /healthz")).status;
}

} // namespace pixmill::http::test
