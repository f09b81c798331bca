#pragma once

#include <memory>
#include <string>

#include "actors/head.hpp"
#include "actors/housekeeping.hpp"
#include "imaging/codec_pool.hpp"
#include "net/source_fetcher.hpp"
#include "net/webhook_sender.hpp"
#include "persistence/image_store.hpp"
#include "persistence/journal_store.hpp"
#include "persistence/object_syncer.hpp"
#include "persistence/store_writer.hpp"

namespace pixmill::actors {

/// What the actors of a head work with, in the order in which the parts depend
/// on each other: actors go first, stores last.
struct head_parts {
  std::unique_ptr<persistence::journal_store> journal;
  std::string journal_id;
  persistence::image_store images;
  std::unique_ptr<persistence::store_writer> writer;
  std::unique_ptr<persistence::object_syncer> syncer;
  std::unique_ptr<net::source_fetcher> fetcher;
  std::unique_ptr<imaging::codec_pool> codec;
  std::unique_ptr<net::webhook_sender> sender; ///< Once there are webhooks.
};

/// Opens all but the sender.
caf::expected<head_parts> open_parts(const head_settings& settings);

/// Returns how long the journal keeps what, of these parts.
retention retention_of(const head_settings& settings, const head_parts& opened);

} // namespace pixmill::actors
