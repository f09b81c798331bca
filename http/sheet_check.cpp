#include "http/sheet_check.hpp"

#include <vector>

#include "model/errc.hpp"

namespace pixmill::http {
namespace {

constexpr std::size_t piece_bytes = 256 << 10;

} // namespace

sheet_check::sheet_check(backend& head, sheet_room& room,
                         std::uint64_t max_bytes)
    : head_{head}, max_bytes_{max_bytes}, kept_{room.spools} {}

caf::error sheet_check::feed(std::string_view bytes) {
  if (kept_.size() + bytes.size() > max_bytes_)
    return make_error(errc::too_large, "the CSV is larger than "
                                         + std::to_string(max_bytes_)
                                         + " bytes");
  switch (kept_.append(bytes)) {
  case spool_state::stored:
    return {};
  case spool_state::no_room:
    return make_error(errc::store, "too many sheets are being checked");
  case spool_state::disk_full:
    break;
  }
  return make_error(errc::disk_full, "the sheet could not be kept");
}

caf::expected<sheet_summary> sheet_check::check(const job_options& options) {
  auto validator = head_.validator(options);
  std::vector<char> piece(piece_bytes);
  for (;;) {
    const auto got = kept_.read(piece.data(), piece.size());
    if (got < 0)
      return make_error(errc::store, "the sheet could not be read back");
    if (got == 0)
      return validator.finish();
    validator.feed({piece.data(), static_cast<std::size_t>(got)});
  }
}

} // namespace pixmill::http
