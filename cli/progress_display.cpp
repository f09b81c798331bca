#include "cli/progress_display.hpp"

#include <ostream>
#include <utility>

namespace pixmill::cli {
namespace {

using std::chrono::steady_clock;

constexpr auto draw_interval = std::chrono::milliseconds{250};
constexpr auto plain_line_interval = std::chrono::seconds{10};

} // namespace

void progress_display::show(const job_counters& counters, std::uint64_t total) {
  const auto now = steady_clock::now();
  meter_.note(now, counters.settled());
  if (quiet_ || now < next_)
    return;
  const auto line = progress_line(counters, total, meter_.per_second());
  if (live_) {
    to_.out << "\r\x1b[2K" << line << std::flush;
    drawn_ = true;
    next_ = now + draw_interval;
  } else {
    if (next_ != steady_clock::time_point{})
      to_.out << line << std::endl;
    next_ = now + plain_line_interval;
  }
}

void progress_display::close() {
  if (std::exchange(drawn_, false))
    to_.out << "\r\x1b[2K" << std::flush;
}

} // namespace pixmill::cli
