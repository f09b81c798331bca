#pragma once

#include <array>
#include <atomic>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace pixmill::persistence {

/// Remembers what was removed, in 2 MiB however much that is: who asks about
/// something else is seldom told that it may have been (6 % after a million
/// objects). Thread-safe.
class removed_objects {
public:
  /// @param sha256 64 hex digits.
  void note(std::string_view sha256) noexcept {
    const auto at = place_of(sha256);
    (*words_)[at / 64].fetch_or(bit(at));
  }

  /// Returns false if it was not removed for certain.
  bool may_contain(std::string_view sha256) const noexcept {
    const auto at = place_of(sha256);
    return ((*words_)[at / 64].load() & bit(at)) != 0;
  }

private:
  static constexpr std::size_t digits = 6;
  static constexpr std::size_t places = std::size_t{1} << (4 * digits);
  using words = std::array<std::atomic<std::uint64_t>, places / 64>;

  // A hash is as good as random.
  static std::size_t place_of(std::string_view sha256) noexcept {
    std::size_t out = 0;
    const auto start = sha256.substr(0, digits);
    std::from_chars(start.data(), start.data() + start.size(), out, 16);
    return out;
  }

  static std::uint64_t bit(std::size_t at) noexcept {
    return std::uint64_t{1} << (at % 64);
  }

  std::unique_ptr<words> words_ = std::make_unique<words>();
};

} // namespace pixmill::persistence
