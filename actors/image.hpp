#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <caf/allowed_unsafe_message_type.hpp>

#include "actors/protocol.hpp"
#include "imaging/codec_pool.hpp"
#include "net/downloader.hpp"
#include "persistence/store_writer.hpp"
#include "telemetry/actor_registry.hpp"

namespace pixmill::actors {

/// What the actors of one node work with. Outlives them all.
struct node_services {
  net::fetcher* fetcher = nullptr;
  imaging::codec* codec = nullptr;
  persistence::object_sink* store = nullptr;
  std::string node_name;
};

/// What IMAGE's callbacks tell it. They carry memory and never leave a node.
struct fetched {
  std::shared_ptr<net::download> result;
};
struct compressed {
  std::shared_ptr<caf::expected<imaging::compressed_image>> result;
};
struct stored {
  std::shared_ptr<caf::expected<persistence::stored_key>> result;
};

} // namespace pixmill::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pixmill::actors::fetched)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pixmill::actors::compressed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(pixmill::actors::stored)

CAF_BEGIN_TYPE_ID_BLOCK(pixmill_local, caf::id_block::pixmill::end)
CAF_ADD_TYPE_ID(pixmill_local, (pixmill::actors::fetched))
CAF_ADD_TYPE_ID(pixmill_local, (pixmill::actors::compressed))
CAF_ADD_TYPE_ID(pixmill_local, (pixmill::actors::stored))
CAF_END_TYPE_ID_BLOCK(pixmill_local)

namespace pixmill::actors {

/// IMAGE as its callbacks and itself see it.
using image_stages =
  image_actor::extend<caf::reacts_to<fetched>, caf::reacts_to<compressed>,
                      caf::reacts_to<stored>,
                      // Itself: the store was not ready; try again.
                      caf::reacts_to<atom::tick>>;

/// What an IMAGE has in common with the others of its row.
struct image_context {
  flow_id flow = 0;         ///< Whose turn it is at queues.
  std::string trace_parent; ///< What origins are told a child of; empty: none.
  std::string permit;       ///< Of the task, for the store.
  std::string job{};        ///< Whose image it is.
};

/// One URL: fetch, compress, store. One attempt at a time; each ends in one
/// `slot_report` to the ROW.
class image_state {
public:
  using pointer = image_stages::stateful_pointer<image_state>;

  explicit image_state(pointer self);

  void start(slot_task task, const compress_goal& goal, image_context context,
             std::shared_ptr<const node_services> services, row_actor row);
  void attempt();
  void handle(const fetched& message);
  void handle(const compressed& message);
  void handle(const stored& message);
  void store_again();
  void cancel();

  telemetry::actor_record& record();

private:
  void put(std::shared_ptr<const std::string> bytes, image_format format);
  void fail(failure why, std::chrono::milliseconds retry_after = {});
  void report(outcome result, std::chrono::milliseconds retry_after = {});

  pointer self_;
  slot_task task_;
  compress_goal goal_;
  image_context context_;
  std::shared_ptr<const node_services> services_;
  row_actor row_;
  std::optional<telemetry::actor_record> record_;

  std::uint16_t attempts_ = 0;
  std::chrono::steady_clock::time_point first_attempt_;
  // The stage under way, for `cancel`.
  std::optional<net::fetcher::ticket> fetching_;
  std::optional<imaging::codec::ticket> compressing_;
  std::shared_ptr<const std::string> source_;
  std::shared_ptr<const std::string> output_;
  outcome result_;
};

image_stages::behavior_type image(image_state::pointer self, slot_task task,
                                  compress_goal goal, image_context context,
                                  std::shared_ptr<const node_services> services,
                                  row_actor row);

} // namespace pixmill::actors
