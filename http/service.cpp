#include "http/service.hpp"

#include <utility>

#include "http/early_refusal.hpp"
#include "http/gated_server.hpp"
#include "http/routes.hpp"
#include "model/errc.hpp"

namespace pixmill::http {
namespace {

constexpr std::uint64_t multipart_overhead = 1 << 20;

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
  impl(backend& head, const service_settings& settings,
       const std::string& spool_directory, std::unique_ptr<gated_server> server)
      : context_{.head = head,
                 .settings = settings,
                 .checks = sheet_room{spool_directory}},
        server_{std::move(server)} {
    add_routes(*server_, context_);
    server_->screen_with([this](const request_head& seen) {
      return early_refusal(context_, seen);
    });
  }

  token_table& tokens() noexcept {
    return context_.access.tokens();
  }

  caf::error listen() {
    auto& settings = context_.settings;
    const auto port = server_->bind(settings.address, settings.port);
    if (!port)
      return port.error();
    url_ = url_of(settings.address, *port);
    if (settings.public_url.empty())
      settings.public_url = url_;
    server_->start();
    return {};
  }

  void begin_drain() {
    context_.draining = true;
  }

  void drain(std::chrono::milliseconds deadline) {
    begin_drain();
    server_->drain(deadline);
  }

  const std::string& url() const noexcept {
    return url_;
  }

  const std::string& public_url() const noexcept {
    return context_.settings.public_url;
  }

private:
  route_context context_;
  std::unique_ptr<gated_server> server_;
  std::string url_;
};

caf::error service::check(const service_settings& settings, bool guarded) {
  if (guarded || is_loopback(settings.address))
    return {};
  return make_error(errc::config_invalid,
                    "[http] address = " + settings.address
                      + ": without tokens only an address of this machine is "
                        "listened on, such as 127.0.0.1; make a token first: "
                        "pixmill token new --scope submit,read,admin");
}

caf::expected<std::unique_ptr<service>>
service::start(backend& head, const service_settings& settings,
               gate_settings gate) {
  auto tokens = head.tokens();
  if (!tokens)
    return std::move(tokens.error());
  if (auto refused = check(settings, !tokens->empty()))
    return refused;
  // A multipart body is a little more than its CSV.
  gate.max_body_bytes = settings.max_csv_bytes + multipart_overhead;
  auto server = gated_server::create(gate);
  if (!server)
    return std::move(server.error());
  auto parts = std::make_unique<impl>(head, settings, gate.spool_directory,
                                      std::move(*server));
  parts->tokens().add(std::move(*tokens));
  if (auto refused = parts->listen())
    return make_error(errc::config_invalid,
                      "cannot listen on "
                        + url_of(settings.address, settings.port) + ": "
                        + context_of(refused));
  return std::unique_ptr<service>{new service(std::move(parts))};
}

service::service(std::unique_ptr<impl> parts) : impl_{std::move(parts)} {}

service::~service() = default;

const std::string& service::url() const noexcept {
  return impl_->url();
}

std::size_t service::tokens() const {
  return impl_->tokens().size();
}

const std::string& service::public_url() const noexcept {
  return impl_->public_url();
}

void service::begin_drain() {
  impl_->begin_drain();
}

void service::drain(std::chrono::milliseconds deadline) {
  impl_->drain(deadline);
}

} // namespace pixmill::http
