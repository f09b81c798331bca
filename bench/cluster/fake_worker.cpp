// A worker whose work is none: its origin answers at once, its codec sleeps,
// its store forgets. All else is what `pixmill worker` is made of, so what a
// head with such workers costs is what coordinating costs. See coordination.py.
//
// usage: pixmill_fake_worker HEAD NAME SLOTS MILLISECONDS-PER-IMAGE

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/image.hpp"
#include "actors/worker.hpp"
#include "cluster/network.hpp"
#include "cluster/uplink.hpp"

namespace pixmill {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

class instant_origin final : public net::fetcher {
public:
  ticket start(net::fetch_order, callback done) override {
    net::download out;
    out.body = body_;
    done(std::move(out));
    return 1;
  }
  void cancel(ticket) override {}

private:
  std::shared_ptr<const std::string> body_ =
    std::make_shared<const std::string>(1'000, 'x');
};

/// Takes the same time for each image, however many there are.
class sleeping_codec final : public imaging::codec {
public:
  explicit sleeping_codec(std::chrono::milliseconds length)
      : length_{length}, thread_{[this] { work(); }} {}

  ~sleeping_codec() override {
    {
      const std::lock_guard lock{mutex_};
      closing_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  ticket start(std::shared_ptr<const std::string>, const compress_goal&,
               flow_id, callback done) override {
    if (length_.count() == 0) {
      done(result());
      return 1;
    }
    const std::lock_guard lock{mutex_};
    queue_.emplace_back(clock::now() + length_, std::move(done));
    changed_.notify_all();
    return 1;
  }

  void cancel(ticket) override {}

private:
  static imaging::compressed_image result() {
    imaging::compressed_image out;
    out.bytes = std::string(500, 'y');
    out.format = image_format::jpeg;
    out.width = out.height = 800;
    out.quality = 80;
    return out;
  }

  void work() {
    std::unique_lock lock{mutex_};
    while (!closing_) {
      if (queue_.empty()) {
        changed_.wait(lock);
        continue;
      }
      if (changed_.wait_until(lock, queue_.front().first,
                              [this] { return closing_; }))
        return;
      const auto now = clock::now();
      while (!queue_.empty() && queue_.front().first <= now) {
        const auto done = std::move(queue_.front().second);
        queue_.pop_front();
        lock.unlock();
        done(result());
        lock.lock();
      }
    }
  }

  const std::chrono::milliseconds length_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::pair<clock::time_point, callback>> queue_;
  bool closing_ = false;
  std::thread thread_;
};

/// Says that each image is stored, each under a name of its own.
class forgetful_store final : public persistence::object_sink {
public:
  explicit forgetful_store(const std::string& node)
      : start_{std::hash<std::string>{}(node)} {}

  void start(persistence::store_order, callback done) override {
    std::array<char, 65> key{};
    std::snprintf(key.data(), key.size(), "%016zx%016zx%032x", start_,
                  ++count_ * 0x9e3779b97f4a7c15u, 0u);
    done(persistence::stored_key{key.data()});
  }

private:
  const std::size_t start_;
  std::atomic<std::size_t> count_{0};
};

struct system_config : caf::actor_system_config {
  system_config() {
    actors::register_messages(*this);
    set("scheduler.max-threads", std::size_t{1});
    set("scheduler.max-throughput", std::size_t{100});
    set("scheduler.policy", caf::atom("sharing"));
    cluster::add_network(*this, {});
  }
};

int run(const std::string& where, const std::string& name, std::uint32_t slots,
        std::chrono::milliseconds length) {
  const auto head = cluster::endpoint::parse(where, false);
  if (!head)
    return 2;
  instant_origin origin;
  forgetful_store store{name};
  sleeping_codec codec{length};
  system_config config;
  caf::actor_system system{config};
  system.await_actors_before_shutdown(false);
  const auto services =
    std::make_shared<const actors::node_services>(actors::node_services{
      .fetcher = &origin, .codec = &codec, .store = &store, .node_name = name});
  actors::job_settings jobs;
  jobs.slots = slots;
  const auto worker = system.spawn(
    actors::worker,
    actors::worker_setup_of(
      {.services = services, .jobs = jobs, .fetch = {}, .about = {}}),
    actors::dispatcher_actor{});
  cluster::uplink link{
    system, worker, {.head = *head, .name = name, .over = [] {
                       return false;
                     }}};
  link.run([](std::chrono::milliseconds pause) {
    std::this_thread::sleep_for(pause);
    return false;
  });
  return 0;
}

} // namespace
} // namespace pixmill

int main(int count, char** words) {
  if (count != 5)
    return 2;
  return pixmill::run(words[1], words[2],
                      static_cast<std::uint32_t>(std::atoi(words[3])),
                      std::chrono::milliseconds{std::atoi(words[4])});
}
