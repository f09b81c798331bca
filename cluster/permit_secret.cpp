#include "cluster/permit_secret.hpp"

#include <array>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <openssl/rand.h>

#include "model/errc.hpp"
#include "persistence/posix_file.hpp"

namespace pixmill::cluster {
namespace {

constexpr std::size_t secret_bytes = 32;

std::string random_hex() {
  std::array<unsigned char, secret_bytes> bytes{};
  RAND_bytes(bytes.data(), static_cast<int>(bytes.size()));
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const auto byte : bytes)
    (out += digits[byte >> 4]) += digits[byte & 15];
  return out;
}

} // namespace

caf::expected<std::string> permit_secret(const std::filesystem::path& file) {
  const auto failed = [&file](errc code, int number) {
    return make_error(code, file.string() + ": "
                              + std::generic_category().message(number));
  };
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored))
    if (const auto number = persistence::write_private(file, random_hex());
        number != 0)
      return failed(errc::file_unwritable, number);
  auto text = persistence::read_all(AT_FDCWD, file.c_str());
  if (!text)
    return failed(errc::file_unreadable, errno);
  if (text->size() < 2 * secret_bytes)
    return make_error(
      errc::file_unreadable,
      file.string() + ": it is cut short; remove it, and a new one is made");
  return std::move(*text);
}

} // namespace pixmill::cluster
