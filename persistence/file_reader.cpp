#include "persistence/file_reader.hpp"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "persistence/posix_file.hpp"

namespace pixmill::persistence {
namespace {

class file_reader final : public object_reader {
public:
  file_reader(file_descriptor file, std::uint64_t size,
              std::filesystem::path path)
      : file_{std::move(file)}, size_{size}, path_{std::move(path)} {
    // nop
  }

  std::uint64_t size() const noexcept override {
    return size_;
  }

  caf::expected<caf::unit_t> read(std::uint64_t offset,
                                  std::span<char> to) const override {
    while (!to.empty()) {
      const auto got =
        ::pread(file_.get(), to.data(), to.size(), static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR)
        continue;
      if (got == 0)
        errno = EIO; // It was cut while it was read.
      if (got <= 0)
        return file_error(errno, "read", path_);
      offset += static_cast<std::uint64_t>(got);
      to = to.subspan(static_cast<std::size_t>(got));
    }
    return caf::unit;
  }

private:
  file_descriptor file_;
  std::uint64_t size_;
  std::filesystem::path path_;
};

} // namespace

caf::expected<std::unique_ptr<object_reader>>
open_file(const std::filesystem::path& path) {
  file_descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  struct stat found {};
  if (!file || ::fstat(file.get(), &found) != 0)
    return file_error(errno, "open", path);
  return std::unique_ptr<object_reader>{std::make_unique<file_reader>(
    std::move(file), static_cast<std::uint64_t>(found.st_size), path)};
}

} // namespace pixmill::persistence
