#include "cli/cluster_setup.hpp"

#include <chrono>
#include <filesystem>
#include <utility>

#include "cluster/network.hpp"
#include "cluster/permit_secret.hpp"
#include "cluster/result_places.hpp"
#include "model/job.hpp"
#include "persistence/store_mark.hpp"

namespace pixmill::cli {
namespace {

constexpr auto secret_file = "cluster-secret";

// What a head that is away for a day finds with its workers still counts.
constexpr std::chrono::hours permit_life{24};

// What stands behind the last colon.
std::string port_of(const std::string& url) {
  return url.substr(url.rfind(':') + 1);
}

} // namespace

caf::expected<cluster_part> cluster_of(const serve_options& options,
                                       const config::settings& settings) {
  cluster_part out{.settings = settings.cluster,
                   .permits = {},
                   .store = settings.store,
                   .s3 = settings.s3};
  if (!options.cluster.empty())
    out.settings.address = options.cluster;
  if (options.local_slots)
    out.settings.local_slots = *options.local_slots;
  if (out.settings.address.empty())
    return out;
  if (auto refused =
        cluster::check_publishing(out.settings, unix_now() / 1'000))
    return refused;
  const auto beside =
    (std::filesystem::path{settings.store.journal} / "..").lexically_normal();
  auto secret = cluster::permit_secret(beside / secret_file);
  if (!secret)
    return std::move(secret.error());
  out.permits = std::make_shared<task_permits>(std::move(*secret));
  return out;
}

void cluster_part::prepare(actors::head_settings& head) const {
  if (settings.local_slots >= 0)
    head.jobs.slots = static_cast<std::uint32_t>(settings.local_slots);
  head.works = settings.local_slots != 0;
  if (permits == nullptr)
    return;
  head.network = [bundle = settings.bundle](caf::actor_system_config& config) {
    cluster::add_network(config, {.bundle = bundle});
  };
  head.permit = [issuer = permits](const actors::row_task& task) {
    const auto expires =
      unix_now() + std::chrono::milliseconds{permit_life}.count();
    return issuer->issue(task.job, task.lease, expires);
  };
}

caf::expected<std::unique_ptr<cluster::published_head>>
cluster_part::publish(actors::head& head, const std::string& url) const {
  if (permits == nullptr)
    return nullptr;
  cluster::result_places places{.handing_in = settings.upload_url.empty()
                                                ? "port " + port_of(url)
                                                : settings.upload_url,
                                .owner = head.journal_id()};
  if (store.kind == persistence::store_kind::s3) {
    places.bucket = s3;
  } else {
    auto token = persistence::mark_store(store.images, places.owner);
    if (!token)
      return std::move(token.error());
    places.folder = std::filesystem::absolute(store.images);
    places.token = std::move(*token);
  }
  return cluster::published_head::open(
    head.system(), settings, head.dispatcher(), cluster::to_text(places),
    head.directory());
}

std::string
cluster_part::line(const std::unique_ptr<cluster::published_head>& head) const {
  if (head == nullptr)
    return {};
  return "workers join at " + head->where().str()
         + (settings.bundle.empty() ? ", in plain" : ", by certificate") + '\n';
}

} // namespace pixmill::cli
