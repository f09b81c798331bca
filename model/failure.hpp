#pragma once

#include <cstdint>
#include <string>

#include <caf/meta/type_name.hpp>

#include "model/errc.hpp"

namespace pixmill {

/// Why an image has no output. `code == errc::none` means that nothing failed.
struct failure {
  errc code = errc::none;
  std::uint16_t http_status = 0; ///< Only with `errc::http_status`.
  std::string detail;            ///< One line for a person; names no secret.

  explicit operator bool() const noexcept {
    return code != errc::none;
  }

  /// Returns the contract's code: `timeout`, `http_404`; empty when nothing
  /// failed.
  std::string word() const;

  /// Returns whether the same request may succeed later.
  bool transient() const noexcept;

  bool operator==(const failure&) const = default;
};

/// Turns an error of any lower layer into the failure of one image.
/// @param otherwise The code for an error that Pixmill did not make.
failure to_failure(const caf::error& reason, errc otherwise);

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, failure& x) {
  return f(caf::meta::type_name("pixmill::failure"), x.code, x.http_status,
           x.detail);
}

} // namespace pixmill
