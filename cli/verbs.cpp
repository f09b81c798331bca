#include "cli/verbs.hpp"

#include <algorithm>
#include <ostream>
#include <variant>

#include "cli/audit.hpp"
#include "cli/cert.hpp"
#include "cli/client.hpp"
#include "cli/command_line.hpp"
#include "cli/compare.hpp"
#include "cli/config_show.hpp"
#include "cli/db.hpp"
#include "cli/doctor.hpp"
#include "cli/exit_code.hpp"
#include "cli/run.hpp"
#include "cli/serve.hpp"
#include "cli/token.hpp"
#include "cli/validate.hpp"
#include "cli/verify.hpp"
#include "cli/version.hpp"
#include "cli/webhook_secret.hpp"
#include "cli/webhook_verify.hpp"
#include "cli/worker.hpp"
#include "config/load.hpp"
#include "telemetry/log.hpp"

namespace pixmill::cli {
namespace {

template <class... Fs>
struct overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
overloaded(Fs...) -> overloaded<Fs...>;

// A person who watches `run` wants its progress, not a log in between.
telemetry::log_settings log_of(const config::loaded_settings& loaded) {
  auto log = loaded.values.log;
  if (log.file.empty())
    log.level = std::max(log.level, telemetry::log_level::warning);
  return log;
}

int run_verb(const run_options& options, const config::loaded_settings& loaded,
             const std::string& program, const terminal& to) {
  if (!telemetry::start_log(log_of(loaded))) {
    complain(to, loaded.values.log.file + ": the log cannot be written");
    return exit_usage;
  }
  return run(options, loaded.values, program, to);
}

int serve_verb(const serve_options& options,
               const config::loaded_settings& loaded,
               const std::string& program, const terminal& to) {
  if (!telemetry::start_log(loaded.values.log)) {
    complain(to, loaded.values.log.file + ": the log cannot be written");
    return exit_usage;
  }
  return serve(options, loaded, program, to);
}

int worker_verb(const worker_options& options,
                const config::loaded_settings& loaded,
                const std::string& program, const terminal& to) {
  if (!telemetry::start_log(loaded.values.log)) {
    complain(to, loaded.values.log.file + ": the log cannot be written");
    return exit_usage;
  }
  return worker(options, loaded.values, program, to);
}

} // namespace

int main_with(const std::vector<std::string>& arguments,
              const std::string& program, const terminal& to) {
  const auto parsed = parse_command_line(arguments);
  if (const auto* end = std::get_if<early_end>(&parsed)) {
    to.out << end->help << std::flush;
    if (!end->complaint.empty())
      complain(to, end->complaint);
    return end->exit_code;
  }
  const auto& line = std::get<command_line>(parsed);
  config::sources from;
  from.file = line.config_file;
  from.environment = config::process_environment();
  from.assignments = line.assignments;
  const auto loaded = config::load(from);
  if (!loaded) {
    complain(to, context_of(loaded.error()));
    return exit_usage;
  }
  return std::visit(
    overloaded{
      [&](const run_options& x) { return run_verb(x, *loaded, program, to); },
      [&](const serve_options& x) {
        return serve_verb(x, *loaded, program, to);
      },
      [&](const validate_options& x) { return validate(x, to); },
      [&](const verify_options& x) {
        return verify(x, loaded->values, program, to);
      },
      [&](const audit_options& x) {
        return audit(x, loaded->values, program, to);
      },
      [&](const compare_options& x) { return compare(x, loaded->values, to); },
      [&](const client_options& x) { return client(x, from.environment, to); },
      [&](const token_options& x) {
        return token(x, loaded->values, from.environment, to);
      },
      [&](const config_show_options& x) { return config_show(x, *loaded, to); },
      [&](const doctor_options& x) {
        return doctor(x, loaded->values, program, to);
      },
      [&](const version_options& x) { return version(x, to); },
      [&](const webhook_verify_options& x) {
        return webhook_verify(x, loaded->values, to);
      },
      [&](const worker_options& x) {
        return worker_verb(x, *loaded, program, to);
      },
      [&](const cert_options& x) { return cert(x, to); },
      [&](const db_options& x) { return db(x, loaded->values, to); },
      [&](const webhook_secret_options& x) {
        return webhook_secret_verb(x, loaded->values, to);
      },
    },
    line.verb);
}

} // namespace pixmill::cli
