#include "cluster/worker_node.hpp"

#include <atomic>
#include <thread>
#include <utility>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/image.hpp"
#include "actors/node_inspector.hpp"
#include "actors/worker.hpp"
#include "cluster/certificates.hpp"
#include "cluster/network.hpp"
#include "cluster/result_sink.hpp"
#include "cluster/uplink.hpp"
#include "imaging/codec_pool.hpp"
#include "model/job.hpp"
#include "net/source_fetcher.hpp"
#include "telemetry/log.hpp"

namespace pixmill::cluster {
namespace {

using namespace std::chrono_literals;

struct system_config : caf::actor_system_config {
  explicit system_config(const worker_node_settings& settings) {
    actors::register_messages(*this);
    set("scheduler.max-threads", std::size_t{settings.scheduler.max_threads});
    set("scheduler.max-throughput",
        std::size_t{settings.scheduler.max_throughput});
    set("scheduler.policy", caf::atom("sharing"));
    add_network(*this, {.bundle = settings.cluster.bundle});
  }
};

struct parts {
  std::unique_ptr<result_sink> sink;
  std::unique_ptr<net::source_fetcher> fetcher;
  std::unique_ptr<imaging::codec_pool> codec;
};

caf::error check(const worker_node_settings& settings) {
  if (!settings.cluster.bundle.empty())
    return check_bundle(settings.cluster.bundle, unix_now() / 1'000);
  if (settings.head.is_loopback())
    return {};
  return make_error(
    errc::config_invalid,
    "--join " + settings.head.str()
      + ": a head on another machine is joined with a certificate; get this "
        "node's bundle from where the head's was made (pixmill cert issue "
      + settings.name + ") and set [cluster] bundle to the file");
}

} // namespace

class worker_node::impl {
public:
  impl(worker_node_settings settings, parts made)
      : settings_{std::move(settings)}, parts_{std::move(made)},
        config_{settings_}, system_{config_} {
    // Actors end by the exit messages of the destructor, not by running dry.
    system_.await_actors_before_shutdown(false);
    services_ = std::make_shared<actors::node_services>(
      actors::node_services{.fetcher = parts_.fetcher.get(),
                            .codec = parts_.codec.get(),
                            .store = parts_.sink.get(),
                            .node_name = settings_.name});
    worker_ = system_.spawn(
      actors::worker,
      actors::worker_setup_of(
        {.services = services_,
         .jobs = settings_.jobs,
         .fetch = settings_.fetch,
         .about = {.labels = settings_.cluster.labels,
                   .uploads = true,
                   .codecs = imaging::offered_formats(settings_.imaging)}}),
      actors::dispatcher_actor{});
    inspector_ = system_.spawn<caf::detached>(
      actors::node_inspector,
      actors::node_inspector_setup{
        .node_name = settings_.name,
        .origins = [fetcher = parts_.fetcher.get()](
                     auto patience) { return fetcher->origins(patience); },
        .load = [this] { return load(); }});
    watcher_ = std::thread{[this] { watch(); }};
  }

  ~impl() {
    caf::anon_send_exit(worker_, caf::exit_reason::user_shutdown);
    watcher_.join();
    end_inspector(); // It asks the parts.
    parts_.codec.reset();
    parts_.fetcher.reset();
    parts_.sink.reset();
    worker_ = nullptr;
  }

  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;

  worker_end run(const std::function<bool(std::chrono::milliseconds)>& wait) {
    using clock = std::chrono::steady_clock;
    std::optional<clock::time_point> deadline;
    bool cut_short = false;
    const auto ending = [&](std::chrono::milliseconds pause) {
      if (wait(pause)) {
        cut_short = deadline.has_value();
        if (!deadline) {
          deadline = clock::now() + settings_.cluster.drain_deadline;
          caf::anon_send(worker_, actors::atom::leave::value);
        }
      } else if (deadline && clock::now() >= *deadline) {
        telemetry::log(telemetry::log_level::warning,
                       "the deadline has come: what is left goes to others");
        cut_short = true;
      }
      return cut_short;
    };
    uplink link{system_,
                worker_,
                {.head = settings_.head,
                 .network = {.bundle = settings_.cluster.bundle},
                 .name = settings_.name,
                 .inspector = inspector_,
                 .aim = [this](const auto& store) { parts_.sink->aim(store); },
                 .over = [this] { return ended_.load(); }}};
    link.run(ending);
    return cut_short ? worker_end::cut_short : worker_end::left;
  }

private:
  actors::stage_report load() const {
    const auto fetch = parts_.fetcher->load();
    const auto codec = parts_.codec->load();
    return {.downloading = fetch.active,
            .downloads_waiting = fetch.queued,
            .compressing = codec.busy,
            .compressions_waiting = codec.queued,
            .codec_processes = codec.processes};
  }

  void end_inspector() {
    caf::scoped_actor self{system_};
    self->monitor(inspector_);
    self->send_exit(inspector_, caf::exit_reason::user_shutdown);
    self->receive([](const caf::down_msg&) {});
    inspector_ = nullptr;
  }

  void watch() {
    caf::scoped_actor self{system_};
    self->monitor(worker_);
    self->receive([](const caf::down_msg&) {});
    ended_ = true;
  }

  worker_node_settings settings_;
  parts parts_;
  system_config config_;
  caf::actor_system system_;
  std::shared_ptr<const actors::node_services> services_;
  actors::worker_actor worker_;
  actors::inspector_actor inspector_;
  std::atomic<bool> ended_{false};
  std::thread watcher_;
};

caf::expected<std::unique_ptr<worker_node>>
worker_node::start(worker_node_settings settings) {
  if (auto refused = check(settings))
    return refused;
  parts made;
  made.sink = std::make_unique<result_sink>(
    settings.head.host,
    direct_settings{.direct = settings.cluster.direct,
                    .folder = settings.cluster.shared_images,
                    .s3 = settings.s3});
  auto fetcher = net::source_fetcher::create(settings.fetch);
  if (!fetcher)
    return std::move(fetcher.error());
  made.fetcher = std::move(*fetcher);
  auto codec = imaging::codec_pool::create(settings.imaging, settings.program);
  if (!codec)
    return std::move(codec.error());
  made.codec = std::move(*codec);
  return std::unique_ptr<worker_node>{new worker_node(
    std::make_unique<impl>(std::move(settings), std::move(made)))};
}

worker_node::worker_node(std::unique_ptr<impl> made) : impl_{std::move(made)} {}

worker_node::~worker_node() = default;

worker_end
worker_node::run(const std::function<bool(std::chrono::milliseconds)>& wait) {
  return impl_->run(wait);
}

} // namespace pixmill::cluster
