#include "http/spool.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace pixmill::http {

namespace {

/// Opens a file that nobody else can see; -1 if that fails.
int open_nameless(const std::string& directory) {
  const auto file =
    ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
    return file;
  // A file system without O_TMPFILE, such as overlays of old kernels.
  auto path = directory + "/pixmill-body-XXXXXX";
  const auto named = ::mkostemp(path.data(), O_CLOEXEC);
  if (named >= 0)
    ::unlink(path.c_str());
  return named;
}

} // namespace

bool byte_budget::try_take(std::uint64_t bytes) noexcept {
  auto used = used_.load(std::memory_order_relaxed);
  do {
    if (bytes > limit_ || used > limit_ - bytes)
      return false;
  } while (!used_.compare_exchange_weak(used, used + bytes,
                                        std::memory_order_relaxed));
  return true;
}

void byte_budget::give_back(std::uint64_t bytes) noexcept {
  used_.fetch_sub(bytes, std::memory_order_relaxed);
}

bool budget_share::resize(std::uint64_t bytes) noexcept {
  if (bytes > size_ && !budget_->try_take(bytes - size_))
    return false;
  if (bytes < size_)
    budget_->give_back(size_ - bytes);
  size_ = bytes;
  return true;
}

spool::spool(spool_room& room)
    : room_{room}, memory_share_{room.memory}, disk_share_{room.disk} {}

spool::~spool() {
  if (file_ >= 0)
    ::close(file_);
}

spool_state spool::append(std::string_view bytes) {
  const auto wanted = memory_.size() + bytes.size();
  if (file_ < 0 && wanted <= room_.above && memory_share_.resize(wanted)) {
    memory_.append(bytes);
    size_ += bytes.size();
    return spool_state::stored;
  }
  if (file_ < 0)
    if (const auto state = move_to_file(); state != spool_state::stored)
      return state;
  return append_to_file(bytes);
}

spool_state spool::move_to_file() {
  file_ = open_nameless(room_.directory);
  if (file_ < 0)
    return spool_state::disk_full;
  size_ = 0;
  const auto state = append_to_file(memory_);
  memory_ = {};
  memory_share_.resize(0);
  return state;
}

spool_state spool::append_to_file(std::string_view bytes) {
  if (!disk_share_.resize(size_ + bytes.size()))
    return spool_state::no_room;
  while (!bytes.empty()) {
    const auto written =
      ::pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(size_));
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return spool_state::disk_full;
    size_ += static_cast<std::uint64_t>(written);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return spool_state::stored;
}

std::ptrdiff_t spool::read(char* to, std::size_t length) {
  length =
    static_cast<std::size_t>(std::min<std::uint64_t>(length, size_ - read_));
  if (length == 0)
    return 0;
  if (file_ < 0) {
    std::memcpy(to, memory_.data() + read_, length);
    read_ += length;
    return static_cast<std::ptrdiff_t>(length);
  }
  ssize_t got = 0;
  do
    got = ::pread(file_, to, length, static_cast<off_t>(read_));
  while (got < 0 && errno == EINTR);
  if (got <= 0)
    return -1;
  read_ += static_cast<std::uint64_t>(got);
  return got;
}

} // namespace pixmill::http
