#include "config/binding.hpp"
#include "config/schema_parts.hpp"

namespace pixmill::config {
namespace {

using namespace std::chrono_literals;

constexpr std::array table{
  bind<&settings::s3, &net::s3_settings::endpoint>(
    {.section = "store",
     .key = "s3-endpoint",
     .doc = "Of the S3 API; empty: that of AWS in s3-region.",
     .kind = value_kind::text,
     .lowest = 0,
     .highest = 253}),
  bind<&settings::s3, &net::s3_settings::region>(
    {.section = "store",
     .key = "s3-region",
     .doc = "What requests are signed for.",
     .kind = value_kind::text,
     .lowest = 1,
     .highest = 63}),
  bind<&settings::s3, &net::s3_settings::bucket>(
    {.section = "store",
     .key = "s3-bucket",
     .doc = "Name of the bucket; it must exist.",
     .kind = value_kind::text,
     .lowest = 0,
     .highest = 63}),
  bind<&settings::s3, &net::s3_settings::prefix>(
    {.section = "store",
     .key = "s3-prefix",
     .doc = "What the keys of all objects start with.",
     .kind = value_kind::text,
     .lowest = 0,
     .highest = 512}),
  bind<&settings::s3, &net::s3_settings::style>(
    {.section = "store",
     .key = "s3-style",
     .doc = "Whether the bucket stands in the path or in the host.",
     .kind = value_kind::word,
     .words = s3_styles}),
  bind<&settings::s3, &net::s3_settings::access_key>({.section = "store",
                                                      .key = "s3-access-key",
                                                      .doc = "Who we are.",
                                                      .kind = value_kind::text,
                                                      .lowest = 0,
                                                      .highest = 512,
                                                      .secret = true}),
  bind<&settings::s3, &net::s3_settings::secret_key>(
    {.section = "store",
     .key = "s3-secret-key",
     .doc = "What requests are signed with.",
     .kind = value_kind::text,
     .lowest = 0,
     .highest = 512,
     .secret = true}),
  bind<&settings::s3, &net::s3_settings::session_token>(
    {.section = "store",
     .key = "s3-session-token",
     .doc = "Of temporary credentials; empty: none.",
     .kind = value_kind::text,
     .lowest = 0,
     .highest = 8192,
     .secret = true}),
  bind<&settings::s3, &net::s3_settings::encryption>(
    {.section = "store",
     .key = "s3-encryption",
     .doc = "What the API is asked to encrypt objects with.",
     .kind = value_kind::word,
     .words = s3_encryptions}),
  bind<&settings::s3, &net::s3_settings::kms_key>(
    {.section = "store",
     .key = "s3-kms-key",
     .doc = "Key for aws:kms; empty: the default one.",
     .kind = value_kind::text,
     .lowest = 0,
     .highest = 2048}),
  bind<&settings::s3, &net::s3_settings::ca_file>(
    {.section = "store",
     .key = "s3-ca-file",
     .doc = "PEM file of the authorities to trust; empty: the system's.",
     .kind = value_kind::text,
     .lowest = 0,
     .highest = 4095}),
  bind<&settings::s3, &net::s3_settings::multipart_bytes>(
    {.section = "store",
     .key = "s3-multipart-bytes",
     .doc = "A larger object goes up in parts of this size.",
     .kind = value_kind::bytes,
     .lowest = 5ll << 20,
     .highest = 1ll << 30}),
  bind<&settings::s3, &net::s3_settings::max_transfers>(
    {.section = "store",
     .key = "s3-max-transfers",
     .doc = "Images that go up at once.",
     .kind = value_kind::number,
     .lowest = 1,
     .highest = 256}),
  bind<&settings::s3, &net::s3_settings::max_attempts>(
    {.section = "store",
     .key = "s3-max-attempts",
     .doc = "Attempts for a request before the image waits.",
     .kind = value_kind::number,
     .lowest = 1,
     .highest = 20}),
  bind<&settings::s3, &net::s3_settings::first_pause>(
    {.section = "store",
     .key = "s3-first-pause",
     .doc = "First pause before another attempt; doubles, with jitter.",
     .kind = value_kind::duration,
     .lowest = ns(1ms),
     .highest = ns(10s)}),
  bind<&settings::s3, &net::s3_settings::timeout>(
    {.section = "store",
     .key = "s3-timeout",
     .doc = "One attempt at a request.",
     .kind = value_kind::duration,
     .lowest = ns(1s),
     .highest = ns(10min)}),
};

} // namespace

std::span<const setting> s3_schema() noexcept {
  return table;
}

} // namespace pixmill::config
