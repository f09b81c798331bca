#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include <caf/expected.hpp>

#include "cli/client_options.hpp"
#include "cli/exit_code.hpp"
#include "cli/terminal.hpp"
#include "net/http_client.hpp"

namespace pixmill::cli {

/// Where a server is, and what proves that we may use it.
struct service_address {
  std::string url;   ///< No slash at its end.
  std::string token; ///< Empty: none.
};

/// Returns which server is meant: that of `--url`, else of `PIXMILL_URL`, else
/// port 8080 of this machine; with the token of `PIXMILL_TOKEN`.
/// @retval errc::option_invalid Names the flag or the variable, no secret.
caf::expected<service_address>
address_of(const server_options& options,
           const std::map<std::string, std::string>& environment);

/// A Pixmill server, as the verbs see it.
class service {
public:
  /// Waits so long; true when the user wants to leave.
  using waiter = std::function<bool(std::chrono::milliseconds)>;

  service(service_address address, waiter wait);

  /// Sends a request, as `net::http_client::send` does, and reads the whole
  /// answer within 60 s.
  /// @param path Path and query.
  caf::expected<net::http_answer> get(const std::string& path);
  caf::expected<net::http_answer> post(const std::string& path,
                                       std::string json = {});

  /// Sends a request as it is but for its URL, which is this server's.
  caf::expected<net::http_answer>
  send(net::http_request request, const std::string& path,
       const net::http_client::body_taker& take = {});

  /// Waits so long; true when the user wants to leave.
  bool wait(std::chrono::milliseconds pause) const {
    return wait_(pause);
  }

  const std::string& url() const noexcept {
    return url_;
  }

private:
  std::string url_;
  waiter wait_;
  net::http_client client_;
};

/// Returns `text` fit to stand in a path or a query.
std::string percent_encoded(std::string_view text);

/// Returns the path of a job, with `rest` such as `/cancel` after it.
std::string job_path(std::string_view id, std::string_view rest = {});

/// Says why there is no answer, and returns the exit code that fits.
exit_code report_failure(const caf::error& reason, const terminal& to);

/// Says why an answer is no success, and returns the exit code that fits.
/// @param json Whether to print the answer itself as well.
exit_code report_problem(const net::http_answer& answer, bool json,
                         const terminal& to);

/// Prints the body of an answer as it is.
exit_code print_json(const std::string& body, const terminal& to);

} // namespace pixmill::cli
