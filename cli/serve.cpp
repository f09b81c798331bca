#include "cli/serve.hpp"

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <ostream>
#include <string>
#include <thread>
#include <utility>

#include "actors/head.hpp"
#include "cli/cluster_setup.hpp"
#include "cli/doctor.hpp"
#include "cli/exit_code.hpp"
#include "cli/head_backend.hpp"
#include "cli/head_setup.hpp"
#include "cli/held_signals.hpp"
#include "cli/machine_check.hpp"
#include "config/schema.hpp"
#include "http/service.hpp"
#include "model/errc.hpp"

namespace pixmill::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto drain_deadline = 10s;

int refuse(const terminal& to, const caf::error& reason) {
  complain(to, context_of(reason));
  return code_of(reason, errc::none) == errc::config_invalid ? exit_usage
                                                             : exit_job_failed;
}

std::vector<http::setting_view>
shown_settings(const config::loaded_settings& loaded) {
  std::vector<http::setting_view> out;
  for (const auto& each : loaded.effective)
    out.push_back({.section = each.section,
                   .key = each.key,
                   .value = each.text,
                   .source = each.origin,
                   .about = std::string{
                     config::find_setting(each.section, each.key)->doc}});
  return out;
}

std::string guard_line(std::size_t tokens) {
  if (tokens == 0)
    return "open: there are no tokens, so everyone on this machine may do "
           "everything; pixmill token new makes one";
  return "guarded by " + std::to_string(tokens)
         + (tokens == 1 ? " token" : " tokens");
}

// Ends the process when a second signal comes while the first is heeded. All
// that was accepted is on the disk.
void end_on_second_signal(const held_signals& signals) {
  std::thread{[&signals] {
    while (!signals.came_within(1h)) {}
    _exit(exit_interrupted);
  }}.detach();
}

} // namespace

int serve(const serve_options& options, const config::loaded_settings& loaded,
          const std::string& program, const terminal& to) {
  const auto& settings = loaded.values;
  // Without a journal there are no tokens; none is made to find that out.
  if (const auto refused = http::service::check(
        settings.http, std::filesystem::exists(settings.store.journal)))
    return refuse(to, refused);
  auto shared = cluster_of(options, settings);
  if (!shared)
    return refuse(to, shared.error());
  log_findings(check_machine(settings));
  static const held_signals signals; // Outlives the thread that waits on it.
  auto setup = head_settings_of(settings, program);
  setup.tidies = true;
  shared->prepare(setup);
  auto head = actors::head::start(std::move(setup));
  if (!head)
    return refuse(to, head.error());
  head_backend backend{**head, shared->permits, shown_settings(loaded)};
  auto tokens = backend.tokens();
  if (!tokens)
    return refuse(to, tokens.error());
  if (const auto refused =
        http::service::check(settings.http, !tokens->empty()))
    return refuse(to, refused);
  if (auto restored = (*head)->restore(); !restored)
    return refuse(to, restored.error());
  auto listen = settings.http;
  listen.port = options.port.value_or(listen.port);
  listen.max_image_bytes = settings.fetch.max_bytes;
  auto service = http::service::start(backend, listen, settings.gate);
  if (!service)
    return refuse(to, service.error());
  // Only now it is known what the links of events start with.
  const auto begun = (*head)->notify_with(
    [&backend, public_url = (*service)->public_url(),
     most = settings.notifier.max_rows_bytes](const delivery& event) {
      return backend.webhook_body(event, public_url, most);
    });
  if (!begun) {
    service->reset();
    head->reset();
    return refuse(to, begun.error());
  }
  // Last: who joins must find where to hand results in.
  auto published = shared->publish(**head, (*service)->url());
  if (!published) {
    service->reset();
    head->reset();
    return refuse(to, published.error());
  }
  to.out << "pixmill listens on " << (*service)->url() << '\n'
         << guard_line((*service)->tokens()) << '\n'
         << shared->line(*published) << std::flush;
  while (!signals.came_within(1h)) {}
  end_on_second_signal(signals);
  to.out << "stopping; what is under way goes on at the next start"
         << std::endl;
  // Balancers look at /readyz now and again, and then send nobody here.
  (*service)->begin_drain();
  std::this_thread::sleep_for(settings.http.drain_delay);
  (*service)->drain(drain_deadline);
  published->reset();
  service->reset();
  head->reset();
  return exit_ok;
}

} // namespace pixmill::cli
