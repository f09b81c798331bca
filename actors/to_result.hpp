#pragma once

#include <utility>

#include <caf/expected.hpp>
#include <caf/result.hpp>
#include <caf/unit.hpp>

namespace pixmill::actors {

/// Answers a message with what a store has returned.
template <class T>
caf::result<T> to_result(caf::expected<T> x) {
  if (!x)
    return std::move(x.error());
  return std::move(*x);
}

inline caf::result<void> to_result(const caf::expected<caf::unit_t>& x) {
  if (!x)
    return x.error();
  return caf::unit;
}

} // namespace pixmill::actors
