#include "model/outcome.hpp"

namespace pixmill {

std::string_view to_string(item_state state) noexcept {
  switch (state) {
  case item_state::pending:
    return "pending";
  case item_state::downloading:
    return "downloading";
  case item_state::compressing:
    return "compressing";
  case item_state::storing:
    return "storing";
  case item_state::done:
    return "done";
  case item_state::kept_original:
    return "kept_original";
  case item_state::failed:
    return "failed";
  case item_state::skipped:
    return "skipped";
  case item_state::canceled:
    return "canceled";
  }
  return "unknown";
}

} // namespace pixmill
