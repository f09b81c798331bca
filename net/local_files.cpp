#include "net/local_files.hpp"

#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/errc.hpp"

namespace pixmill::net {
namespace {

// A bound only: memory that is released wakes the thread.
constexpr std::chrono::milliseconds starving_wait{50};

class descriptor {
public:
  explicit descriptor(int fd) : fd_(fd) {}
  ~descriptor() {
    if (fd_ >= 0)
      close(fd_);
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;

  int get() const noexcept {
    return fd_;
  }

private:
  int fd_;
};

failure made(errc code, std::string detail) {
  return {.code = code, .http_status = 0, .detail = std::move(detail)};
}

failure system_failure(errc code, const std::string& path) {
  return made(code, path + ": " + std::generic_category().message(errno));
}

// Reads at most `size` bytes, fewer when the file has become shorter.
bool read_all(int fd, std::string& out, std::size_t size) {
  out.resize(size);
  std::size_t have = 0;
  while (have < size) {
    const auto got = ::read(fd, out.data() + have, size - have);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return false;
    if (got == 0)
      break;
    have += static_cast<std::size_t>(got);
  }
  out.resize(have);
  return true;
}

} // namespace

local_files::local_files(std::uint64_t max_bytes,
                         std::shared_ptr<memory_budget> budget)
    : max_bytes_(max_bytes), budget_(std::move(budget)) {
  on_release_ = budget_->subscribe(starving_, [this] {
    const std::lock_guard lock{mutex_};
    released_ = true;
    changed_.notify_one();
  });
  thread_ = std::thread{[this] { run(); }};
}

local_files::~local_files() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

fetcher::ticket local_files::start(fetch_order order, callback done) {
  const std::lock_guard lock{mutex_};
  waiting_.push_back({++last_ticket_, std::move(order.url), std::move(done)});
  changed_.notify_one();
  return last_ticket_;
}

void local_files::cancel(ticket which) {
  const std::lock_guard lock{mutex_};
  if (which == current_) {
    current_canceled_ = true;
    changed_.notify_one();
    return;
  }
  for (auto i = waiting_.begin(); i != waiting_.end(); ++i) {
    if (i->id != which)
      continue;
    // Answered next, by the thread: callbacks run there only.
    auto what = std::move(*i);
    waiting_.erase(i);
    what.canceled = true;
    waiting_.push_front(std::move(what));
    return;
  }
}

void local_files::run() {
  while (true) {
    request next;
    {
      std::unique_lock lock{mutex_};
      changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      if (waiting_.empty())
        return;
      next = std::move(waiting_.front());
      waiting_.pop_front();
      next.canceled = next.canceled || stopping_;
      current_ = next.id;
      current_canceled_ = false;
    }
    download result;
    if (next.canceled)
      result.why.code = errc::canceled;
    else
      result = read(next.path);
    next.done(std::move(result));
  }
}

download local_files::read(const std::string& path) {
  const auto began = std::chrono::steady_clock::now();
  download result;
  // Non-blocking, or opening a FIFO would wait for its writer.
  const descriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  struct stat about {};
  if (file.get() < 0 || fstat(file.get(), &about) != 0) {
    result.why = system_failure(errc::url_invalid, path);
    return result;
  }
  const auto size = static_cast<std::uint64_t>(about.st_size);
  if (!S_ISREG(about.st_mode))
    result.why = made(errc::url_invalid, path + ": not a regular file");
  else if (size > max_bytes_)
    result.why =
      made(errc::too_large,
           path + ": larger than " + std::to_string(max_bytes_) + " bytes");
  else if (size == 0)
    result.why = made(errc::empty_body, path + ": empty");
  else if (!charge(size))
    result.why.code = errc::canceled;
  if (result.why)
    return result;
  std::string body;
  if (read_all(file.get(), body, size)) {
    result.body = budget_->lend(std::move(body), size);
  } else {
    result.why = system_failure(errc::truncated, path);
    budget_->give_back(size);
  }
  result.took = std::chrono::duration_cast<std::chrono::milliseconds>(
    std::chrono::steady_clock::now() - began);
  return result;
}

// Waits for the budget; false when the request is to end meanwhile.
bool local_files::charge(std::uint64_t bytes) {
  std::unique_lock lock{mutex_};
  const auto given_up = [this] { return stopping_ || current_canceled_; };
  starving_ = true;
  while (!given_up() && !budget_->try_charge(bytes)) {
    changed_.wait_for(lock, starving_wait,
                      [&] { return given_up() || released_; });
    released_ = false;
  }
  starving_ = false;
  return !given_up();
}

} // namespace pixmill::net
