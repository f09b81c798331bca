#include "cluster/uplink.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include "cluster/certificates.hpp"
#include "cluster/hub.hpp"
#include "model/errc.hpp"
#include "model/job.hpp"
#include "telemetry/log.hpp"

namespace pixmill::cluster {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr milliseconds probe_timeout = 3s;
constexpr auto greet_timeout = 5s;
constexpr milliseconds first_pause = 100ms;
constexpr milliseconds longest_pause = 5s;
// The same complaint is not repeated more often.
constexpr auto complaint_interval = 30s;

std::uint64_t random_bits() {
  std::random_device entropy;
  return (std::uint64_t{entropy()} << 32) | entropy();
}

} // namespace

uplink::uplink(caf::actor_system& system, actors::worker_actor worker,
               uplink_setup setup)
    : system_{system}, worker_{std::move(worker)}, setup_{std::move(setup)},
      life_{random_bits()} {}

void uplink::run(const waiter& wait) {
  std::mt19937 random{static_cast<std::mt19937::result_type>(life_)};
  auto pause = first_pause;
  while (!ended_ && !setup_.over()) {
    const auto begun = std::chrono::steady_clock::now();
    if (const auto reason = stay(wait))
      complain(reason);
    if (ended_)
      return;
    if (std::chrono::steady_clock::now() - begun > longest_pause)
      pause = first_pause; // It was in touch for a while.
    // All nodes of a lost head come back at once, but not at the same time.
    const milliseconds jittered{
      pause.count() / 2
      + std::uniform_int_distribution<long>{0, pause.count()}(random)};
    if (wait(jittered))
      return;
    pause = std::min(pause * 2, longest_pause);
  }
}

void uplink::complain(const caf::error& reason) {
  const auto text = context_of(reason);
  const auto now = std::chrono::steady_clock::now();
  if (text == last_complaint_ && now < complain_again_)
    return;
  last_complaint_ = text;
  complain_again_ = now + complaint_interval;
  telemetry::log(telemetry::log_level::warning,
                 "no head yet: " + text + "; trying again",
                 {{"node", setup_.name}, {"head", setup_.head.str()}});
}

caf::expected<uplink::welcome> uplink::greet(caf::scoped_actor& self,
                                             const caf::actor& hub) {
  const auto beats = heartbeats_of(system_);
  caf::expected<welcome> out =
    make_error(errc::timeout, setup_.head.str() + ": the head does not answer");
  self
    ->request(hub, greet_timeout, hello::value, setup_.protocol, setup_.build,
              setup_.name, life_, beats.interval_ms, beats.timeout_ms)
    .receive(
      [&](std::uint32_t protocol, std::string& build, std::string& refused,
          caf::strong_actor_ptr& dispatcher, std::string& store) {
        if (protocol != setup_.protocol)
          refused =
            skew(setup_.name, setup_.protocol, setup_.build, protocol, build);
        if (!refused.empty() || !dispatcher)
          out = make_error(errc::version_skew,
                           "the head at " + setup_.head.str()
                             + " refuses this node: " + refused);
        else
          out =
            welcome{std::move(dispatcher), std::move(build), std::move(store)};
      },
      [&](const caf::error& reason) {
        out = make_error(errc::connect,
                         setup_.head.str() + ": " + context_of(reason));
      });
  return out;
}

// Gets in touch, and stays so for as long as it lasts.
caf::error uplink::stay(const waiter& wait) {
  if (auto unreachable = probe(setup_.head, probe_timeout))
    return unreachable;
  // It may have been renewed, or may have gone: CAF would wait for ever.
  if (!setup_.network.bundle.empty())
    if (auto unusable = check_bundle(setup_.network.bundle, unix_now() / 1'000))
      return unusable;
  const auto hub = connect(system_, setup_.network, setup_.head);
  if (!hub)
    return hub.error();
  // The head knows this node by it for as long as they are in touch.
  caf::scoped_actor self{system_};
  auto head = greet(self, *hub);
  if (!head)
    return std::move(head.error());
  telemetry::log(telemetry::log_level::info,
                 joined_before_ ? "back at the head" : "joined the head",
                 {{"node", setup_.name},
                  {"head", setup_.head.str()},
                  {"build", head->build}});
  joined_before_ = true;
  last_complaint_.clear();
  if (setup_.aim)
    setup_.aim(head->store);
  self->monitor(*hub);
  if (setup_.inspector)
    self->send(*hub, show::value, life_,
               caf::actor_cast<caf::strong_actor_ptr>(setup_.inspector));
  caf::anon_send(worker_, actors::atom::link::value, head->dispatcher);
  for (bool lost = false; !lost;) {
    self->receive([&](const caf::down_msg&) { lost = true; },
                  caf::after(0ms) >> [] {});
    if (lost)
      break;
    if (setup_.over() || wait(100ms)) {
      ended_ = true;
      return {};
    }
  }
  return {};
}

} // namespace pixmill::cluster
