#include "net/memory_budget.hpp"

#include <utility>

namespace pixmill::net {
namespace {

// Smaller ones come from malloc's own lists at no such cost.
constexpr std::size_t smallest_pooled = 64 << 10;

} // namespace

std::shared_ptr<memory_budget>
memory_budget::create(std::uint64_t limit_bytes) {
  return std::shared_ptr<memory_budget>{new memory_budget(limit_bytes)};
}

memory_budget::memory_budget(std::uint64_t limit_bytes) : limit_(limit_bytes) {}

bool memory_budget::try_charge(std::uint64_t bytes) noexcept {
  auto held = held_.load(std::memory_order_relaxed);
  do {
    if (held != 0 && (bytes > limit_ || held > limit_ - bytes))
      return false;
  } while (!held_.compare_exchange_weak(held, held + bytes));
  return true;
}

void memory_budget::charge(std::uint64_t bytes) noexcept {
  held_ += bytes;
}

void memory_budget::give_back(std::uint64_t bytes) noexcept {
  held_ -= bytes;
}

std::string memory_budget::take_buffer(std::uint64_t bytes) {
  std::string result;
  if (bytes >= smallest_pooled) {
    const std::lock_guard lock{mutex_};
    const auto i = idle_.lower_bound(bytes);
    if (i != idle_.end() && i->first <= 2 * bytes) {
      idle_bytes_ -= i->first;
      result = std::move(i->second);
      idle_.erase(i);
      return result;
    }
  }
  result.reserve(bytes);
  return result;
}

void memory_budget::recycle(std::string buffer) noexcept {
  const auto bytes = buffer.capacity();
  if (bytes < smallest_pooled || bytes > most_idle_bytes / 4)
    return;
  buffer.clear();
  const std::lock_guard lock{mutex_};
  // The smallest go, since a large one serves more sizes.
  while (idle_bytes_ + bytes > most_idle_bytes) {
    idle_bytes_ -= idle_.begin()->first;
    idle_.erase(idle_.begin());
  }
  idle_bytes_ += bytes;
  idle_.emplace(bytes, std::move(buffer));
}

std::shared_ptr<const std::string> memory_budget::lend(std::string body,
                                                       std::uint64_t charged) {
  lent_ += charged;
  struct loan {
    std::string body;
    std::shared_ptr<memory_budget> budget;
    std::uint64_t charged;

    ~loan() {
      // The memory goes first, or the next body would get more beside it.
      budget->recycle(std::move(body));
      budget->end_loan(charged);
    }
  };
  std::shared_ptr<loan> held{
    new loan{std::move(body), shared_from_this(), charged}};
  const auto* text = &held->body;
  return {std::move(held), text};
}

void memory_budget::end_loan(std::uint64_t bytes) noexcept {
  lent_ -= bytes;
  held_ -= bytes;
  const std::lock_guard lock{mutex_};
  for (const auto& each : listeners_)
    if (each.starving->load())
      each.on_release();
}

std::unique_ptr<memory_budget::subscription>
memory_budget::subscribe(const std::atomic<bool>& starving,
                         std::function<void()> on_release) {
  const std::lock_guard lock{mutex_};
  listeners_.push_back({++last_id_, &starving, std::move(on_release)});
  return std::make_unique<subscription>(shared_from_this(), last_id_);
}

memory_budget::subscription::subscription(std::shared_ptr<memory_budget> budget,
                                          std::uint64_t id)
    : budget_(std::move(budget)), id_(id) {}

memory_budget::subscription::~subscription() {
  const std::lock_guard lock{budget_->mutex_};
  std::erase_if(budget_->listeners_,
                [this](const listener& x) { return x.id == id_; });
}

} // namespace pixmill::net
