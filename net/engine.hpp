#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "net/downloader.hpp"
#include "net/memory_budget.hpp"
#include "net/origin_gate.hpp"
#include "net/origin_queue.hpp"
#include "net/origin_stats.hpp"
#include "net/transfer.hpp"

namespace pixmill::net {

/// The thread behind a downloader: commands in through a locked queue,
/// callbacks out, everything else on the thread itself.
class downloader::engine {
public:
  engine(const fetch_settings& settings, address_guard guard,
         std::shared_ptr<memory_budget> budget);
  ~engine();
  engine(const engine&) = delete;
  engine& operator=(const engine&) = delete;

  ticket start(fetch_order order, callback done);
  void cancel(ticket which);
  fetch_load load() const;
  std::optional<std::vector<origin_load>>
  origins(std::chrono::milliseconds patience);
  void govern(origin_rule rule);
  void permit(std::vector<origin_permit> permits);
  void look(std::function<void(std::vector<origin_activity>)> told);

private:
  using clock = std::chrono::steady_clock;
  using time_point = clock::time_point;

  struct command {
    ticket which;
    fetch_order order;
    callback done;               ///< Empty: cancel.
    std::function<void()> act{}; ///< Set: something else, on the thread.
  };

  /// One call of `start`, through all its redirects.
  struct request {
    request(ticket which, flow_id whose, callback on_end, web_address first)
        : id(which), flow(whose), done(std::move(on_end)),
          address(std::move(first)) {}

    ticket id;
    flow_id flow;
    callback done;
    web_address address;
    std::string trace{}; ///< What the origin is told; empty: nothing.
    std::uint32_t redirects = 0;
    connection_choice connection = connection_choice::any;
    std::optional<time_point> first_started;
    /// Time that counts against the total: neither queued nor paused.
    clock::duration spent{0};
    // While under way:
    std::unique_ptr<transfer> at;
    std::uint64_t turn = 0; ///< Key in `active_`.
  };

  struct multi_deleter {
    void operator()(void* multi) const noexcept;
  };

  void push(command what);
  void run();
  void take_commands();
  void accept(command what);
  void withdraw(ticket which);
  void act(std::function<void()> what);
  std::vector<origin_load> known_origins() const;
  void told_to_wait(const std::string& origin, time_point until);
  void refuse_held(const std::string& origin);
  void wait_in_line(request& what, bool first);
  void start_ready();
  bool charge_first();
  void launch(request& what);
  void reap();
  void conclude(request& what, int curl_code);
  void follow(request& what, web_address next);
  void leave_transfer(request& what);
  void settle(request& what, download result);
  void end_overdue();
  void relieve();
  bool may_exceed_budget(const transfer& which);
  std::chrono::milliseconds poll_timeout() const;
  void end_all();

  const transfer::context context_;
  std::unique_ptr<void, multi_deleter> multi_;
  origin_queue waiting_;
  origin_stats stats_;
  origin_gate gate_{waiting_};
  std::function<void()> look_; ///< Set once the gate governs.
  std::unordered_map<ticket, std::unique_ptr<request>> requests_;
  std::map<std::uint64_t, request*> active_; ///< By order of start.
  std::vector<std::unique_ptr<transfer>> idle_;
  std::uint64_t last_turn_ = 0;
  /// The transfer that goes over the budget so that bytes come back; 0: none.
  std::uint64_t exempt_turn_ = 0;
  bool reaped_ = false;
  std::mt19937_64 random_{std::random_device{}()}; ///< Of span ids.
  time_point next_deadline_ = time_point::max();
  /// Whether something waits for bytes of the budget.
  std::atomic<bool> starving_{false};
  std::uint64_t held_when_refused_ = 0;
  time_point next_relief_{};

  mutable std::mutex mutex_;
  std::vector<command> commands_; // guarded by mutex_
  ticket last_ticket_ = 0;        // guarded by mutex_
  bool stopping_ = false;         // guarded by mutex_
  std::atomic<std::uint64_t> active_count_{0};
  std::atomic<std::uint64_t> open_count_{0};
  std::atomic<std::uint64_t> finished_count_{0};
  std::atomic<std::uint64_t> failed_count_{0};

  std::unique_ptr<memory_budget::subscription> on_release_;
  std::thread thread_;
};

} // namespace pixmill::net
