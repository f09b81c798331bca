#include "cluster/direct_store.hpp"

#include <utility>

#include "model/errc.hpp"
#include "persistence/directory_store.hpp"
#include "persistence/s3_owners.hpp"
#include "persistence/s3_store.hpp"
#include "persistence/store_mark.hpp"

namespace pixmill::cluster {
namespace {

// Each waits for a disk, not for a CPU.
constexpr std::size_t folder_threads = 8;

// Which bucket, and how things are kept there, is the head's to say; how it is
// reached and as whom, the node's.
net::s3_settings bucket_of(const net::s3_settings& heads,
                           const net::s3_settings& own) {
  auto out = own;
  if (out.endpoint.empty())
    out.endpoint = heads.endpoint;
  out.region = heads.region;
  out.bucket = heads.bucket;
  out.prefix = heads.prefix;
  out.style = heads.style;
  out.encryption = heads.encryption;
  out.kms_key = heads.kms_key;
  return out;
}

caf::expected<direct_store> open_bucket(const result_places& places,
                                        const net::s3_settings& own) {
  const auto settings = bucket_of(*places.bucket, own);
  auto bucket = net::s3_bucket::open(settings);
  if (!bucket)
    return std::move(bucket.error());
  const auto mark =
    persistence::s3_owners::key_of(settings.prefix, places.owner);
  const auto found = (*bucket)->size(mark);
  if (!found)
    return found.error();
  if (!*found)
    return make_error(errc::store, (*bucket)->name_of(mark)
                                     + ": not there, so this is not the head's "
                                       "bucket");
  const auto name = "bucket " + settings.bucket;
  return direct_store{.objects = std::make_unique<persistence::s3_store>(
                        std::move(*bucket), settings.prefix),
                      .threads = settings.max_transfers,
                      .name = name};
}

std::string folder_of(const result_places& places, const direct_settings& own) {
  return own.folder.empty() ? places.folder : own.folder;
}

caf::expected<direct_store> open_folder(const result_places& places,
                                        const std::string& folder) {
  if (!persistence::bears_mark(folder, places.owner, places.token))
    return make_error(errc::store,
                      folder
                        + ": not the head's folder of images ([cluster] "
                          "shared-images says where that is mounted)");
  auto objects = persistence::directory_store::open_shared(folder);
  if (!objects)
    return std::move(objects.error());
  return direct_store{.objects = std::move(*objects),
                      .threads = folder_threads,
                      .name = "folder " + folder};
}

} // namespace

caf::expected<direct_store> open_direct_store(const result_places& places,
                                              const direct_settings& own) {
  if (!own.direct)
    return make_error(errc::config_invalid, "[cluster] direct is false");
  if (places.bucket)
    return open_bucket(places, own.s3);
  if (!places.folder.empty())
    return open_folder(places, folder_of(places, own));
  return make_error(errc::store, "the head does not say where its images are");
}

bool still_marked(const result_places& places, const direct_settings& own) {
  return places.bucket
         || persistence::bears_mark(folder_of(places, own), places.owner,
                                    places.token);
}

} // namespace pixmill::cluster
