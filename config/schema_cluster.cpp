#include "config/binding.hpp"
#include "config/schema_parts.hpp"

namespace pixmill::config {
namespace {

using namespace std::chrono_literals;

bool is_label(const std::string& text) {
  return !text.empty() && text.size() <= 63
         && std::all_of(text.begin(), text.end(), [](char c) {
              return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
                     || (c >= '0' && c <= '9') || c == '-' || c == '_'
                     || c == '.' || c == '=';
            });
}

constexpr std::array table{
  bind<&settings::cluster, &cluster::cluster_settings::address>(
    {.section = "cluster",
     .key = "address",
     .doc = "ADDRESS:PORT that workers join a head at; empty: none.",
     .kind = value_kind::text,
     .lowest = 0,
     .highest = 260}),
  bind<&settings::cluster, &cluster::cluster_settings::bundle>(
    {.section = "cluster",
     .key = "bundle",
     .doc = "This node's certificate, key and CA in one PEM file.",
     .kind = value_kind::text,
     .lowest = 0,
     .highest = 4'095}),
  bind<&settings::cluster, &cluster::cluster_settings::local_slots>(
    {.section = "cluster",
     .key = "local-slots",
     .doc = "Images under way in the head; -1: as [jobs] slots; 0: none.",
     .kind = value_kind::number,
     .lowest = -1,
     .highest = 65'536}),
  bind<&settings::cluster, &cluster::cluster_settings::upload_url>(
    {.section = "cluster",
     .key = "upload-url",
     .doc = "Where workers hand results in; empty: the head's HTTP port.",
     .kind = value_kind::text,
     .lowest = 0,
     .highest = 2'000}),
  bind<&settings::cluster, &cluster::cluster_settings::direct>(
    {.section = "cluster",
     .key = "direct",
     .doc = "Whether a worker writes to the head's store itself.",
     .kind = value_kind::toggle}),
  bind<&settings::cluster, &cluster::cluster_settings::shared_images>(
    {.section = "cluster",
     .key = "shared-images",
     .doc = "The head's folder of images, as a worker sees it.",
     .kind = value_kind::text,
     .lowest = 0,
     .highest = 4'095}),
  bind<&settings::cluster, &cluster::cluster_settings::drain_deadline>(
    {.section = "cluster",
     .key = "drain-deadline",
     .doc = "How long a worker that is to end waits for its work.",
     .kind = value_kind::duration,
     .highest = ns(60min)}),
  bind<&settings::cluster, &cluster::cluster_settings::labels>(
    {.section = "cluster",
     .key = "labels",
     .doc = "What a worker tells of itself, for people.",
     .kind = value_kind::texts,
     .lowest = 0,
     .highest = 32,
     .member_name = "1 to 63 letters, digits, -, _, . and =",
     .member_valid = is_label}),
};

} // namespace

std::span<const setting> cluster_schema() noexcept {
  return table;
}

} // namespace pixmill::config
