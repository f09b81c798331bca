#include "model/item.hpp"

#include <algorithm>
#include <array>

namespace pixmill {
namespace {

constexpr std::string_view digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::string_view item_prefix = "itm_";
constexpr std::string_view job_prefix = "job_";
constexpr std::size_t time_length = 10; // Of the 26 digits of a ULID.
constexpr std::size_t ulid_length = 26;
constexpr std::size_t http_prefix_length = 5;

// Appends `count` digits of 5 bits, the high ones first.
void append_digits(std::string& out, std::uint64_t x, int count) {
  for (auto shift = 5 * (count - 1); shift >= 0; shift -= 5)
    out += digits[(x >> shift) & 31];
}

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t x = 0;
  for (const char c : text) {
    const auto digit = digits.find(c);
    if (digit == digits.npos)
      return std::nullopt;
    x = x << 5 | digit;
  }
  return x;
}

template <class T>
bool contains(const std::vector<T>& list, const T& x) {
  return std::find(list.begin(), list.end(), x) != list.end();
}

// What tells the items of two jobs of one millisecond apart: the first 32 of
// the job's random bits.
std::uint64_t job_bits(std::string_view job) {
  const auto random =
    job.substr(std::min(job.size(), job_prefix.size() + time_length));
  return number_in(random.substr(0, 7)).value_or(0) >> 3;
}

} // namespace

bool item_filter::admits(const outcome& x) const {
  return (states.empty() || contains(states, x.state))
         && (codes.empty() || contains(codes, x.why.word()));
}

bool item_filter::admits_host_of(std::string_view url) const {
  return hosts.empty() || contains(hosts, std::string{host_of(url)});
}

std::string item_id(std::string_view job, slot_id slot) {
  std::string out{item_prefix};
  auto time = job.substr(std::min(job.size(), job_prefix.size()));
  out += time.substr(0, time_length);
  // 80 bits in two halves of 40.
  const auto low = std::uint64_t{slot.row & 0xffffff} << 16 | slot.index;
  append_digits(out, job_bits(job) << 8 | slot.row >> 24, 8);
  append_digits(out, low, 8);
  return out;
}

std::optional<slot_id> slot_of_item(std::string_view job, std::string_view id) {
  if (id.size() != item_prefix.size() + ulid_length
      || !id.starts_with(item_prefix))
    return std::nullopt;
  const auto random = id.substr(item_prefix.size() + time_length);
  const auto high = number_in(random.substr(0, 8));
  const auto low = number_in(random.substr(8));
  if (!high || !low)
    return std::nullopt;
  slot_id slot;
  slot.row = static_cast<std::uint32_t>((*high & 0xff) << 24 | *low >> 16);
  slot.index = static_cast<std::uint16_t>(*low);
  // Whatever else the id says is what this job's ids say.
  return slot.row > 0 && item_id(job, slot) == id ? std::optional{slot}
                                                  : std::nullopt;
}

std::string_view host_of(std::string_view url) noexcept {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos)
    return {};
  url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  if (const auto at = url.rfind('@'); at != std::string_view::npos)
    url.remove_prefix(at + 1);
  if (url.starts_with('['))
    return url.substr(0, url.find(']') + 1);
  return url.substr(0, url.rfind(':'));
}

std::optional<item_state> item_state_from(std::string_view word) noexcept {
  for (auto i = 0; i <= static_cast<int>(item_state::canceled); ++i)
    if (to_string(static_cast<item_state>(i)) == word)
      return static_cast<item_state>(i);
  return std::nullopt;
}

bool is_failure_word(std::string_view word) noexcept {
  if (word.starts_with("http_"))
    return word.size() == http_prefix_length + 3
           && std::all_of(word.begin() + http_prefix_length, word.end(),
                          [](char c) { return c >= '0' && c <= '9'; });
  const auto code = errc_from(word);
  return code != errc::none && code != errc::http_status
         && code <= errc::url_invalid;
}

} // namespace pixmill
