#include "persistence/store_writer.hpp"

#include <utility>

#include "model/errc.hpp"
#include "telemetry/log.hpp"

namespace pixmill::persistence {
namespace {

// Each waiting image tries again every second; the log need not say so.
constexpr std::chrono::seconds waiting_interval{30};

} // namespace

bool can_wait(const caf::error& reason) {
  const auto code = code_of(reason, errc::store);
  return code == errc::disk_full || code == errc::store_unavailable;
}

store_writer::store_writer(object_store& store, std::size_t thread_count)
    : store_{store} {
  threads_.reserve(thread_count);
  for (std::size_t i = 0; i < thread_count; ++i)
    threads_.emplace_back([this] { work(); });
}

store_writer::~store_writer() {
  {
    const std::lock_guard lock{mutex_};
    closing_ = true;
  }
  changed_.notify_all();
  store_.interrupt();
  for (auto& thread : threads_)
    thread.join();
}

void store_writer::start(store_order order, callback done) {
  {
    const std::lock_guard lock{mutex_};
    queue_.push_back({std::move(order), std::move(done)});
  }
  changed_.notify_one();
}

void store_writer::note_waiting(const caf::error& reason) {
  const auto now = clock::now().time_since_epoch().count();
  auto quiet_until = quiet_until_.load();
  const auto next = now + clock::duration{waiting_interval}.count();
  if (now >= quiet_until
      && quiet_until_.compare_exchange_strong(quiet_until, next))
    telemetry::log(telemetry::log_level::error,
                   "images wait for the store: " + context_of(reason));
}

void store_writer::work() {
  std::unique_lock lock{mutex_};
  for (;;) {
    changed_.wait(lock, [this] { return closing_ || !queue_.empty(); });
    if (queue_.empty())
      return;
    auto next = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    const std::span bytes{
      reinterpret_cast<const std::uint8_t*>(next.order.bytes->data()),
      next.order.bytes->size()};
    auto stored = store_.put(bytes, next.order.format);
    if (!stored && can_wait(stored.error()))
      note_waiting(stored.error());
    next.done(std::move(stored));
    next = {};
    lock.lock();
  }
}

} // namespace pixmill::persistence
