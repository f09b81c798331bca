#pragma once

#include <functional>

#include <caf/expected.hpp>
#include <caf/unit.hpp>

namespace pixmill::persistence {

/// The journals whose outcomes name the objects of one store, by id. Objects
/// are removed only while there is one such journal: another one's outcomes
/// cannot be looked at.
class object_owners {
public:
  virtual ~object_owners() = default;

  /// Enters this journal, durably. A journal without jobs that finds images of
  /// unknown origin enters an unknown journal as well.
  /// @retval errc::file_unwritable, errc::store_unavailable, errc::store
  virtual caf::expected<caf::unit_t> claim(bool journal_is_new) const = 0;

  /// Runs `act`, which removes objects, if this journal is the only one; no
  /// other one uses the store before it has returned.
  /// @returns Whether it was run.
  /// @retval errc::store_unavailable, errc::store It cannot be found out.
  virtual caf::expected<bool>
  if_sole(const std::function<void()>& act) const = 0;
};

} // namespace pixmill::persistence
