#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "model/outcome.hpp"

namespace pixmill::actors {

/// Which slot of a job was the first with a URL. 24 bytes an entry at a load
/// of at most 3/4, so that a job of three million URLs takes 100 MB.
///
/// URLs are known by 128 bits of XXH3 under a seed drawn for each table: two
/// different URLs of one job are taken for one with a chance of 10^-26, and
/// nobody can prepare such a pair.
class url_table {
public:
  struct entry {
    slot_id owner;
    bool settled = false; ///< Whether the owner has an outcome.
  };

  /// @param expected Number of different URLs, as far as it is known.
  explicit url_table(std::size_t expected);

  /// Returns the entry of `url`, made for `owner` if there is none yet.
  entry& at(std::string_view url, slot_id owner);

private:
  struct cell {
    std::uint64_t low = 0;
    std::uint64_t high = 0; ///< Both 0: empty.
    entry value;
  };

  cell& probe(std::uint64_t low, std::uint64_t high);
  void grow();

  std::uint64_t seed_;
  std::size_t used_ = 0;
  std::vector<cell> cells_;
};

} // namespace pixmill::actors
