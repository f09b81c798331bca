#include "http/service.hpp"

#include <thread>
#include <utility>

#include <httplib.h>

#include "http/routes.hpp"
#include "model/errc.hpp"

namespace pixmill::http {
namespace {

// Without tokens everyone may do everything, so only this machine may ask.
bool is_loopback(const std::string& address) {
  return address.starts_with("127.") || address == "::1"
         || address == "localhost";
}

std::string url_of(const std::string& address, int port) {
  const bool v6 = address.find(':') != std::string::npos;
  return "http://" + (v6 ? "[" + address + "]" : address) + ":"
         + std::to_string(port);
}

} // namespace

class service::impl {
public:
  impl(backend& head, const service_settings& settings)
      : context_{.head = head, .settings = settings} {
    add_service_routes(server_, context_);
    add_submission_routes(server_, context_);
    add_job_routes(server_, context_);
    add_result_routes(server_, context_);
    add_file_routes(server_, context_);
  }

  ~impl() {
    stop();
  }

  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;

  bool listen() {
    auto& settings = context_.settings;
    server_.set_tcp_nodelay(true);
    const int port =
      settings.port == 0
        ? server_.bind_to_any_port(settings.address.c_str())
        : (server_.bind_to_port(settings.address.c_str(), settings.port)
             ? settings.port
             : -1);
    if (port <= 0)
      return false;
    url_ = url_of(settings.address, port);
    if (settings.public_url.empty())
      settings.public_url = url_;
    thread_ = std::thread{[this] { server_.listen_after_bind(); }};
    return true;
  }

  void stop() {
    server_.stop();
    if (thread_.joinable())
      thread_.join();
  }

  const std::string& url() const noexcept {
    return url_;
  }

private:
  route_context context_;
  httplib::Server server_;
  std::string url_;
  std::thread thread_;
};

caf::error service::check(const service_settings& settings) {
  if (is_loopback(settings.address))
    return {};
  return make_error(errc::config_invalid,
                    "[http] address = " + settings.address
                      + ": without tokens only an address of this machine is "
                        "listened on, such as 127.0.0.1");
}

caf::expected<std::unique_ptr<service>>
service::start(backend& head, const service_settings& settings) {
  if (auto refused = check(settings))
    return refused;
  auto parts = std::make_unique<impl>(head, settings);
  if (!parts->listen())
    return make_error(errc::config_invalid,
                      "cannot listen on "
                        + url_of(settings.address, settings.port)
                        + ": the address is taken or not this machine's");
  return std::unique_ptr<service>{new service(std::move(parts))};
}

service::service(std::unique_ptr<impl> parts) : impl_{std::move(parts)} {}

service::~service() = default;

const std::string& service::url() const noexcept {
  return impl_->url();
}

void service::drain(std::chrono::milliseconds) {
  impl_->stop();
}

} // namespace pixmill::http
