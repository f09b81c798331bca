#include "persistence/store_owners.hpp"

#include <algorithm>
#include <cerrno>
#include <span>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "model/errc.hpp"

namespace pixmill::persistence {
namespace {

namespace fs = std::filesystem;

caf::error unwritable(const fs::path& path) {
  return make_error(errc::file_unwritable,
                    path.string() + ": "
                      + std::generic_category().message(errno));
}

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

} // namespace

store_owners::store_owners(fs::path folder, std::string id)
    : folder_{std::move(folder)}, id_{std::move(id)} {}

fs::path store_owners::file() const {
  return folder_ / ".pixmill-owners";
}

// Images stand in folders with names of two digits.
bool store_owners::has_images() const {
  std::error_code failed;
  const fs::directory_iterator entries{folder_, failed};
  return std::any_of(begin(entries), end(entries), [&](const auto& entry) {
    return entry.path().filename().string().size() == 2
           && !fs::is_empty(entry.path(), failed);
  });
}

caf::expected<caf::unit_t> store_owners::claim(bool journal_is_new) const {
  const file_descriptor out{
    ::open(file().c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666)};
  if (!out || ::flock(out.get(), LOCK_EX) != 0)
    return unwritable(file());
  const auto known = read_all(AT_FDCWD, file().c_str());
  if (!known)
    return unwritable(file());
  if (known->find(id_ + "\n") != known->npos)
    return caf::unit;
  std::string more;
  if (known->empty() && journal_is_new && has_images())
    more = "unknown\n";
  // A line that a crash has cut off is somebody's.
  if (!known->empty() && !known->ends_with('\n'))
    more = "\n";
  more += id_ + "\n";
  if (!write_all(out.get(), bytes_of(more)) || ::fsync(out.get()) != 0)
    return unwritable(file());
  return caf::unit;
}

caf::expected<bool>
store_owners::if_sole(const std::function<void()>& act) const {
  const auto lock = lock_if_sole();
  if (lock)
    act();
  return lock.has_value();
}

std::optional<file_descriptor> store_owners::lock_if_sole() const {
  file_descriptor lock{::open(file().c_str(), O_RDONLY | O_CLOEXEC)};
  // Whoever has the lock is about to enter.
  if (!lock || ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
    return std::nullopt;
  const auto known = read_all(AT_FDCWD, file().c_str());
  if (!known || *known != id_ + "\n")
    return std::nullopt;
  return lock;
}

} // namespace pixmill::persistence
