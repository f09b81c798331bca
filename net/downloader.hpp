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
#include "model/flow_queue.hpp"
#include "net/origin_gate.hpp"
#include "net/settings.hpp"

namespace pixmill::net {

class memory_budget;

/// What one transfer came to.
struct download {
  /// The body exactly as sent; null when `why` is set. Its bytes count against
  /// the memory budget until the last reference is gone.
  std::shared_ptr<const std::string> body;
  failure why;
  /// From Retry-After of a 429 or 503, seconds or HTTP date, capped.
  std::optional<std::chrono::milliseconds> retry_after;
  std::chrono::milliseconds took{0};
  /// The origin was not asked: it is to be left alone for `retry_after`.
  bool untried = false;
};

/// One image to be downloaded.
struct fetch_order {
  std::string url;  ///< An absolute http(s) URL.
  flow_id flow = 0; ///< Flows take turns where transfers wait.
  /// A W3C `traceparent`: the origin is told one of its children; empty: none.
  std::string trace{};
};

/// How a fetcher is told what it may do at origins.
struct origin_rule {
  /// Called on a thread of the fetcher's when somebody should look at once:
  /// something waits at an origin without a permit, or one that is to be left
  /// alone. Must not block.
  std::function<void()> look;
  /// What would wait longer for an origin that is to be left alone ends as
  /// `untried`.
  std::chrono::milliseconds longest_hold{2'000};
};

/// Downloads images: what an IMAGE actor needs of the network.
class fetcher {
public:
  using ticket = std::uint64_t;
  using callback = std::function<void(download)>;

  virtual ~fetcher() = default;

  /// Starts a transfer and returns at once.
  /// @param done Called exactly once, on a thread of the fetcher's, also after
  ///             `cancel` (with `errc::canceled`); must not block.
  virtual ticket start(fetch_order order, callback done) = 0;

  /// Ends a transfer soon; does nothing when it has ended already.
  virtual void cancel(ticket which) = 0;

  // Those that do something keep what they are given.
  // NOLINTBEGIN(performance-unnecessary-value-param)

  /// From now on no transfer starts at an origin without a permit; those given
  /// before do not count any more.
  virtual void govern(origin_rule) {}

  /// Gives permits for origins, each instead of the one before. A hold is never
  /// shortened. Permits that are not used are given up after a while.
  virtual void permit(std::vector<origin_permit>) {}

  /// Looks at the origins that have a permit, something under way or waiting,
  /// a hold, or news.
  /// @param told Called once, on a thread of the fetcher's; not at all when it
  ///             is about to end. Must not block.
  virtual void look(std::function<void(std::vector<origin_activity>)> told) {
    told({});
  }

  // NOLINTEND(performance-unnecessary-value-param)
};

/// What the engine is doing, for people and metrics.
struct fetch_load {
  std::uint64_t active = 0;
  std::uint64_t queued = 0;
  std::uint64_t bytes_held = 0;
  std::uint64_t finished = 0; ///< Since the start, the failed ones too.
  std::uint64_t failed = 0;
};

/// What is known of one origin (scheme, host and port).
struct origin_load {
  std::string origin;
  std::uint64_t active = 0;
  std::uint64_t waiting = 0;
  std::uint64_t limit = 0; ///< Transfers that it may have under way.
  std::uint64_t done = 0;  ///< Exchanges so far, the failed ones too.
  std::uint64_t errors = 0;
  std::chrono::milliseconds p50{0}; ///< Half of the exchanges took no longer.
  std::chrono::milliseconds p99{0};
  std::chrono::milliseconds pause{0}; ///< So long it is still left alone.
};

/// One libcurl multi engine on a thread of its own: connection reuse, HTTP/2,
/// per-origin concurrency, byte caps, deadlines, redirects re-checked, and the
/// address guard on every connect.
///
/// Origins take turns, so that a slow one holds up no other, and so do the
/// flows at each; one that answers 429 or 503 with Retry-After is left alone
/// for that long, and its transfers wait. Time in a queue, or waiting for
/// memory, counts against no deadline.
///
/// Failures, by what the origin did: nothing answered or the answer is not
/// HTTP, `connect`; cut off after the head, `truncated`; more than 64 KiB of
/// header fields, `too_large`; a Content-Encoding other than gzip and deflate
/// (which it is asked not to use), `unsupported_format`, a damaged one,
/// `decode`; a redirect to anything but http(s) or to a forbidden address or
/// port, `address_blocked`; so is one that leads to another host, or to the
/// same in another spelling, inside `allow_cidrs`. Whether a 200 is an image is
/// not looked at.
///
/// Proxy variables of the environment are ignored: a proxy would connect in our
/// stead, past the address guard. No cookies, no netrc, no alt-svc.
///
/// @note Bodies must be let go without waiting for another transfer: while the
///       budget is spent on bodies that were handed out, none makes progress.
class downloader final : public fetcher {
public:
  /// @param budget Counts the bodies; null: one of its own, of
  ///               `settings.memory_budget`.
  /// @retval errc::config_invalid A CIDR or port of `settings` is malformed.
  static caf::expected<std::unique_ptr<downloader>>
  create(const fetch_settings& settings,
         std::shared_ptr<memory_budget> budget = nullptr);
  ~downloader() override;

  ticket start(fetch_order order, callback done) override;
  void cancel(ticket which) override;
  void govern(origin_rule rule) override;
  void permit(std::vector<origin_permit> permits) override;
  void look(std::function<void(std::vector<origin_activity>)> told) override;
  fetch_load load() const;

  /// Asks the engine what it knows of origins: those with work, and those asked
  /// last.
  /// @returns Nothing: it did not answer in time.
  std::optional<std::vector<origin_load>>
  origins(std::chrono::milliseconds patience) const;

private:
  class engine;
  explicit downloader(std::unique_ptr<engine> running);
  std::unique_ptr<engine> engine_;
};

} // namespace pixmill::net
