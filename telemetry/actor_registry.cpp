#include "telemetry/actor_registry.hpp"

#include <array>
#include <mutex>
#include <utility>

namespace pixmill::telemetry {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

} // namespace

struct actor_registry::shard {
  mutable std::mutex mutex;
  actor_record* first = nullptr;
  std::array<std::atomic<std::uint64_t>, actor_kind_count> counts{};
};

const char* to_string(actor_kind kind) noexcept {
  switch (kind) {
  case actor_kind::supervisor:
    return "supervisor";
  case actor_kind::job:
    return "job";
  case actor_kind::dispatcher:
    return "dispatcher";
  case actor_kind::worker:
    return "worker";
  case actor_kind::row:
    return "row";
  case actor_kind::image:
    return "image";
  case actor_kind::journal:
    return "journal";
  case actor_kind::notifier:
    return "notifier";
  }
  return "unknown";
}

actor_record::actor_record(actor_kind kind, std::uint64_t id,
                           std::uint64_t parent, std::string label)
    : kind_{kind}, id_{id}, parent_{parent}, label_{std::move(label)},
      born_{clock::now()} {
  actor_registry::instance().enter(*this);
}

actor_record::~actor_record() {
  actor_registry::instance().leave(*this);
}

actor_record::handling::handling(actor_record& record) noexcept
    : record_{record} {
  record_.messages_.fetch_add(1, std::memory_order_relaxed);
  record_.busy_since_.store(clock::now().time_since_epoch().count(),
                            std::memory_order_relaxed);
}

actor_record::handling::~handling() {
  record_.busy_since_.store(0, std::memory_order_relaxed);
}

actor_snapshot actor_record::snapshot() const {
  const auto now = clock::now();
  const auto busy_since = busy_since_.load(std::memory_order_relaxed);
  actor_snapshot out;
  out.id = id_;
  out.parent = parent_;
  out.kind = kind_;
  out.label = label_;
  out.state = state_.load(std::memory_order_relaxed);
  out.age = duration_cast<milliseconds>(now - born_);
  out.mailbox = mailbox_.load(std::memory_order_relaxed);
  out.messages = messages_.load(std::memory_order_relaxed);
  if (busy_since != 0)
    out.busy = duration_cast<milliseconds>(
      now - clock::time_point{clock::duration{busy_since}});
  return out;
}

actor_registry& actor_registry::instance() {
  static actor_registry registry;
  return registry;
}

actor_registry::actor_registry()
    : shards_{std::make_unique<shard[]>(shard_count)} {}

actor_registry::~actor_registry() = default;

void actor_registry::enter(actor_record& record) {
  auto& home = shards_[record.id_ % shard_count];
  home.counts[static_cast<std::size_t>(record.kind_)].fetch_add(
    1, std::memory_order_relaxed);
  const std::lock_guard lock{home.mutex};
  record.next_ = home.first;
  if (home.first != nullptr)
    home.first->previous_ = &record;
  home.first = &record;
}

void actor_registry::leave(actor_record& record) {
  auto& home = shards_[record.id_ % shard_count];
  home.counts[static_cast<std::size_t>(record.kind_)].fetch_sub(
    1, std::memory_order_relaxed);
  const std::lock_guard lock{home.mutex};
  if (record.previous_ != nullptr)
    record.previous_->next_ = record.next_;
  else
    home.first = record.next_;
  if (record.next_ != nullptr)
    record.next_->previous_ = record.previous_;
}

std::uint64_t actor_registry::count(actor_kind kind) const noexcept {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < shard_count; ++i)
    sum += shards_[i].counts[static_cast<std::size_t>(kind)].load(
      std::memory_order_relaxed);
  return sum;
}

std::vector<actor_snapshot> actor_registry::snapshot(std::size_t limit) const {
  std::vector<actor_snapshot> out;
  for (std::size_t i = 0; i < shard_count; ++i) {
    const std::lock_guard lock{shards_[i].mutex};
    for (auto* record = shards_[i].first;
         record != nullptr && out.size() < limit; record = record->next_)
      out.push_back(record->snapshot());
  }
  return out;
}

} // namespace pixmill::telemetry
