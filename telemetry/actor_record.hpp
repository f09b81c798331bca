#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
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
  archive,
  inspector,
};

/// How many there are.
inline constexpr std::size_t actor_kind_count = 10;

/// Returns `supervisor`, `job`, …
const char* to_string(actor_kind kind) noexcept;

/// What is known of one actor at one moment.
struct actor_snapshot {
  std::uint64_t id = 0;
  std::uint64_t parent = 0; ///< 0: none.
  actor_kind kind{};
  std::string label; ///< Job id, row number, URL without query values.
  std::string job;   ///< Whose work it does; empty: everybody's.
  std::string state; ///< `downloading`, `running`, …
  std::chrono::milliseconds age{0};
  std::uint64_t mailbox = 0; ///< Length when the last message began.
  std::uint64_t messages = 0;
  /// How long the current message has been handled; 0: idle.
  std::chrono::milliseconds busy{0};
  /// Time spent on messages in all its life, the current one included.
  std::chrono::microseconds busy_total{0};
  std::optional<std::uint64_t> bytes_held; ///< Nothing: it does not say.
};

/// How often a message came, and how long it was handled.
struct handler_figures {
  std::string message;
  std::uint64_t count = 0;
  std::chrono::microseconds total{0};
  std::chrono::microseconds longest{0};
};

/// Something that an actor came to.
struct actor_event {
  std::chrono::milliseconds ago{0};
  std::string text;
};

/// What is known of an actor besides its snapshot.
struct actor_detail {
  std::vector<handler_figures> handlers; ///< Those that took longest first.
  std::vector<actor_event> events;       ///< Newest first.
};

/// A message as its actor knows it.
struct message_kind {
  std::uint64_t key = 0; ///< The same for all messages of one type; not 0.
  const char* name = ""; ///< Lives as long as the process.
};

class actor_registry;

/// An actor's own entry: it lives in the actor's state, and leaves the
/// registry with it. Written by the actor alone, read by anyone.
class actor_record {
public:
  /// How many events are kept.
  static constexpr std::size_t event_count = 20;

  /// @param job    Whose work it does; empty: everybody's.
  /// @param handle What leads back to the actor, for whoever made it; never
  ///               looked at here.
  actor_record(actor_kind kind, std::uint64_t id, std::uint64_t parent,
               std::string label, std::string job = {}, void* handle = nullptr);
  ~actor_record();
  actor_record(const actor_record&) = delete;
  actor_record& operator=(const actor_record&) = delete;

  /// Marks the handling of one message for as long as it lives.
  class handling {
  public:
    /// @param what No key: counted among all messages, not by its name.
    explicit handling(actor_record& record, message_kind what = {}) noexcept;
    ~handling();
    handling(const handling&) = delete;
    handling& operator=(const handling&) = delete;

    /// Says who sent the message, so that a trace can tell of it.
    void came_from(std::string sender);

  private:
    actor_record& record_;
    message_kind what_;
    std::optional<std::string> sender_; ///< Of a message that is traced.
  };

  /// Returns the name that messages with this key were given; null: none yet.
  const char* name_of(std::uint64_t key) const noexcept;

  /// Says what the actor is at now; another state than before is an event.
  /// @param state A string literal: it is read from other threads.
  void set_state(const char* state) noexcept;

  /// Notes how many messages wait; only the actor itself can ask that.
  void set_mailbox(std::uint64_t length) noexcept {
    mailbox_.store(length, std::memory_order_relaxed);
  }

  /// Notes how much memory it has in hand.
  void set_bytes_held(std::uint64_t bytes) noexcept {
    bytes_held_.store(static_cast<std::int64_t>(bytes),
                      std::memory_order_relaxed);
  }

  actor_snapshot snapshot() const;
  actor_detail detail() const;

  actor_kind kind() const noexcept {
    return kind_;
  }
  std::uint64_t id() const noexcept {
    return id_;
  }
  const std::string& job() const noexcept {
    return job_;
  }
  void* handle() const noexcept {
    return handle_;
  }

private:
  friend class actor_registry;
  using clock = std::chrono::steady_clock;

  /// The figures of one kind of message; in a list that only grows.
  struct handler {
    message_kind what;
    std::atomic<std::uint64_t> count{0};
    std::atomic<clock::rep> total{0};
    std::atomic<clock::rep> longest{0};
    handler* next = nullptr;
  };
  struct event {
    std::atomic<clock::rep> at{0};
    std::atomic<const char*> text{nullptr};
  };

  void count(const message_kind& what, clock::duration took) noexcept;
  void note(const char* text) noexcept;

  const actor_kind kind_;
  const std::uint64_t id_;
  const std::uint64_t parent_;
  const std::string label_;
  const std::string job_;
  void* const handle_;
  const clock::time_point born_;
  std::atomic<const char*> state_{"idle"};
  std::atomic<std::uint64_t> mailbox_{0};
  std::atomic<std::uint64_t> messages_{0};
  std::atomic<clock::rep> busy_since_{0};
  std::atomic<clock::rep> busy_total_{0};
  std::atomic<std::int64_t> bytes_held_{-1};
  std::atomic<handler*> handlers_{nullptr};
  std::array<event, event_count> events_;
  std::atomic<std::size_t> event_total_{0};
  // The registry's list of this shard; guarded by the shard's mutex.
  actor_record* previous_ = nullptr;
  actor_record* next_ = nullptr;
};

} // namespace pixmill::telemetry
