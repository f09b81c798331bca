#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

#include "net/http_client.hpp"
#include "net/settings.hpp"

namespace pixmill::net {

/// One request to an S3 API.
struct s3_request {
  http_request http;   ///< Its timeout is that of an attempt; 0: the settings'.
  std::string subject; ///< What it is about, for a person: `bucket/key`.
  std::string body_sha256; ///< Of the body; empty: there is no body.
  /// Answers with these are no failures, besides 2xx.
  std::vector<int> welcome{};
  /// Says why a successful answer is not to be believed; empty: it is. Such an
  /// attempt has failed, and another may help. Empty: all are believed.
  std::function<std::string(const http_answer&)> objection{};
  /// Attempts in all; 0: as many as the settings say.
  std::uint32_t attempts = 0;
};

/// Sends signed requests to an S3 API over connections that it keeps, and again
/// where that may help, with growing pauses.
/// @note Thread-safe; as many connections as there are requests at once.
class s3_client {
public:
  explicit s3_client(const s3_settings& settings);
  ~s3_client();
  s3_client(const s3_client&) = delete;
  s3_client& operator=(const s3_client&) = delete;

  /// Sends a request and blocks until it is answered, or given up.
  /// @retval errc::store_unavailable The API does not answer, has trouble of
  /// its
  ///         own, or refuses us or the bucket: it is for the operator to mend.
  /// @retval errc::store       It refuses this request.
  /// @retval errc::interrupted `interrupt` was called.
  caf::expected<http_answer> send(const s3_request& request);

  /// Ends all requests, those to come too: nobody waits for them any more.
  void interrupt();

private:
  class lease;
  struct verdict;

  verdict attempt(const s3_request& request);
  verdict judge(const s3_request& request, http_answer answer) const;
  http_client_settings connection_settings();
  std::uint64_t random();
  bool pause(std::chrono::milliseconds length);

  s3_settings settings_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::atomic<bool> interrupted_{false};
  std::mt19937_64 random_;                                // Guarded by mutex_.
  std::vector<std::unique_ptr<http_client>> connections_; // The idle ones.
};

} // namespace pixmill::net
