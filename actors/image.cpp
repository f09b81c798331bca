#include "actors/image.hpp"

#include <utility>

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/tracking.hpp"
#include "telemetry/log.hpp"

namespace pixmill::actors {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

// A full disk, or a store that does not answer, is the operator's to mend;
// nothing is lost while IMAGE waits.
constexpr auto store_pause = std::chrono::seconds{1};
// How long one word of it holds: longer than until the next one, which may take
// a store that does not answer a few attempts.
constexpr milliseconds store_notice{300'000};

outcome waiting_for_store() {
  outcome result;
  result.state = item_state::storing;
  return result;
}

} // namespace

image_state::image_state(pointer self) : self_{self} {}

telemetry::actor_record& image_state::record() {
  return *record_;
}

void image_state::start(slot_task task, const compress_goal& goal,
                        image_context context,
                        std::shared_ptr<const node_services> services,
                        row_actor row) {
  task_ = std::move(task);
  goal_ = goal;
  context_ = std::move(context);
  services_ = std::move(services);
  row_ = std::move(row);
  attempts_ = task_.attempts;
  first_attempt_ = self_->clock().now();
  record_.emplace(telemetry::actor_kind::image, self_->id(), row_.id(),
                  telemetry::loggable_url(task_.url), context_.job,
                  handle_of(self_));
}

void image_state::attempt() {
  ++attempts_;
  result_ = {};
  record_->set_state("downloading");
  fetching_ = services_->fetcher->start(
    {.url = task_.url, .flow = context_.flow, .trace = context_.trace_parent},
    [self = image_stages{self_}](net::download result) {
      caf::anon_send(
        self, fetched{std::make_shared<net::download>(std::move(result))});
    });
}

void image_state::handle(const fetched& message) {
  fetching_.reset();
  auto& result = *message.result;
  if (result.untried)
    --attempts_;
  if (result.why)
    return fail(std::move(result.why),
                result.retry_after.value_or(milliseconds{0}));
  source_ = std::move(result.body);
  result_.bytes_in = source_->size();
  record_->set_bytes_held(source_->size());
  record_->set_state("compressing");
  compressing_ = services_->codec->start(
    source_, goal_, context_.flow,
    [self =
       image_stages{self_}](caf::expected<imaging::compressed_image> image) {
      caf::anon_send(
        self,
        compressed{std::make_shared<caf::expected<imaging::compressed_image>>(
          std::move(image))});
    });
}

void image_state::handle(const compressed& message) {
  compressing_.reset();
  if (!*message.result)
    return fail(to_failure(message.result->error(), errc::decode));
  auto& image = **message.result;
  result_.state =
    image.kept_original ? item_state::kept_original : item_state::done;
  result_.format = image.format;
  result_.width = image.width;
  result_.height = image.height;
  result_.quality = image.quality;
  result_.ssim_ppm = image.likeness.luma_ppm;
  result_.ssim_worst_ppm = image.likeness.luma_worst_ppm;
  result_.chroma_ssim_ppm = image.likeness.chroma_ppm;
  result_.chroma_ssim_worst_ppm = image.likeness.chroma_worst_ppm;
  result_.why_format = image.why_format;
  result_.target_missed = image.target_missed;
  // A kept original may still have lost its metadata; then it has bytes.
  auto bytes = image.bytes.empty()
                 ? source_
                 : std::make_shared<const std::string>(std::move(image.bytes));
  source_.reset();
  result_.bytes_out = bytes->size();
  put(std::move(bytes), image.format);
}

void image_state::put(std::shared_ptr<const std::string> bytes,
                      image_format format) {
  record_->set_state("storing");
  output_ = std::move(bytes);
  record_->set_bytes_held(output_->size());
  services_->store->start(
    {.bytes = output_, .format = format, .permit = context_.permit},
    [self = image_stages{self_}](caf::expected<persistence::stored_key> key) {
      caf::anon_send(
        self, stored{std::make_shared<caf::expected<persistence::stored_key>>(
                std::move(key))});
    });
}

void image_state::handle(const stored& message) {
  auto& key = *message.result;
  if (!key && persistence::can_wait(key.error())) {
    self_->send(row_, slot_report{.slot = task_.slot,
                                  .result = waiting_for_store(),
                                  .retry_in_ms = store_notice.count()});
    self_->delayed_send(self_, store_pause, atom::tick::value);
    return;
  }
  output_.reset();
  if (!key)
    return fail(to_failure(key.error(), errc::store));
  result_.sha256 = std::move(key->sha256);
  result_.stored_by_node = key->by_node;
  report(std::move(result_));
}

void image_state::store_again() {
  if (output_ != nullptr)
    put(output_, result_.format);
}

void image_state::cancel() {
  if (fetching_)
    services_->fetcher->cancel(*fetching_);
  if (compressing_)
    services_->codec->cancel(*compressing_);
  self_->quit();
}

void image_state::fail(failure why, milliseconds retry_after) {
  source_.reset();
  outcome result;
  result.state = item_state::failed;
  result.bytes_in = 0;
  result.why = std::move(why);
  report(std::move(result), retry_after);
}

void image_state::report(outcome result, milliseconds retry_after) {
  record_->set_state("reported");
  record_->set_bytes_held(0);
  result.attempts = attempts_;
  result.node = services_->node_name;
  result.milliseconds = static_cast<std::uint32_t>(
    duration_cast<milliseconds>(self_->clock().now() - first_attempt_).count());
  self_->send(row_, slot_report{.slot = task_.slot,
                                .result = std::move(result),
                                .retry_in_ms = retry_after.count()});
}

image_stages::behavior_type image(image_state::pointer self, slot_task task,
                                  compress_goal goal, image_context context,
                                  std::shared_ptr<const node_services> services,
                                  row_actor row) {
  self->state.start(std::move(task), goal, std::move(context),
                    std::move(services), std::move(row));
  return {
    [self](atom::inspect) { return report_of(self); },
    [self](atom::attempt) {
      const auto guard = handling(self);
      self->state.attempt();
    },
    [self](atom::cancel) {
      const auto guard = handling(self);
      self->state.cancel();
    },
    [self](const fetched& message) {
      const auto guard = handling(self);
      self->state.handle(message);
    },
    [self](const compressed& message) {
      const auto guard = handling(self);
      self->state.handle(message);
    },
    [self](const stored& message) {
      const auto guard = handling(self);
      self->state.handle(message);
    },
    [self](atom::tick) {
      const auto guard = handling(self);
      self->state.store_again();
    },
  };
}

} // namespace pixmill::actors
