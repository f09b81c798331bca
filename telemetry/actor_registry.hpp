#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace pixmill::telemetry {

/// What an actor is; one for each row of the table of actors.
enum class actor_kind : std::uint8_t {
  supervisor,
  job,
  dispatcher,
  worker,
  row,
  image,
  journal,
  notifier,
};

/// How many there are.
inline constexpr std::size_t actor_kind_count = 8;

/// Returns `supervisor`, `job`, …
const char* to_string(actor_kind kind) noexcept;

/// What is known of one actor at one moment.
struct actor_snapshot {
  std::uint64_t id = 0;
  std::uint64_t parent = 0; ///< 0: none.
  actor_kind kind{};
  std::string label; ///< Job id, row number, URL without query values.
  std::string state; ///< `downloading`, `running`, …
  std::chrono::milliseconds age{0};
  std::uint64_t mailbox = 0; ///< Length when the last message began.
  std::uint64_t messages = 0;
  /// How long the current message has been handled; 0: idle.
  std::chrono::milliseconds busy{0};
};

class actor_registry;

/// An actor's own entry: it lives in the actor's state, and leaves the
/// registry with it. Written by the actor alone, read by anyone.
class actor_record {
public:
  actor_record(actor_kind kind, std::uint64_t id, std::uint64_t parent,
               std::string label);
  ~actor_record();
  actor_record(const actor_record&) = delete;
  actor_record& operator=(const actor_record&) = delete;

  /// Marks the handling of one message for as long as it lives.
  class handling {
  public:
    explicit handling(actor_record& record) noexcept;
    ~handling();
    handling(const handling&) = delete;
    handling& operator=(const handling&) = delete;

  private:
    actor_record& record_;
  };

  /// Says what the actor is at now.
  /// @param state A string literal: it is read from other threads.
  void set_state(const char* state) noexcept {
    state_.store(state, std::memory_order_relaxed);
  }

  /// Notes how many messages wait; only the actor itself can ask that.
  void set_mailbox(std::uint64_t length) noexcept {
    mailbox_.store(length, std::memory_order_relaxed);
  }

  actor_snapshot snapshot() const;

private:
  friend class actor_registry;
  using clock = std::chrono::steady_clock;

  const actor_kind kind_;
  const std::uint64_t id_;
  const std::uint64_t parent_;
  const std::string label_;
  const clock::time_point born_;
  std::atomic<const char*> state_{"idle"};
  std::atomic<std::uint64_t> mailbox_{0};
  std::atomic<std::uint64_t> messages_{0};
  std::atomic<clock::rep> busy_since_{0};
  // The registry's list of this shard; guarded by the shard's mutex.
  actor_record* previous_ = nullptr;
  actor_record* next_ = nullptr;
};

/// Every Pixmill actor of this process. Sharded, so that spawning does not
/// queue for one lock.
class actor_registry {
public:
  /// Returns the registry of the process.
  static actor_registry& instance();

  /// Returns how many actors of `kind` live.
  std::uint64_t count(actor_kind kind) const noexcept;

  /// Returns all of at most `limit` actors, in no order.
  std::vector<actor_snapshot> snapshot(std::size_t limit) const;

private:
  friend class actor_record;
  actor_registry();
  ~actor_registry();
  void enter(actor_record& record);
  void leave(actor_record& record);

  struct shard;
  static constexpr std::size_t shard_count = 16;
  std::unique_ptr<shard[]> shards_;
};

} // namespace pixmill::telemetry
