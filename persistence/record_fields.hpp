#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "model/delivery.hpp"
#include "model/job.hpp"
#include "model/outcome.hpp"
#include "model/sha256.hpp"

/// How fields are written one after another; for the codecs alone.
namespace pixmill::persistence {

// Written with every value. Readers know all versions up to it: 2 added what
// stands last in a job's record, 3 what stands last in an outcome.
constexpr char record_version = 4;

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
constexpr auto last_of(format_reason) noexcept {
  return format_reason::compact_source;
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
constexpr auto last_of(delivery_state) noexcept {
  return delivery_state::disabled;
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
    out_ += record_version;
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

  template <class T, class Write>
  void each(const std::vector<T>& list, Write write) {
    varint(list.size());
    for (const auto& x : list)
      write(x);
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
    if (in_.empty() || in_[0] < 1 || in_[0] > record_version) {
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

  template <class T, class Read>
  void each(std::vector<T>& list, Read read) {
    list.clear();
    for (auto left = varint(); left > 0 && ok_; --left)
      read(list.emplace_back());
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
  char version_ = record_version;
  bool ok_ = true;
};

} // namespace pixmill::persistence
