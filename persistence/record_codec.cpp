#include "persistence/record_codec.hpp"

#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#include "model/sha256.hpp"

namespace pixmill::persistence {
namespace {

// Written with every value. Readers know all versions up to it: 2 added what
// stands last in a job's record.
constexpr char version = 2;

constexpr std::uint64_t zigzag(std::int64_t x) noexcept {
  return (static_cast<std::uint64_t>(x) << 1)
         ^ static_cast<std::uint64_t>(x >> 63);
}

constexpr std::int64_t unzigzag(std::uint64_t x) noexcept {
  return static_cast<std::int64_t>((x >> 1) ^ (0 - (x & 1)));
}

// The last enumerators: what is beyond them was not written by this version.
constexpr auto last_of(item_state) noexcept {
  return item_state::canceled;
}
constexpr auto last_of(image_format) noexcept {
  return image_format::bmp;
}
constexpr auto last_of(job_state) noexcept {
  return job_state::canceled;
}
constexpr auto last_of(invalid_policy) noexcept {
  return invalid_policy::skip;
}
constexpr auto last_of(target_kind) noexcept {
  return target_kind::scale;
}
constexpr auto last_of(format_choice) noexcept {
  return format_choice::automatic;
}
// Later releases append codes; an unknown one is still worth showing.
constexpr auto last_of(errc) noexcept {
  return static_cast<errc>(std::numeric_limits<std::uint8_t>::max());
}

/// Appends fields to a text.
class field_writer {
public:
  explicit field_writer(std::string& out) : out_{out} {
    out_ += version;
  }

  void varint(std::uint64_t x) {
    for (; x >= 0x80; x >>= 7)
      out_ += static_cast<char>(x | 0x80);
    out_ += static_cast<char>(x);
  }

  template <std::unsigned_integral T>
  void operator()(const T& x) {
    varint(x);
  }
  template <std::signed_integral T>
  void operator()(const T& x) {
    varint(zigzag(x));
  }
  template <class T>
  requires std::is_enum_v<T>
  void operator()(const T& x) {
    varint(static_cast<std::uint64_t>(x));
  }
  void operator()(const std::string& x) {
    varint(x.size());
    out_ += x;
  }
  void operator()(const std::chrono::seconds& x) {
    varint(zigzag(x.count()));
  }
  void operator()(const std::map<std::string, std::uint64_t>& x) {
    varint(x.size());
    for (const auto& [word, count] : x) {
      (*this)(word);
      varint(count);
    }
  }

  bool has(char) const noexcept {
    return true;
  }

  void hash(const std::string& hex) {
    if (!is_sha256(hex)) {
      (*this)(hex);
      return;
    }
    varint(binary_hash);
    for (std::size_t i = 0; i < hex.size(); i += 2)
      out_ += static_cast<char>(digit(hex[i]) << 4 | digit(hex[i + 1]));
  }

  // Stands where a text would have its length; no hash in hex is that short.
  static constexpr std::uint64_t binary_hash = 32;

private:
  static int digit(char x) noexcept {
    return x <= '9' ? x - '0' : x - 'a' + 10;
  }

  std::string& out_;
};

/// Takes fields off a text; after the first one that is wrong, all are.
class field_reader {
public:
  explicit field_reader(std::string_view in) : in_{in} {
    if (in_.empty() || in_[0] < 1 || in_[0] > version) {
      fail();
    } else {
      version_ = in_[0];
      in_.remove_prefix(1);
    }
  }

  /// False: what was written has not got the fields of version `since`.
  bool has(char since) const noexcept {
    return version_ >= since;
  }

  bool finished_well() const noexcept {
    return ok_ && in_.empty();
  }

  std::uint64_t varint() {
    std::uint64_t x = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (in_.empty())
        break;
      const auto byte = static_cast<unsigned char>(in_[0]);
      in_.remove_prefix(1);
      if (shift == 63 && byte > 1)
        break;
      x |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80)
        return x;
    }
    fail();
    return 0;
  }

  void operator()(bool& x) {
    x = limited(1) != 0;
  }
  template <std::unsigned_integral T>
  void operator()(T& x) {
    x = static_cast<T>(limited(std::numeric_limits<T>::max()));
  }
  template <std::signed_integral T>
  void operator()(T& x) {
    const auto value = unzigzag(varint());
    if (!std::in_range<T>(value))
      fail();
    else
      x = static_cast<T>(value);
  }
  template <class T>
  requires std::is_enum_v<T>
  void operator()(T& x) {
    x = static_cast<T>(limited(static_cast<std::uint64_t>(last_of(T{}))));
  }
  void operator()(std::string& x) {
    x = take(varint());
  }
  void operator()(std::chrono::seconds& x) {
    x = std::chrono::seconds{unzigzag(varint())};
  }
  void operator()(std::map<std::string, std::uint64_t>& x) {
    x.clear();
    for (auto left = varint(); left > 0 && ok_; --left) {
      std::string word;
      (*this)(word);
      x[std::move(word)] = varint();
    }
  }

  void hash(std::string& hex) {
    const auto size = varint();
    hex = take(size);
    if (!ok_ || size != field_writer::binary_hash)
      return;
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * hex.size());
    for (const auto byte : hex) {
      text += digits[static_cast<unsigned char>(byte) >> 4];
      text += digits[static_cast<unsigned char>(byte) & 15];
    }
    hex = std::move(text);
  }

