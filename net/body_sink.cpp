#include "net/body_sink.hpp"

#include <algorithm>
#include <utility>

namespace pixmill::net {
namespace {

constexpr std::uint64_t last_doubled = 2 << 20;
// Less than this is not worth a copy.
constexpr std::uint64_t smallest_shrunk = 256 << 10;

} // namespace

body_sink::body_sink(std::shared_ptr<memory_budget> budget,
                     std::uint64_t max_bytes)
    : budget_(std::move(budget)), max_bytes_(max_bytes) {}

body_sink::~body_sink() {
  clear();
}

void body_sink::begin() noexcept {
  clear();
  charged_ = first_charge;
}

bool body_sink::expect(std::optional<std::uint64_t> length,
                       std::string_view encoding) {
  if (length && *length > max_bytes_) {
    fail(errc::too_large, "Content-Length is " + std::to_string(*length)
                            + " bytes, the limit is "
                            + std::to_string(max_bytes_));
    return false;
  }
  if (!encoding.empty()) {
    auto decoder = content_decoder::create(encoding);
    if (!decoder) {
      why_ = to_failure(decoder.error(), errc::unsupported_format);
      return false;
    }
    decoder_ = std::move(*decoder);
    return true;
  }
  expected_ = length.value_or(0);
  if (length && *length < charged_) {
    budget_->give_back(charged_ - *length);
    charged_ = *length;
  }
  return true;
}

body_sink::next body_sink::write(std::string_view bytes, bool may_exceed) {
  return decoder_ ? decode(bytes, may_exceed) : append(bytes, may_exceed);
}

failure body_sink::check() const {
  if (why_)
    return why_;
  if (decoder_ && !decoder_->complete() && !body_.empty())
    return {.code = errc::truncated,
            .http_status = 0,
            .detail = "the encoded body has no end"};
  if (body_.empty())
    return {.code = errc::empty_body,
            .http_status = 0,
            .detail = "the answer has no body"};
  return {};
}

std::shared_ptr<const std::string> body_sink::release() {
  if (body_.capacity() > 2 * body_.size() + smallest_shrunk)
    body_.shrink_to_fit();
  if (charged_ > body_.capacity()) {
    budget_->give_back(charged_ - body_.capacity());
    charged_ = body_.capacity();
  }
  auto result = budget_->lend(std::move(body_), std::exchange(charged_, 0));
  clear();
  return result;
}

void body_sink::clear() noexcept {
  budget_->recycle(std::exchange(body_, {}));
  if (charged_ > 0)
    budget_->give_back(std::exchange(charged_, 0));
  expected_ = 0;
  decoder_.reset();
  why_ = {};
}

body_sink::next body_sink::append(std::string_view bytes, bool may_exceed) {
  const auto size = body_.size() + bytes.size();
  if (size > max_bytes_)
    return fail(errc::too_large, "the body is longer than "
                                   + std::to_string(max_bytes_) + " bytes");
  if (size > body_.capacity()) {
    // A body that does not say its length: copied as it grows while it is
    // small, then moved to where the largest has room. Pages that nothing is
    // written to cost nothing.
    const auto growth = body_.capacity() < last_doubled ? 2 : 16;
    const auto grown =
      std::min<std::uint64_t>(growth * body_.capacity(), max_bytes_);
    const auto wanted = std::max<std::uint64_t>({size, expected_, grown});
    if (!make_room(wanted, may_exceed))
      return next::wait;
  }
  body_.append(bytes);
  return next::more;
}

body_sink::next body_sink::decode(std::string_view bytes, bool may_exceed) {
  // Decoding cannot stop half-way and start again with the same bytes, so the
  // budget is asked once, before; a write of 16 KiB makes at most 16 MiB.
  if (!may_exceed && !budget_->try_charge(bytes.size()))
    return next::wait;
  if (!may_exceed)
    budget_->give_back(bytes.size());
  auto result = next::more;
  const auto problem =
    decoder_->feed(bytes, [this, &result](std::string_view decoded) {
      result = append(decoded, true);
      return result == next::more;
    });
  if (result == next::more && problem)
    return fail(code_of(problem, errc::decode), context_of(problem));
  return result;
}

// Both buffers exist for the moment of growing; only the new one is counted.
bool body_sink::make_room(std::uint64_t wanted, bool may_exceed) {
  if (wanted > charged_) {
    const auto extra = wanted - charged_;
    if (may_exceed)
      budget_->charge(extra);
    else if (!budget_->try_charge(extra))
      return false;
    charged_ = wanted;
  }
  auto larger = budget_->take_buffer(wanted);
  if (larger.capacity() > charged_) {
    budget_->charge(larger.capacity() - charged_);
    charged_ = larger.capacity();
  }
  larger.append(body_);
  body_.swap(larger);
  budget_->recycle(std::move(larger));
  return true;
}

body_sink::next body_sink::fail(errc code, std::string detail) {
  why_ = {.code = code, .http_status = 0, .detail = std::move(detail)};
  return next::stop;
}

} // namespace pixmill::net
