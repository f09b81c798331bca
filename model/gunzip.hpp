#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace pixmill {

/// Inflates a gzip stream of one or more members, a block at a time.
class gunzip {
public:
  gunzip();
  ~gunzip();
  gunzip(gunzip&&) noexcept;
  gunzip& operator=(gunzip&&) noexcept;

  /// Returns whether `head`, of at least two bytes, starts a gzip stream.
  static bool recognises(std::string_view head) noexcept;

  /// Inflates from `in` into `out`, which is replaced.
  /// @param in    Compressed bytes; those that were used are taken off.
  /// @param bytes Upper bound on the size of `out`, so that a small input
  ///              cannot become a large one in a single step.
  /// @returns `false` when the stream is damaged; `out` holds what came before.
  bool inflate(std::string_view& in, std::size_t bytes, std::string& out);

  /// Returns whether a member has just ended, so that the stream may end here.
  bool at_end() const noexcept;

private:
  class impl;
  std::unique_ptr<impl> impl_;
};

} // namespace pixmill