private:
  void fail() noexcept {
    ok_ = false;
    in_ = {};
  }

  std::uint64_t limited(std::uint64_t max) {
    const auto x = varint();
    if (x <= max)
      return x;
    fail();
    return 0;
  }

  std::string take(std::uint64_t size) {
    if (size > in_.size()) {
      fail();
      return {};
    }
    std::string x{in_.substr(0, static_cast<std::size_t>(size))};
    in_.remove_prefix(static_cast<std::size_t>(size));
    return x;
  }

  std::string_view in_;
  char version_ = version;
  bool ok_ = true;
};

// The fields in their order on disk, for both directions. To add one is to
// raise the version, and to ask for it.

template <class F, class T>
void each_of_failure(F& f, T& x) {
  f(x.code);
  f(x.http_status);
  f(x.detail);
}

template <class F, class T>
void each_of_outcome(F& f, T& x) {
  f(x.state);
  each_of_failure(f, x.why);
  f.hash(x.sha256);
  f(x.format);
  f(x.bytes_in);
  f(x.bytes_out);
  f(x.width);
  f(x.height);
  f(x.quality);
  f(x.ssim_ppm);
  f(x.target_missed);
  f(x.milliseconds);
  f(x.attempts);
  f(x.node);
}

template <class F, class T>
void each_of_counters(F& f, T& x) {
  f(x.done);
  f(x.kept_original);
  f(x.failed);
  f(x.skipped);
  f(x.canceled);
  f(x.bytes_in);
  f(x.bytes_out);
  f(x.failures);
}

template <class F, class T>
void each_of_options(F& f, T& x) {
  f(x.name);
  f(x.on_invalid);
  f(x.goal.target);
  f(x.goal.value);
  f(x.goal.floor_ssim_ppm);
  f(x.goal.format);
  f(x.goal.max_edge);
  f(x.columns.serial);
  f(x.columns.name);
  f(x.columns.urls);
  f(x.assume_https);
  f(x.max_failure_ppm);
  f(x.deadline);
  f(x.priority);
  f(x.webhook_url);
  f(x.webhook_full);
}

template <class F, class T>
void each_of_record(F& f, T& x) {
  f(x.id);
  f(x.fingerprint);
  f(x.source);
  each_of_options(f, x.options);
  f(x.totals.rows);
  f(x.totals.slots);
  f(x.totals.unique);
  f(x.csv_bytes);
  f(x.state);
  each_of_failure(f, x.why);
  f(x.attempt);
  f(x.created_at);
  f(x.started_at);
  f(x.finished_at);
  f(x.submission_key);
  f.hash(x.submission_hash);
  if (!f.has(2))
    return;
  f(x.tenant);
  f(x.trace_parent);
}

template <class F, class T>
void each_of_token(F& f, T& x) {
  f(x.id);
  f.hash(x.sha256);
  f(x.name);
  f(x.tenant);
  f(x.scopes);
  f(x.created_at);
  f(x.expires_at);
}

} // namespace

std::string encode(const outcome& x) {
  std::string out;
  field_writer f{out};
  each_of_outcome(f, x);
  return out;
}

std::string encode(const job_counters& x) {
  std::string out;
  field_writer f{out};
  each_of_counters(f, x);
  return out;
}

std::string encode(const job_record& x) {
  std::string out;
  field_writer f{out};
  each_of_record(f, x);
  return out;
}

std::string encode(const api_token& x) {
  std::string out;
  field_writer f{out};
  each_of_token(f, x);
  return out;
}

std::string encode(const std::vector<slot_id>& x) {
  std::string out;
  out.reserve(2 + 5 * x.size());
  field_writer f{out};
  f.varint(x.size());
  for (const auto& slot : x) {
    f(slot.row);
    f(slot.index);
  }
  return out;
}

// Each but the first by what it is ahead of the one before: 4 bytes a mark.
std::string encode(const std::vector<sheet_mark>& x) {
  std::string out;
  field_writer f{out};
  f.varint(x.size());
  sheet_mark before;
  for (const auto& mark : x) {
    f.varint(mark.row - before.row);
    f.varint(mark.line - before.line);
    f.varint(mark.offset - before.offset);
    before = mark;
  }
  return out;
}

bool decode(std::string_view bytes, outcome& x) {
  field_reader f{bytes};
  each_of_outcome(f, x);
  return f.finished_well();
}

bool decode(std::string_view bytes, job_counters& x) {
  field_reader f{bytes};
  each_of_counters(f, x);
  return f.finished_well();
}

bool decode(std::string_view bytes, job_record& x) {
  field_reader f{bytes};
  each_of_record(f, x);
  return f.finished_well();
}

bool decode(std::string_view bytes, api_token& x) {
  field_reader f{bytes};
  each_of_token(f, x);
  return f.finished_well();
}

bool decode(std::string_view bytes, std::vector<slot_id>& x) {
  field_reader f{bytes};
  const auto count = f.varint();
  x.clear();
  if (count > bytes.size())
    return false;
  x.resize(static_cast<std::size_t>(count));
  for (auto& slot : x) {
    f(slot.row);
    f(slot.index);
  }
  return f.finished_well();
}

bool decode(std::string_view bytes, std::vector<sheet_mark>& x) {
  field_reader f{bytes};
  const auto count = f.varint();
  x.clear();
  if (count > bytes.size())
    return false;
  x.resize(static_cast<std::size_t>(count));
  sheet_mark before;
  for (auto& mark : x) {
    mark.row = before.row + static_cast<std::uint32_t>(f.varint());
    mark.line = before.line + f.varint();
    mark.offset = before.offset + f.varint();
    before = mark;
  }
  return f.finished_well();
}

} // namespace pixmill::persistence
