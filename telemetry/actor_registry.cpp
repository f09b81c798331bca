#include "telemetry/actor_registry.hpp"

#include <array>
#include <mutex>

namespace pixmill::telemetry {

struct actor_registry::shard {
  mutable std::mutex mutex;
  actor_record* first = nullptr;
  std::array<std::atomic<std::uint64_t>, actor_kind_count> counts{};
};

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

std::uint64_t actor_registry::count(actor_kind kind,
                                    std::string_view state) const {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < shard_count; ++i) {
    const std::lock_guard lock{shards_[i].mutex};
    for (auto* record = shards_[i].first; record != nullptr;
         record = record->next_)
      if (record->kind_ == kind
          && record->state_.load(std::memory_order_relaxed) == state)
        ++sum;
  }
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

bool actor_registry::visit(
  std::uint64_t id,
  const std::function<void(const actor_record&)>& look) const {
  const auto& home = shards_[id % shard_count];
  const std::lock_guard lock{home.mutex};
  for (auto* record = home.first; record != nullptr; record = record->next_)
    if (record->id_ == id) {
      look(*record);
      return true;
    }
  return false;
}

} // namespace pixmill::telemetry
