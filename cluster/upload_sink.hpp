#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "persistence/object_sink.hpp"

namespace pixmill::net {
class http_client;
} // namespace pixmill::net

namespace pixmill::cluster {

/// Hands images in at the head, over HTTP, on a few threads of its own. What it
/// has handed in it keeps until the outcome is recorded, so that a head that
/// dies in between gets it again.
class upload_sink final : public persistence::object_sink {
public:
  /// @param host Of the head, as this node knows it.
  upload_sink(std::string host, std::size_t threads);
  /// Gives up what is queued.
  ~upload_sink() override;
  upload_sink(const upload_sink&) = delete;
  upload_sink& operator=(const upload_sink&) = delete;

  /// Says where results go.
  /// @param store `port N`: the HTTP service of the head's host; else what URLs
  ///        start with.
  void aim(const std::string& store);

  void start(persistence::store_order order, callback done) override;
  void recorded(const std::string& sha256) override;
  void assure(std::string sha256, image_format format, callback done) override;

private:
  struct entry {
    std::string sha256; ///< Empty: not known yet.
    persistence::store_order order;
    callback done;
  };

  struct kept_order {
    persistence::store_order order;
    std::uint32_t uses = 0; ///< Outcomes that are not recorded yet.
  };

  void work();
  caf::expected<persistence::stored_key>
  upload(net::http_client& client, entry& what, const std::string& base);
  void keep(const entry& what);
  void complain(const std::string& what);

  const std::string host_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string base_; ///< Empty: no head is known yet.
  std::deque<entry> queue_;
  std::unordered_map<std::string, kept_order> kept_;
  std::uint64_t kept_bytes_ = 0;
  bool closing_ = false;
  std::chrono::steady_clock::time_point quiet_until_{};
  std::vector<std::thread> threads_;
};

} // namespace pixmill::cluster
