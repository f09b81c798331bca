#include "actors/head_parts.hpp"

#include <utility>

namespace pixmill::actors {
namespace {

// Longer than a node keeps what it has finished.
constexpr std::chrono::milliseconds time_to_hand_in = std::chrono::minutes{20};

// Opens the store of images and says whose outcomes name them.
caf::expected<caf::unit_t> open_images(head_parts& out,
                                       const head_settings& settings) {
  auto id = out.journal->id();
  if (!id)
    return std::move(id.error());
  const auto jobs = out.journal->jobs();
  if (!jobs)
    return jobs.error();
  auto images = persistence::open_image_store(settings.store, settings.s3, *id);
  if (!images)
    return std::move(images.error());
  out.images = std::move(*images);
  out.journal_id = std::move(*id);
  return out.images.owners->claim(jobs->empty());
}

} // namespace

retention retention_of(const head_settings& settings,
                       const head_parts& opened) {
  return {.keep =
            settings.tidies ? settings.jobs.keep : std::chrono::seconds{0},
          .sweep = settings.tidies,
          .sweep_after =
            settings.network ? time_to_hand_in : std::chrono::milliseconds{0},
          .objects = opened.images.objects.get(),
          .removers = opened.images.removers,
          .if_removable = [&owners = *opened.images.owners](const auto& act) {
            return owners.if_sole(act);
          }};
}

caf::expected<head_parts> open_parts(const head_settings& settings) {
  head_parts out;
  auto journal = persistence::journal_store::open(settings.store.journal);
  if (!journal)
    return std::move(journal.error());
  out.journal = std::move(*journal);
  if (auto dropped = out.journal->drop_unaccepted(); !dropped)
    return dropped.error();
  if (auto opened = open_images(out, settings); !opened)
    return opened.error();
  out.writer = std::make_unique<persistence::store_writer>(*out.images.objects,
                                                           out.images.threads);
  out.syncer = std::make_unique<persistence::object_syncer>(
    [images = out.images.objects.get()] { return images->sync(); });
  auto fetcher = net::source_fetcher::create(settings.fetch);
  if (!fetcher)
    return std::move(fetcher.error());
  out.fetcher = std::move(*fetcher);
  auto codec = imaging::codec_pool::create(settings.imaging, settings.program);
  if (!codec)
    return std::move(codec.error());
  out.codec = std::move(*codec);
  return out;
}

} // namespace pixmill::actors
