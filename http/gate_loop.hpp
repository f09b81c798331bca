#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <caf/expected.hpp>
#include <caf/unit.hpp>

#include "http/gate_connection.hpp"
#include "http/gate_pool.hpp"
#include "http/settings.hpp"

namespace pixmill::http {

/// The one thread that owns all sockets of a gate. It reads requests until
/// they are whole, hands them to workers, and takes the connections back.
class gate_loop {
public:
  using clock = std::chrono::steady_clock;
  /// Called by workers; answers the request, or fails the exchange.
  using answer_function = std::function<void(exchange&)>;
  using lane_function = std::function<lane(const request_head&)>;
  /// Called by the loop when a head is whole and a body is to follow: returns
  /// the whole answer of a request that is refused as it is. Must not wait.
  using screen_function =
    std::function<std::optional<std::string>(const request_head&)>;

  gate_loop(const gate_settings& settings, answer_function answer,
            lane_function lane_of);
  /// Stops the workers.
  ~gate_loop();
  gate_loop(const gate_loop&) = delete;
  gate_loop& operator=(const gate_loop&) = delete;

  /// Makes what the loop waits on.
  /// @retval errc::config_invalid The system has no room for it.
  caf::expected<caf::unit_t> open();

  /// Looks at heads from now on; before `run`.
  void screen_with(screen_function screen) {
    screen_ = std::move(screen);
  }

  /// Adopts a socket that listens; before `run`.
  void listen_on(int listener);

  /// Serves until a drain is over. All sockets are cut off then, but workers
  /// may still run.
  void run();

  /// Accepts no more, and ends `run` when all requests are answered, or at
  /// `deadline`. Thread-safe.
  void drain(clock::time_point deadline);

  /// Returns when no worker runs any more; after `run`.
  void stop_workers();

  bool draining() const noexcept {
    return drain_at_.load(std::memory_order_acquire) != no_drain;
  }

private:
  // The life of a connection: gate_loop.cpp.
  void accept_some();
  void adopt(int socket);
  void pause_accepting();
  void close_listener();
  bool close_oldest_idle();
  void close(connection& whose);
  void set_phase(connection& whose, phase next);
  std::chrono::milliseconds pause_of_refusal();
  void set_deadline(connection& whose, std::optional<clock::time_point> when);
  void on_event(int socket);
  void on_deadline(connection& whose);
  void expire(clock::time_point now);
  int pause_before(clock::time_point now) const;
  void begin_drain();
  void cut_all();

  // Its requests and answers: gate_requests.cpp.
  void receive(connection& whose);
  std::optional<std::string_view> read_once(connection& whose);
  bool take(connection& whose, std::string_view bytes);
  bool take_head(connection& whose, std::string_view& bytes);
  bool take_body(connection& whose, std::string_view& bytes);
  bool store(connection& whose, std::string_view bytes);
  bool hold(connection& whose, std::size_t bytes);
  void dispatch(connection& whose, std::string_view rest);
  void refuse_later(connection& whose, const refusal& why);
  void forget_request(connection& whose);
  bool screened(connection& whose);
  void refuse(connection& whose, const refusal& why);
  void refuse(connection& whose, const std::string& answer);
  void linger(connection& whose);
  void discard(connection& whose);
  void work(connection& whose);
  void take_back();
  void finish(connection& whose);
  void flush(connection& whose);
  void next_request(connection& whose);

  static constexpr clock::rep no_drain = clock::duration::max().count();

  const gate_settings settings_;
  const answer_function answer_;
  const lane_function lane_of_;
  screen_function screen_;
  byte_budget heads_;
  byte_budget memory_;
  byte_budget disk_;
  spool_room room_;
  int epoll_ = -1;
  int wake_ = -1;
  int listener_ = -1;
  std::optional<clock::time_point> accept_again_;
  std::atomic<clock::rep> drain_at_{no_drain};
  bool drain_begun_ = false;
  int refused_ = 0; ///< Spreads the pauses of refusals.
  std::unordered_map<int, std::unique_ptr<connection>> connections_;
  /// Sockets of idle connections, the longest idle first.
  std::list<int> idle_;
  std::set<std::pair<clock::time_point, int>> deadlines_;
  /// Sockets that may have more to read, but had their turn.
  std::vector<int> again_;
  std::vector<char> buffer_;
  std::mutex answered_mutex_;
  std::vector<connection*> answered_;
  // Last, so that workers end before what they use.
  worker_pool urgent_;
  worker_pool ordinary_;
  worker_pool streams_;
};

} // namespace pixmill::http
