#include <algorithm>
#include <cstring>
#include <map>
#include <utility>

#include "imaging/gif_frames.hpp"

namespace pixmill::imaging {

namespace {

using pixel = std::array<std::uint8_t, 4>;

/// What is seen while frames come and go.
class canvas {
public:
  canvas(std::uint32_t width, std::uint32_t height)
      : width_(width), height_(height), pixels_(std::size_t{width} * height) {}

  void draw(const gif_frame& frame) {
    if (frame.disposal == gif_disposal::previous)
      before_ = pixels_;
    const auto* number = frame.numbers.data();
    for (std::uint32_t y = 0; y < frame.height; ++y) {
      auto* out = row(frame, y);
      for (std::uint32_t x = 0; x < frame.width; ++x, ++number)
        if (frame.transparent != *number)
          out[x] = colour_of(frame, *number);
    }
  }

  /// Does away with `frame`, which was drawn last.
  void dispose(const gif_frame& frame) {
    if (frame.disposal == gif_disposal::previous)
      pixels_ = std::move(before_);
    if (frame.disposal == gif_disposal::background)
      for (std::uint32_t y = 0; y < frame.height; ++y)
        std::fill_n(row(frame, y), frame.width, pixel{});
  }

  pixel at(const gif_frame& frame, std::uint32_t x, std::uint32_t y) const {
    return row(frame, y)[x];
  }

  static pixel colour_of(const gif_frame& frame, std::uint8_t number) {
    const auto& colour = frame.palette[number];
    return {colour[0], colour[1], colour[2], 255};
  }

  pixel_buffer shown() const {
    pixel_buffer out{width_, height_, 4, {}};
    out.samples.resize(pixels_.size() * 4);
    std::memcpy(out.samples.data(), pixels_.data(), out.samples.size());
    return out;
  }

private:
  pixel* row(const gif_frame& frame, std::uint32_t y) {
    return pixels_.data() + std::size_t{frame.top + y} * width_ + frame.left;
  }

  const pixel* row(const gif_frame& frame, std::uint32_t y) const {
    return pixels_.data() + std::size_t{frame.top + y} * width_ + frame.left;
  }

  std::uint32_t width_;
  std::uint32_t height_;
  std::vector<pixel> pixels_;
  std::vector<pixel> before_;
};

/// Returns a number that no pixel of `frame` has; none: all are taken.
std::optional<std::uint8_t> spare_number(const gif_frame& frame) {
  if (frame.transparent)
    return frame.transparent;
  std::array<bool, 256> taken{};
  for (auto number : frame.numbers)
    taken[number] = true;
  auto found = std::find(taken.begin(), taken.end(), false);
  if (found == taken.end())
    return std::nullopt;
  return static_cast<std::uint8_t>(found - taken.begin());
}

/// The smallest rectangle that holds all that is seen.
struct rectangle {
  std::uint32_t left;
  std::uint32_t top;
  std::uint32_t right = 0;
  std::uint32_t bottom = 0;

  void take_in(std::uint32_t x, std::uint32_t y) {
    left = std::min(left, x);
    top = std::min(top, y);
    right = std::max(right, x + 1);
    bottom = std::max(bottom, y + 1);
  }
};

void cut(gif_frame& frame, rectangle to) {
  // A frame has to have a pixel.
  if (to.right == 0)
    to = {0, 0, 1, 1};
  std::vector<std::uint8_t> numbers;
  std::vector<std::uint8_t> others;
  for (auto y = to.top; y < to.bottom; ++y) {
    auto start = static_cast<std::ptrdiff_t>(std::size_t{y} * frame.width);
    auto row = frame.numbers.begin() + start;
    numbers.insert(numbers.end(), row + to.left, row + to.right);
    auto other = frame.others.begin() + start;
    others.insert(others.end(), other + to.left, other + to.right);
  }
  frame.left += to.left;
  frame.top += to.top;
  frame.width = to.right - to.left;
  frame.height = to.bottom - to.top;
  frame.numbers = std::move(numbers);
  frame.others = std::move(others);
}

/// Returns the number of each colour that `frame` uses.
std::map<pixel, std::uint8_t> numbers_of_colours(const gif_frame& frame) {
  std::map<pixel, std::uint8_t> out;
  for (auto number : frame.numbers)
    if (frame.transparent != number)
      out.emplace(canvas::colour_of(frame, number), number);
  return out;
}

void find_repetitions(gif_frame& frame, const canvas& below) {
  const auto spare = spare_number(frame);
  if (!spare)
    return;
  frame.transparent = spare;
  const auto known = numbers_of_colours(frame);
  frame.others = frame.numbers;
  rectangle seen{frame.width, frame.height};
  std::size_t i = 0;
  for (std::uint32_t y = 0; y < frame.height; ++y)
    for (std::uint32_t x = 0; x < frame.width; ++x, ++i) {
      const auto number = frame.numbers[i];
      const auto under = below.at(frame, x, y);
      if (number == *spare) {
        // What is under it could be drawn as well, if that has a number.
        if (const auto same = known.find(under); same != known.end())
          frame.others[i] = same->second;
      } else if (canvas::colour_of(frame, number) == under) {
        frame.others[i] = *spare;
      } else {
        seen.take_in(x, y);
      }
    }
  // Clearing a smaller rectangle would leave more behind.
  if (frame.disposal != gif_disposal::background)
    cut(frame, seen);
}

} // namespace

animation shown_frames(const gif_picture& picture) {
  animation result;
  result.loops = !picture.loops        ? 1
                 : *picture.loops == 0 ? 0
                                       : static_cast<int>(*picture.loops) + 1;
  canvas seen(picture.width, picture.height);
  int end = 0;
  for (const auto& frame : picture.frames) {
    seen.draw(frame);
    end += static_cast<int>(frame.delay) * 10;
    result.frames.push_back(seen.shown());
    result.ends.push_back(end);
    seen.dispose(frame);
  }
  return result;
}

caf::expected<animation> decode_gif_animation(byte_view source) {
  auto picture = decode_gif_frames(source);
  if (!picture)
    return std::move(picture.error());
  return shown_frames(*picture);
}

void find_repetitions(gif_picture& picture) {
  canvas seen(picture.width, picture.height);
  for (auto& frame : picture.frames) {
    const auto whole = frame;
    // The first one is what there is when the others are not played.
    if (&frame != &picture.frames.front())
      find_repetitions(frame, seen);
    seen.draw(whole);
    seen.dispose(whole);
  }
}

} // namespace pixmill::imaging
