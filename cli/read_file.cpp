#include "cli/read_file.hpp"

#include <cerrno>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace pixmill::cli {
namespace {

constexpr std::size_t block_bytes = 256 << 10;

caf::error unreadable(const std::string& path, int reason) {
  return make_error(errc::file_unreadable,
                    path + ": " + std::generic_category().message(reason));
}

class descriptor {
public:
  explicit descriptor(int number) noexcept : number_(number) {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() {
    if (number_ >= 0)
      close(number_);
  }
  int get() const noexcept {
    return number_;
  }

private:
  int number_;
};

} // namespace

caf::error read_file(const std::string& path,
                     const std::function<bool(std::string_view)>& take) {
  const descriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.get() < 0)
    return unreadable(path, errno);
  std::vector<char> block(block_bytes);
  for (;;) {
    const auto count = read(file.get(), block.data(), block.size());
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return unreadable(path, errno);
    if (count == 0 || !take({block.data(), static_cast<std::size_t>(count)}))
      return {};
  }
}

} // namespace pixmill::cli
