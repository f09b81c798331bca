#include "cli/webhook_secret.hpp"

#include <ostream>

#include <nlohmann/json.hpp>

#include "cli/exit_code.hpp"
#include "model/errc.hpp"
#include "persistence/webhook_keyring.hpp"

namespace pixmill::cli {

int webhook_secret_verb(const webhook_secret_options& options,
                        const config::settings& settings, const terminal& to) {
  const persistence::webhook_keyring keyring{settings.keyring,
                                             settings.store.journal};
  const auto changed =
    options.rotate ? keyring.rotate(options.keep) : keyring.make_first();
  if (!changed) {
    complain(to, context_of(changed.error()));
    return exit_usage;
  }
  const auto secrets = keyring.secrets();
  if (!secrets) {
    complain(to, context_of(secrets.error()));
    return exit_usage;
  }
  if (options.json) {
    auto list = nlohmann::ordered_json::array();
    for (const auto& secret : *secrets)
      list.push_back(secret.text());
    to.out << nlohmann::ordered_json{{"secrets", list},
                                     {"file", keyring.file().string()}}
                .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
           << std::endl;
    return exit_ok;
  }
  for (const auto& secret : *secrets)
    to.out << secret.text() << '\n';
  to.out << std::flush;
  return exit_ok;
}

} // namespace pixmill::cli
