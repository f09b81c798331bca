#include "cli/head_setup.hpp"

#include <unistd.h>

#include <array>

namespace pixmill::cli {
namespace {

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data()
                                                        : "localhost";
}

} // namespace

actors::head_settings head_settings_of(const config::settings& settings,
                                       const std::string& program) {
  return {.scheduler = settings.scheduler,
          .jobs = settings.jobs,
          .fetch = settings.fetch,
          .imaging = settings.imaging,
          .store = settings.store,
          .s3 = settings.s3,
          .notifier = settings.notifier,
          .webhook = settings.webhook,
          .keyring = settings.keyring,
          .rules = {},
          .program = program,
          .node_name = settings.jobs.node_name.empty()
                         ? host_name()
                         : settings.jobs.node_name};
}

} // namespace pixmill::cli
