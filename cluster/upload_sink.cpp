#include "cluster/upload_sink.hpp"

#include <charconv>
#include <span>
#include <string_view>
#include <utility>

#include "cluster/endpoint.hpp"
#include "model/errc.hpp"
#include "model/sha256.hpp"
#include "net/http_client.hpp"
#include "telemetry/log.hpp"

namespace pixmill::cluster {
namespace {

using namespace std::chrono_literals;

// What is handed in and not recorded is kept for a head that dies; a commit
// takes milliseconds. What does not fit would be done again.
constexpr std::uint64_t most_kept_bytes = 256ull << 20;

constexpr auto complaint_interval = 30s;
constexpr std::string_view port_word = "port ";

std::span<const std::uint8_t> bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// What may be otherwise in a second: the head is away, starts, or is full.
bool passes(int status) {
  return status == 408 || status == 425 || status == 429 || status >= 500;
}

} // namespace

upload_sink::upload_sink(std::string host, std::size_t threads)
    : host_{std::move(host)} {
  threads_.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i)
    threads_.emplace_back([this] { work(); });
}

upload_sink::~upload_sink() {
  {
    const std::lock_guard lock{mutex_};
    closing_ = true;
  }
  changed_.notify_all();
  for (auto& thread : threads_)
    thread.join();
}

void upload_sink::aim(const std::string& store) {
  auto base = store;
  if (store.starts_with(port_word)) {
    endpoint where{.host = host_};
    const auto number = std::string_view{store}.substr(port_word.size());
    std::from_chars(number.data(), number.data() + number.size(), where.port);
    base = "http://" + where.str();
  }
  base.erase(base.find_last_not_of('/') + 1);
  const std::lock_guard lock{mutex_};
  base_ = std::move(base);
}

void upload_sink::start(persistence::store_order order, callback done) {
  {
    const std::lock_guard lock{mutex_};
    queue_.push_back({{}, std::move(order), std::move(done)});
  }
  changed_.notify_one();
}

void upload_sink::recorded(const std::string& sha256) {
  const std::lock_guard lock{mutex_};
  const auto i = kept_.find(sha256);
  if (i == kept_.end() || --i->second.uses > 0)
    return;
  kept_bytes_ -= i->second.order.bytes->size();
  kept_.erase(i);
}

void upload_sink::assure(std::string sha256, image_format /*format*/,
                         callback done) {
  {
    const std::lock_guard lock{mutex_};
    if (const auto i = kept_.find(sha256); i != kept_.end()) {
      queue_.push_back({std::move(sha256), i->second.order, std::move(done)});
      changed_.notify_one();
      return;
    }
  }
  done(make_error(errc::store, "its bytes are not kept any more"));
}

void upload_sink::keep(const entry& what) {
  const std::lock_guard lock{mutex_};
  const auto size = what.order.bytes->size();
  const auto i = kept_.find(what.sha256);
  if (i != kept_.end()) {
    ++i->second.uses;
    i->second.order.permit = what.order.permit;
  } else if (kept_bytes_ + size <= most_kept_bytes) {
    kept_.emplace(what.sha256, kept_order{what.order, 1});
    kept_bytes_ += size;
  }
}

void upload_sink::complain(const std::string& what) {
  const auto now = std::chrono::steady_clock::now();
  {
    const std::lock_guard lock{mutex_};
    if (now < quiet_until_)
      return;
    quiet_until_ = now + complaint_interval;
  }
  telemetry::log(telemetry::log_level::warning,
                 "images wait for the head: " + what);
}

caf::expected<persistence::stored_key>
upload_sink::upload(net::http_client& client, entry& what,
                    const std::string& base) {
  const auto& order = what.order;
  if (base.empty())
    return make_error(errc::disk_full, "no head is known");
  const auto answer =
    client.send({.method = net::http_method::put,
                 .url = base + "/v1/internal/images/" + what.sha256 + '.'
                        + std::string{extension_of(order.format)},
                 .fields = {"Authorization: Bearer " + order.permit},
                 .body = *order.bytes,
                 .content_type = std::string{content_type_of(order.format)},
                 .timeout = 60s});
  if (!answer) {
    complain(context_of(answer.error()));
    return make_error(errc::disk_full, context_of(answer.error()));
  }
  if (answer->is_success())
    return persistence::stored_key{what.sha256};
  auto why = base + " answers " + std::to_string(answer->status);
  if (passes(answer->status)) {
    complain(why);
    return make_error(errc::disk_full, std::move(why));
  }
  return make_error(errc::store, std::move(why));
}

void upload_sink::work() {
  net::http_client client{
    {.connect_timeout = 1500ms, .stall_timeout = 20s, .stop = [this] {
       const std::lock_guard lock{mutex_};
       return closing_;
     }}};
  std::unique_lock lock{mutex_};
  for (;;) {
    changed_.wait(lock, [this] { return closing_ || !queue_.empty(); });
    if (queue_.empty())
      return;
    auto next = std::move(queue_.front());
    queue_.pop_front();
    const auto base = base_;
    const bool given_up = closing_;
    lock.unlock();
    if (given_up) {
      next.done(make_error(errc::interrupted, "this node ends"));
    } else {
      const bool again = !next.sha256.empty();
      if (!again)
        next.sha256 = sha256_of(bytes_of(*next.order.bytes));
      auto stored = upload(client, next, base);
      if (stored && !again)
        keep(next);
      next.done(std::move(stored));
    }
    next = {};
    lock.lock();
  }
}

} // namespace pixmill::cluster
