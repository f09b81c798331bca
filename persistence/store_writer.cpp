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

store_writer::store_writer(object_store& store, std::size_t thread_count,
                           owner owned)
    : store_{store}, owner_{owned} {
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
  queue({{}, std::move(order), std::move(done)});
}

void store_writer::assure(std::string sha256, image_format format,
                          callback done) {
  queue({std::move(sha256), {.bytes = {}, .format = format}, std::move(done)});
}

void store_writer::queue(entry next) {
  {
    const std::lock_guard lock{mutex_};
    queue_.push_back(std::move(next));
  }
  changed_.notify_one();
}

caf::expected<stored_key> store_writer::store(const store_order& order) {
  const std::span bytes{
    reinterpret_cast<const std::uint8_t*>(order.bytes->data()),
    order.bytes->size()};
  auto key = store_.put(bytes, order.format);
  if (!key)
    return std::move(key.error());
  if (owner_ == owner::here)
    return stored_key{std::move(*key)};
  // Threads that wait for one another's sync share the next.
  auto synced = store_.sync();
  store_.release(*key);
  if (!synced)
    return std::move(synced.error());
  return stored_key{std::move(*key), true};
}

caf::expected<stored_key> store_writer::look_for(const entry& what) {
  const auto there = store_.contains(what.sha256, what.order.format);
  if (!there)
    return there.error();
  if (!*there)
    return make_error(errc::store, what.sha256 + ": it is there no more");
  return stored_key{what.sha256, owner_ == owner::there};
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
    auto stored = next.sha256.empty() ? store(next.order) : look_for(next);
    if (!stored && can_wait(stored.error()))
      note_waiting(stored.error());
    next.done(std::move(stored));
    next = {};
    lock.lock();
  }
}

} // namespace pixmill::persistence
