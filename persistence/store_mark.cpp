#include "persistence/store_mark.hpp"

#include <cerrno>
#include <random>
#include <span>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/errc.hpp"
#include "persistence/posix_file.hpp"

namespace pixmill::persistence {
namespace {

namespace fs = std::filesystem;

constexpr int token_digits = 32;

fs::path mark_of(const fs::path& folder, const std::string& owner) {
  return folder / (".pixmill-head-" + owner);
}

// @param number Of the file: a shared file system tells all nodes the same.
std::string token_of(ino_t number, std::string_view bits) {
  return std::string{bits} + '.' + std::to_string(number);
}

std::string random_bits() {
  std::random_device entropy;
  std::string out;
  for (int i = 0; i < token_digits; ++i)
    out += "0123456789abcdef"[entropy() & 15];
  return out;
}

} // namespace

caf::expected<std::string> mark_store(const fs::path& folder,
                                      const std::string& owner) {
  const auto bits = random_bits();
  const auto path = mark_of(folder, owner);
  const auto scratch = path.string() + ".new";
  const std::span bytes{reinterpret_cast<const std::uint8_t*>(bits.data()),
                        bits.size()};
  struct stat found {};
  const file_descriptor out{
    ::open(scratch.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)};
  if (!out || ::fstat(out.get(), &found) != 0 || !write_all(out.get(), bytes)
      || ::fsync(out.get()) != 0
      || ::rename(scratch.c_str(), path.c_str()) != 0)
    return make_error(errc::file_unwritable,
                      path.string() + ": "
                        + std::generic_category().message(errno));
  return token_of(found.st_ino, bits);
}

bool bears_mark(const fs::path& folder, const std::string& owner,
                const std::string& token) {
  // What comes over the network must not lead out of the folder.
  if (owner.empty() || owner.find('/') != owner.npos)
    return false;
  const auto path = mark_of(folder, owner);
  const auto bits = read_all(AT_FDCWD, path.c_str());
  struct stat found {};
  return bits && ::stat(path.c_str(), &found) == 0
         && token_of(found.st_ino, *bits) == token;
}

} // namespace pixmill::persistence
