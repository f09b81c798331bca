#include "cli/bucket_check.hpp"

#include <algorithm>
#include <chrono>
#include <string>

#include "model/errc.hpp"
#include "model/job.hpp"
#include "model/sha256.hpp"
#include "net/s3_bucket.hpp"

namespace pixmill::cli {
namespace {

using std::chrono::steady_clock;

constexpr std::string_view content = "Pixmill was here; remove me.\n";

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// Whoever looks waits for an answer, not for better times.
net::s3_settings impatient(net::s3_settings settings) {
  settings.max_attempts = 1;
  settings.timeout =
    std::min(settings.timeout, std::chrono::milliseconds{10'000});
  return settings;
}

// Does what a head does with a bucket.
caf::expected<caf::unit_t> use(net::s3_bucket& bucket, const std::string& key) {
  if (auto put =
        bucket.put(key, bytes_of(content), sha256_of(content), "text/plain");
      !put)
    return put;
  const auto listed = bucket.list(key);
  if (!listed)
    return listed.error();
  const auto got = bucket.get(key);
  if (!got)
    return got.error();
  if (listed->keys.empty() || *got != content)
    return make_error(errc::store,
                      bucket.name_of(key) + ": not what was just stored");
  return bucket.remove(key);
}

} // namespace

finding check_bucket(const net::s3_settings& settings) {
  const auto begin = steady_clock::now();
  auto bucket = net::s3_bucket::open(impatient(settings));
  const auto key = settings.prefix + new_id("doctor_", unix_now());
  const auto used =
    bucket ? use(**bucket, key) : caf::expected<caf::unit_t>{bucket.error()};
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
    steady_clock::now() - begin);
  if (used)
    return {.subject = "images",
            .how = finding::grade::ok,
            .detail = "bucket " + settings.bucket
                      + ": written, listed, read "
                        "and removed in "
                      + std::to_string(took.count()) + " ms",
            .remedy = {}};
  return {.subject = "images",
          .how = finding::grade::fail,
          .detail = context_of(used.error()),
          .remedy = "images wait until the bucket can be used; see the keys "
                    "s3-... of [store]"};
}

} // namespace pixmill::cli
