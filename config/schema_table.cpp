#include "config/binding.hpp"
#include "config/schema_parts.hpp"
#include "http/caller_check.hpp"
#include "model/target.hpp"
#include "net/address_guard.hpp"

namespace pixmill::config {
namespace {

using namespace std::chrono_literals;

bool is_format(const std::string& text) {
  const auto which = format_choice_from(text);
  return which && *which != format_choice::keep
         && *which != format_choice::automatic;
}

constexpr std::array table{
  bind<&settings::scheduler, &actors::scheduler_settings::max_threads>(
    {.section = "scheduler",
     .key = "max-threads",
     .doc = "Threads that run actors; no image is worked on in them.",
     .kind = value_kind::number,
     .lowest = 1,
     .highest = 256}),
  bind<&settings::scheduler, &actors::scheduler_settings::max_throughput>(
    {.section = "scheduler",
     .key = "max-throughput",
     .doc = "Messages one actor handles before another gets its turn.",
     .kind = value_kind::number,
     .lowest = 1,
     .highest = 100'000}),
  bind<&settings::jobs, &actors::job_settings::max_running>(
    {.section = "jobs",
     .key = "max-running",
     .doc = "Jobs that run at once; further ones wait.",
     .kind = value_kind::number,
     .lowest = 1,
     .highest = 1'000}),
  bind<&settings::jobs, &actors::job_settings::max_queued>(
    {.section = "jobs",
     .key = "max-queued",
     .doc = "Accepted jobs that wait; above it submissions are refused.",
     .kind = value_kind::number,
     .lowest = 1,
     .highest = 1'000'000}),
  bind<&settings::jobs, &actors::job_settings::max_queued_per_tenant>(
    {.section = "jobs",
     .key = "max-queued-per-tenant",
     .doc = "Of these, jobs of one tenant; 0: no limit of its own.",
     .kind = value_kind::number,
     .lowest = 0,
     .highest = 1'000'000}),
  bind<&settings::jobs, &actors::job_settings::slots>(
    {.section = "jobs",
     .key = "slots",
     .doc = "Images under way on this node; 0: 16 for each core.",
     .kind = value_kind::number,
     .lowest = 0,
     .highest = 65'536}),
  bind<&settings::jobs, &actors::job_settings::rows_ahead>(
    {.section = "jobs",
     .key = "rows-ahead",
     .doc = "Rows a job reads ahead of those handed out.",
     .kind = value_kind::number,
     .lowest = 1,
     .highest = 100'000}),
  bind<&settings::jobs, &actors::job_settings::slice>(
    {.section = "jobs",
     .key = "slice",
     .doc = "Most images of one row handed out at once.",
     .kind = value_kind::number,
     .lowest = 1,
     .highest = 10'000}),
  bind<&settings::jobs, &actors::job_settings::item_timeout>(
    {.section = "jobs",
     .key = "item-timeout",
     .doc = "One image from its first attempt to its last, pauses included.",
     .kind = value_kind::duration,
     .lowest = ns(1s),
     .highest = ns(24h)}),
  bind<&settings::jobs, &actors::job_settings::short_pause>(
    {.section = "jobs",
     .key = "short-pause",
     .doc = "Longest pause that is waited out on the node.",
     .kind = value_kind::duration,
     .highest = ns(1min)}),
  bind<&settings::jobs, &actors::job_settings::lease_timeout>(
    {.section = "jobs",
     .key = "lease-timeout",
     .doc = "A node silent for this long has lost its work.",
     .kind = value_kind::duration,
     .lowest = ns(1s),
     .highest = ns(10min)}),
  bind<&settings::jobs, &actors::job_settings::straggler_after>(
    {.section = "jobs",
     .key = "straggler-after",
     .doc = "Age at which the last images go to a second machine as well.",
     .kind = value_kind::duration,
     .lowest = ns(100ms),
     .highest = ns(60min)}),
  bind<&settings::jobs, &actors::job_settings::default_floor_ssim_ppm>(
    {.section = "jobs",
     .key = "default-floor-ssim-ppm",
     .doc = "Lowest luma SSIM, in millionths, where the job names none.",
     .kind = value_kind::number,
     .lowest = 0,
     .highest = 1'000'000}),
  bind<&settings::jobs, &actors::job_settings::keep>(
    {.section = "jobs",
     .key = "keep",
     .doc = "How long a settled job and its files are kept; 0s: for ever.",
     .kind = value_kind::duration,
     .highest = ns(24h * 3'650)}),
  bind<&settings::jobs, &actors::job_settings::node_name>(
    {.section = "jobs",
     .key = "node-name",
     .doc = "This node's name in reports; empty: the host's name.",
     .kind = value_kind::text,
     .lowest = 0,
     .highest = 253}),
  bind<&settings::fetch, &net::fetch_settings::max_transfers>(
    {.section = "fetch",
     .key = "max-transfers",
     .doc = "Transfers at once.",
     .kind = value_kind::number,
     .lowest = 1,
     .highest = 4'096}),
  bind<&settings::fetch, &net::fetch_settings::per_origin>(
    {.section = "fetch",
     .key = "per-origin",
     .doc = "Transfers at once from one origin, of all nodes together.",
     .kind = value_kind::number,
     .lowest = 1,
     .highest = 256}),
  bind<&settings::fetch, &net::fetch_settings::max_bytes>(
    {.section = "fetch",
     .key = "max-bytes",
     .doc = "Largest image file.",
     .kind = value_kind::bytes,
     .lowest = 1'024,
     .highest = 1ll << 30}),
  bind<&settings::fetch, &net::fetch_settings::memory_budget>(
    {.section = "fetch",
     .key = "memory-budget",
     .doc = "Image files held in memory at once.",
     .kind = value_kind::bytes,
     .lowest = 1ll << 20,
     .highest = 1ll << 40}),
  bind<&settings::fetch, &net::fetch_settings::connect_timeout>(
    {.section = "fetch",
     .key = "connect-timeout",
     .doc = "Name, address and TLS handshake.",
     .kind = value_kind::duration,
     .lowest = ns(100ms),
     .highest = ns(10min)}),
  bind<&settings::fetch, &net::fetch_settings::total_timeout>(
    {.section = "fetch",
     .key = "total-timeout",
     .doc = "One whole transfer, redirects included.",
     .kind = value_kind::duration,
     .lowest = ns(100ms),
     .highest = ns(1h)}),
  bind<&settings::fetch, &net::fetch_settings::low_speed_time>(
    {.section = "fetch",
     .key = "low-speed-time",
     .doc = "A transfer slower than low-speed-bytes for this long fails.",
     .kind = value_kind::duration,
     .lowest = ns(1s),
     .highest = ns(10min)}),
  bind<&settings::fetch, &net::fetch_settings::low_speed_bytes>(
    {.section = "fetch",
     .key = "low-speed-bytes",
     .doc = "Bytes a second; 0: any speed will do.",
     .kind = value_kind::bytes,
     .lowest = 0,
     .highest = 1ll << 30}),
  bind<&settings::fetch, &net::fetch_settings::max_redirects>(
    {.section = "fetch",
     .key = "max-redirects",
     .doc = "Redirects that one transfer follows.",
     .kind = value_kind::number,
     .lowest = 0,
     .highest = 20}),
  bind<&settings::fetch, &net::fetch_settings::allow_ports>(
    {.section = "fetch",
     .key = "allow-ports",
     .doc = "Ports to connect to besides 80 and 443.",
     .kind = value_kind::numbers,
     .lowest = 1,
     .highest = 65'535}),
  bind<&settings::fetch, &net::fetch_settings::allow_cidrs>(
    {.section = "fetch",
     .key = "allow-cidrs",
     .doc = "Address ranges to reach although they are not public.",
     .kind = value_kind::texts,
     .member_name = "an address range such as 10.0.0.0/8",
     .member_valid = is_cidr}),
  bind<&settings::fetch, &net::fetch_settings::ca_file>(
    {.section = "fetch",
     .key = "ca-file",
     .doc = "PEM file of the authorities to trust; empty: the system's.",
     .kind = value_kind::text,
     .lowest = 0,
     .highest = 4'095}),
  bind<&settings::fetch, &net::fetch_settings::max_attempts>(
    {.section = "fetch",
     .key = "max-attempts",
     .doc = "Attempts in all for one image that fails transiently.",
     .kind = value_kind::number,
     .lowest = 1,
     .highest = 20}),
  bind<&settings::fetch, &net::fetch_settings::first_pause>(
    {.section = "fetch",
     .key = "first-pause",
     .doc = "First pause before another attempt; doubles, with jitter.",
     .kind = value_kind::duration,
     .lowest = ns(1ms),
     .highest = ns(5min)}),
  bind<&settings::fetch, &net::fetch_settings::longest_pause>(
    {.section = "fetch",
     .key = "longest-pause",
     .doc = "No pause is longer, unless the origin asks for it.",
     .kind = value_kind::duration,
     .lowest = ns(1ms),
     .highest = ns(1h)}),
  bind<&settings::fetch, &net::fetch_settings::longest_retry_after>(
    {.section = "fetch",
     .key = "longest-retry-after",
     .doc = "A Retry-After beyond this counts as this.",
     .kind = value_kind::duration,
     .highest = ns(1h)}),
  bind<&settings::imaging, &imaging::imaging_settings::mode>(
    {.section = "imaging",
     .key = "mode",
     .doc = "How hard to look for the best JPEG of so many bytes.",
     .kind = value_kind::word,
     .words = compress_efforts}),
  bind<&settings::imaging, &imaging::imaging_settings::processes>(
    {.section = "imaging",
     .key = "processes",
     .doc = "Codec processes; 0: one for each core.",
     .kind = value_kind::number,
     .lowest = 0,
     .highest = 256}),
  bind<&settings::imaging, &imaging::imaging_settings::max_pixels>(
    {.section = "imaging",
     .key = "max-pixels",
     .doc = "Largest picture, width x height, over all frames.",
     .kind = value_kind::number,
     .lowest = 1,
     .highest = 2'000'000'000}),
  bind<&settings::imaging, &imaging::imaging_settings::max_side>(
    {.section = "imaging",
     .key = "max-side",
     .doc = "Longest width or height, pixels.",
     .kind = value_kind::number,
     .lowest = 1,
     .highest = 65'535}),
  bind<&settings::imaging, &imaging::imaging_settings::max_frames>(
    {.section = "imaging",
     .key = "max-frames",
     .doc = "Most frames of an animation.",
     .kind = value_kind::number,
     .lowest = 1,
     .highest = 100'000}),
  bind<&settings::imaging, &imaging::imaging_settings::timeout>(
    {.section = "imaging",
     .key = "timeout",
     .doc = "One image in a codec process; then the process is killed.",
     .kind = value_kind::duration,
     .lowest = ns(100ms),
     .highest = ns(10min)}),
  bind<&settings::imaging, &imaging::imaging_settings::memory_limit>(
    {.section = "imaging",
     .key = "memory-limit",
     .doc = "Address space of one codec process.",
     .kind = value_kind::bytes,
     .lowest = 1ll << 28,
     .highest = 1ll << 36}),
  bind<&settings::imaging, &imaging::imaging_settings::recycle_after>(
    {.section = "imaging",
     .key = "recycle-after",
     .doc = "Images after which a codec process is replaced.",
     .kind = value_kind::number,
     .lowest = 1,
     .highest = 1'000'000'000}),
  bind<&settings::imaging, &imaging::imaging_settings::nice>(
    {.section = "imaging",
     .key = "nice",
     .doc = "Niceness of codec processes.",
     .kind = value_kind::number,
     .lowest = 0,
     .highest = 19}),
  bind<&settings::imaging, &imaging::imaging_settings::leave_formats>(
    {.section = "imaging",
     .key = "leave-formats",
     .doc = "Formats that this node leaves to others when a job asks for one.",
     .kind = value_kind::texts,
     .lowest = 0,
     .highest = 4,
     .member_name = "jpeg, png, webp or avif",
     .member_valid = is_format}),
  bind<&settings::store, &persistence::store_settings::journal>(
    {.section = "store",
     .key = "journal",
     .doc = "Folder of the journal.",
     .kind = value_kind::text,
     .lowest = 1,
     .highest = 4'095}),
  bind<&settings::store, &persistence::store_settings::kind>(
    {.section = "store",
     .key = "kind",
     .doc = "Where images are stored: a directory or a bucket.",
     .kind = value_kind::word,
     .words = store_kinds}),
  bind<&settings::store, &persistence::store_settings::images>(
    {.section = "store",
     .key = "images",
     .doc = "Folder of the stored images of kind local.",
     .kind = value_kind::text,
     .lowest = 1,
     .highest = 4'095}),
  bind<&settings::store, &persistence::store_settings::commit_outcomes>(
    {.section = "store",
     .key = "commit-outcomes",
     .doc = "A commit waits for this many outcomes ...",
     .kind = value_kind::number,
     .lowest = 1,
     .highest = 10'000}),
  bind<&settings::store, &persistence::store_settings::commit_interval>(
    {.section = "store",
     .key = "commit-interval",
     .doc = "... or for this long, whichever is first.",
     .kind = value_kind::duration,
     .highest = ns(1s)}),
  bind<&settings::http, &http::service_settings::address>(
    {.section = "http",
     .key = "address",
     .doc = "Address to listen on; without tokens one of loopback.",
     .kind = value_kind::text,
     .lowest = 1,
     .highest = 253}),
  bind<&settings::http, &http::service_settings::port>(
    {.section = "http",
     .key = "port",
     .doc = "Port to listen on; 0: any that is free.",
     .kind = value_kind::number,
     .lowest = 0,
     .highest = 65'535}),
  bind<&settings::http, &http::service_settings::public_url>(
    {.section = "http",
     .key = "public-url",
     .doc = "What output URLs start with; empty: http://ADDRESS:PORT.",
     .kind = value_kind::text,
     .lowest = 0,
     .highest = 2'000}),
  bind<&settings::http, &http::service_settings::drain_delay>(
    {.section = "http",
     .key = "drain-delay",
     .doc = "From the signal to end to the end of listening.",
     .kind = value_kind::duration,
     .highest = ns(10min)}),
  bind<&settings::http, &http::service_settings::max_csv_bytes>(
    {.section = "http",
     .key = "max-csv-bytes",
     .doc = "Largest CSV of one submission, bytes as sent.",
     .kind = value_kind::number,
     .lowest = 1'024,
     .highest = std::int64_t{1} << 40}),
  bind<&settings::http, &http::service_settings::compat>(
    {.section = "http",
     .key = "compat",
     .doc = "Serve /upload, /status/{id} and /download/{id} too.",
     .kind = value_kind::toggle}),
  bind<&settings::http, &http::service_settings::private_files>(
    {.section = "http",
     .key = "private-files",
     .doc = "Images need a token with scope read, too.",
     .kind = value_kind::toggle}),
  bind<&settings::http, &http::service_settings::max_submissions>(
    {.section = "http",
     .key = "max-submissions",
     .doc = "Submissions that are taken in at once; above it 503.",
     .kind = value_kind::number,
     .lowest = 1,
     .highest = 1'024}),
  bind<&settings::http, &http::service_settings::rate_limit>(
    {.section = "http",
     .key = "rate-limit",
     .doc = "Requests a second of one token; 0: any number.",
     .kind = value_kind::number,
     .lowest = 0,
     .highest = 1'000'000}),
  bind<&settings::http, &http::service_settings::rate_burst>(
    {.section = "http",
     .key = "rate-burst",
     .doc = "Requests that one token may make at once, after a pause.",
     .kind = value_kind::number,
     .lowest = 1,
     .highest = 1'000'000}),
  bind<&settings::http, &http::service_settings::cors_origins>(
    {.section = "http",
     .key = "cors-origins",
     .doc = "Origins whose pages may ask.",
     .kind = value_kind::texts,
     .member_name = "an origin such as https://admin.shop.example",
     .member_valid = http::is_origin}),
  bind<&settings::gate, &http::gate_settings::max_connections>(
    {.section = "http",
     .key = "max-connections",
     .doc = "Connections at once; above it the longest idle one is closed.",
     .kind = value_kind::number,
     .lowest = 16,
     .highest = 1'000'000}),
  bind<&settings::gate, &http::gate_settings::worker_threads>(
    {.section = "http",
     .key = "worker-threads",
     .doc = "Requests that are answered at once.",
     .kind = value_kind::number,
     .lowest = 1,
     .highest = 1'024}),
  bind<&settings::gate, &http::gate_settings::stream_threads>(
    {.section = "http",
     .key = "stream-threads",
     .doc = "Long polls at once.",
     .kind = value_kind::number,
     .lowest = 1,
     .highest = 4'096}),
  bind<&settings::gate, &http::gate_settings::spool_directory>(
    {.section = "http",
     .key = "spool-folder",
     .doc = "Where bodies over 1 MiB wait until they are whole.",
     .kind = value_kind::text,
     .lowest = 1,
     .highest = 4'095}),
};

} // namespace

bool is_cidr(const std::string& text) {
  return static_cast<bool>(net::ip_range::parse(text));
}

std::span<const setting> main_schema() noexcept {
  return table;
}

} // namespace pixmill::config
