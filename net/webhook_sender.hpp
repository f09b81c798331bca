#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <caf/expected.hpp>

#include "model/failure.hpp"
#include "net/settings.hpp"

namespace pixmill::net {

/// A JSON document on its way to a stranger.
struct webhook_post {
  std::string url;
  std::vector<std::string> fields; ///< Header lines: `Name: value`.
  std::string body;
};

/// What one `webhook_post` came to.
struct webhook_answer {
  std::uint16_t status = 0; ///< 0: there was no answer.
  failure why;              ///< Nothing: the answer was 2xx.
  /// Of any answer but 2xx: what its Retry-After asks for.
  std::optional<std::chrono::milliseconds> retry_after;
  std::chrono::milliseconds took{0};
};

/// Posts webhooks: what a NOTIFIER needs of the network.
class webhook_transport {
public:
  using callback = std::function<void(webhook_answer)>;

  virtual ~webhook_transport() = default;

  /// Starts a request and returns at once.
  /// @param done Called exactly once, on a thread of the transport's; must not
  ///             block. With `errc::canceled` when the transport ends first.
  virtual void start(webhook_post what, callback done) = 0;
};

/// One libcurl multi engine on a thread of its own. No request waits for
/// another, so whoever starts them bounds how many there are.
///
/// The address guard sees each connection before it is made. No redirect is
/// followed, proxy variables are ignored, no cookies, no netrc; of an answer
/// nothing counts but its head.
class webhook_sender final : public webhook_transport {
public:
  /// @param fetch Its `allow_cidrs`, `allow_ports` and `ca_file` count too.
  /// @retval errc::config_invalid A CIDR or port is malformed.
  static caf::expected<std::unique_ptr<webhook_sender>>
  create(const webhook_settings& settings, const fetch_settings& fetch);
  ~webhook_sender() override;

  void start(webhook_post what, callback done) override;

private:
  class engine;
  explicit webhook_sender(std::unique_ptr<engine> running);
  std::unique_ptr<engine> engine_;
};

} // namespace pixmill::net
