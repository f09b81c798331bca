#include "imaging/session_niceness.hpp"

#include <cerrno>
#include <charconv>

#include <fcntl.h>
#include <unistd.h>

namespace pixmill::imaging {

session_niceness::~session_niceness() {
  close();
}

void session_niceness::prepare(int niceness) noexcept {
  if (niceness == 0)
    return;
  niceness_ = niceness;
  file_ = ::open("/proc/self/autogroup", O_WRONLY | O_CLOEXEC);
}

void session_niceness::apply() noexcept {
  if (file_ < 0)
    return;
  char text[8];
  const auto end = std::to_chars(text, text + sizeof(text), niceness_).ptr;
  const auto written =
    ::write(file_, text, static_cast<std::size_t>(end - text));
  if (written >= 0 || errno != EAGAIN)
    close();
}

void session_niceness::close() noexcept {
  if (file_ >= 0)
    ::close(file_);
  file_ = -1;
}

} // namespace pixmill::imaging
