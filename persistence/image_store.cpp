#include "persistence/image_store.hpp"

#include <thread>
#include <utility>

#include "persistence/directory_store.hpp"
#include "persistence/s3_owners.hpp"
#include "persistence/s3_store.hpp"
#include "persistence/store_owners.hpp"

namespace pixmill::persistence {
namespace {

// Threads that wait for the disk to sync images. They use no CPU to speak of;
// a journalling file system merges what several of them sync at once.
constexpr std::size_t directory_threads = 8;

// A purge has time; it must not be in the way of those who store.
constexpr std::size_t bucket_removers = 8;

caf::expected<image_store> open_directory(const std::string& folder,
                                          std::string journal_id) {
  auto objects = directory_store::open(folder);
  if (!objects)
    return std::move(objects.error());
  return image_store{
    .objects = std::move(*objects),
    .owners = std::make_unique<store_owners>(folder, std::move(journal_id)),
    .threads = directory_threads};
}

caf::expected<image_store> open_bucket(const net::s3_settings& settings,
                                       std::string journal_id) {
  auto objects = s3_store::open(settings);
  if (!objects)
    return std::move(objects.error());
  auto owners = std::make_unique<s3_owners>(
    (*objects)->bucket(), settings.prefix, std::move(journal_id),
    [](std::chrono::seconds pause) { std::this_thread::sleep_for(pause); });
  return image_store{.objects = std::move(*objects),
                     .owners = std::move(owners),
                     .threads = settings.max_transfers,
                     .removers = bucket_removers};
}

} // namespace

caf::expected<image_store> open_image_store(const store_settings& settings,
                                            const net::s3_settings& s3,
                                            std::string journal_id) {
  return settings.kind == store_kind::s3
           ? open_bucket(s3, std::move(journal_id))
           : open_directory(settings.images, std::move(journal_id));
}

} // namespace pixmill::persistence
