#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/exit_reason.hpp>
#include <caf/expected.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/sec.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <gtest/gtest.h>

#include "actors/image.hpp"
#include "actors/protocol.hpp"
#include "net/web_address.hpp"
#include "tests/actors/stand_ins.hpp"

namespace pixmill::test {

using namespace std::chrono_literals;

/// An actor system without threads and with simulated time.
class actor_fixture : public testing::Test {
protected:
  struct config : caf::actor_system_config {
    config() {
      actors::register_messages(*this);
      set("scheduler.policy", caf::atom("testing"));
    }
  };

  actor_fixture()
      : scheduler{
        dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler())} {
    system.await_actors_before_shutdown(false);
  }

  void TearDown() override {
    run();
  }

  /// Delivers every message there is; no time passes.
  void run() {
    scheduler.run();
  }

  /// Lets time pass in steps, delivering what falls due.
  void advance(std::chrono::milliseconds time) {
    run();
    scheduler.advance_time(time);
    run();
  }

  /// Asks an actor and returns its answer.
  template <class T, class Handle, class... Ts>
  caf::expected<T> ask(const Handle& whom, Ts&&... message) {
    caf::expected<T> out = caf::error{caf::sec::request_timeout};
    auto asked =
      self->request(whom, caf::infinite, std::forward<Ts>(message)...);
    run();
    const auto refuse = [&](caf::error& reason) { out = std::move(reason); };
    if constexpr (std::is_same_v<T, caf::unit_t>)
      asked.receive([&] { out = caf::unit; }, refuse);
    else
      asked.receive([&](T& answer) { out = std::move(answer); }, refuse);
    return out;
  }

  /// Spawns a job that nobody asks anything of.
  actors::job_actor any_job() {
    return spawn_job(system, [](const auto&) { return true; });
  }

  template <class Handle>
  void stop(Handle& handle) {
    self->send_exit(handle, caf::exit_reason::user_shutdown);
    run();
    handle = nullptr;
  }

  config settings;
  caf::actor_system system{settings};
  caf::scheduler::test_coordinator& scheduler;
  caf::scoped_actor self{system};
};

/// Downloads that the test ends by hand, or at once by a rule.
class fake_fetcher final : public net::fetcher {
public:
  ticket start(net::fetch_order order, callback done) override {
    ++started[order.url];
    last_trace = order.trace;
    pending.emplace(++last, std::pair{order.url, std::move(done)});
    if (rule)
      finish(last, rule(order.url));
    return last;
  }

  void cancel(ticket which) override {
    ++canceled;
    if (pending.count(which) != 0) {
      net::download ended;
      ended.why.code = errc::canceled;
      finish(which, std::move(ended));
    }
  }

  void govern(net::origin_rule told) override {
    ++governed;
    origins = std::move(told);
    permitted.clear();
  }

  // It keeps to no permits, but says that it has them.
  void permit(std::vector<net::origin_permit> permits) override {
    for (auto& x : permits)
      permitted[x.origin] = x;
  }

  void
  look(std::function<void(std::vector<net::origin_activity>)> told) override {
    std::map<std::string, net::origin_activity> found;
    for (const auto& [which, order] : pending)
      ++found[net::origin_named_by(order.first)].active;
    std::vector<net::origin_activity> out;
    for (auto& [origin, x] : found) {
      x.origin = origin;
      x.permitted = permitted[origin].transfers;
      x.version = permitted[origin].version;
      out.push_back(x);
    }
    told(std::move(out));
  }

  void finish(ticket which, net::download result) {
    auto node = pending.extract(which);
    node.mapped().second(std::move(result));
  }

  static net::download body(std::string bytes) {
    net::download out;
    out.body = std::make_shared<const std::string>(std::move(bytes));
    return out;
  }

  static net::download failed(errc code, std::uint16_t status = 0) {
    net::download out;
    out.why = {.code = code, .http_status = status, .detail = "as asked"};
    return out;
  }

  std::function<net::download(const std::string&)> rule;
  std::map<std::string, int> started;
  std::string last_trace;
  std::map<ticket, std::pair<std::string, callback>> pending;
  std::map<std::string, net::origin_permit> permitted;
  net::origin_rule origins;
  int governed = 0;
  ticket last = 0;
  int canceled = 0;
};

/// Halves whatever it gets, at once.
class fake_codec final : public imaging::codec {
public:
  ticket start(std::shared_ptr<const std::string> source, const compress_goal&,
               flow_id, callback done) override {
    ++started;
    if (failure_code != errc::none) {
      done(make_error(failure_code, "as asked"));
    } else {
      imaging::compressed_image out;
      out.bytes = source->substr(0, source->size() / 2);
      out.kept_original = keep;
      if (keep)
        out.bytes.clear();
      out.format = image_format::jpeg;
      done(std::move(out));
    }
    return 1;
  }

  void cancel(ticket) override {}

  int started = 0;
  bool keep = false;
  errc failure_code = errc::none;
};

/// Stores in memory, at once.
class fake_sink final : public persistence::object_sink {
public:
  void start(persistence::store_order order, callback done) override {
    if (trouble != errc::none) {
      done(make_error(trouble, "as asked"));
      return;
    }
    stored.push_back(*order.bytes);
    done(persistence::stored_key{std::string(64, 'a'), by_node});
  }

  errc trouble = errc::none; ///< Why nothing is stored.
  bool by_node = false;      ///< Whether that is past the head.
  std::vector<std::string> stored;
};

/// A node's services without network, codecs or disk.
struct fake_services {
  fake_fetcher fetcher;
  fake_codec codec;
  fake_sink sink;

  std::shared_ptr<const actors::node_services> get() {
    return std::make_shared<const actors::node_services>(
      actors::node_services{.fetcher = &fetcher,
                            .codec = &codec,
                            .store = &sink,
                            .node_name = "test"});
  }
};

/// A folder that goes with the test.
class scratch_folder {
public:
  scratch_folder() {
    auto name =
      (std::filesystem::temp_directory_path() / "pixmill-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~scratch_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;

  std::filesystem::path path;
};

} // namespace pixmill::test
