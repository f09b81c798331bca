#include "cli/version.hpp"

#include <array>
#include <ostream>
#include <string>
#include <string_view>

#include <caf/config.hpp>
#include <nlohmann/json.hpp>

#include "cli/exit_code.hpp"

namespace pixmill::cli {
namespace {

struct library {
  std::string_view name;
  std::string_view version;
};

// Said by the build, which found the libraries: this layer may not include
// their headers. CAF alone is asked, since it ships no package description.
constexpr std::array libraries{
  library{"ImageMagick", PIXMILL_MAGICK_VERSION},
  library{"OpenSSL", PIXMILL_OPENSSL_VERSION},
  library{"RocksDB", PIXMILL_ROCKSDB_VERSION},
  library{"curl", PIXMILL_CURL_VERSION},
  library{"libavif", PIXMILL_AVIF_VERSION},
  library{"libdeflate", PIXMILL_DEFLATE_VERSION},
  library{"libimagequant", PIXMILL_IMAGEQUANT_VERSION},
  library{"libjpeg-turbo", PIXMILL_JPEG_VERSION},
  library{"libspng", PIXMILL_SPNG_VERSION},
  library{"libwebp", PIXMILL_WEBP_VERSION},
};

std::string caf_version() {
  constexpr int number = CAF_VERSION; // 1706 is 0.17.6.
  return std::to_string(number / 10'000) + "."
         + std::to_string(number / 100 % 100) + "."
         + std::to_string(number % 100);
}

} // namespace

int version(const version_options& options, const terminal& to) {
  if (options.json) {
    nlohmann::ordered_json out{{"version", PIXMILL_VERSION},
                               {"build_type", PIXMILL_BUILD_TYPE},
                               {"compiler", PIXMILL_COMPILER}};
    out["libraries"]["CAF"] = caf_version();
    for (const auto& each : libraries)
      out["libraries"][std::string{each.name}] = each.version;
    to.out << out.dump(2) << '\n';
    return exit_ok;
  }
  to.out << "pixmill " PIXMILL_VERSION " (" PIXMILL_BUILD_TYPE
            ", " PIXMILL_COMPILER ")\n"
            "CAF "
         << caf_version();
  for (const auto& each : libraries)
    to.out << ", " << each.name << ' ' << each.version;
  to.out << '\n';
  return exit_ok;
}

} // namespace pixmill::cli
