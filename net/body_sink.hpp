#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "model/failure.hpp"
#include "net/content_decoder.hpp"
#include "net/memory_budget.hpp"

namespace pixmill::net {

/// Collects one body: counts it against its cap and the budget as it streams,
/// and decodes it where the origin encoded it unasked.
class body_sink {
public:
  /// What to do after a write.
  enum class next : std::uint8_t {
    more,
    wait, ///< Nothing was taken: write the same again when bytes are free.
    stop, ///< `why` says the reason.
  };

  /// What a transfer is charged before its size is known.
  static constexpr std::uint64_t first_charge = 256 << 10;

  body_sink(std::shared_ptr<memory_budget> budget, std::uint64_t max_bytes);
  ~body_sink();
  body_sink(const body_sink&) = delete;
  body_sink& operator=(const body_sink&) = delete;

  /// Begins a body for which `first_charge` has been charged already.
  void begin() noexcept;

  /// Says what the head promised, before the first write.
  /// @returns False when that is reason enough to stop.
  bool expect(std::optional<std::uint64_t> length, std::string_view encoding);

  /// @param may_exceed Whether to go over the budget rather than wait.
  next write(std::string_view bytes, bool may_exceed);

  /// Checks a body that the connection says is whole.
  /// @returns `empty_body`, `truncated`, or no failure.
  failure check() const;

  const failure& why() const noexcept {
    return why_;
  }

  /// Hands the body out, with its charge.
  std::shared_ptr<const std::string> release();

  /// Drops the body and gives its charge back.
  void clear() noexcept;

private:
  next append(std::string_view bytes, bool may_exceed);
  next decode(std::string_view bytes, bool may_exceed);
  bool make_room(std::uint64_t wanted, bool may_exceed);
  next fail(errc code, std::string detail);

  std::shared_ptr<memory_budget> budget_;
  std::uint64_t max_bytes_;
  std::uint64_t charged_ = 0;
  std::string body_;
  std::uint64_t expected_ = 0;
  std::unique_ptr<content_decoder> decoder_;
  failure why_;
};

} // namespace pixmill::net
