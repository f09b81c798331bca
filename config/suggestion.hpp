#pragma once

#include <span>
#include <string>
#include <string_view>

namespace pixmill::config {

/// Returns the one of `known` that `word` was probably meant to be, or an empty
/// view when none is near enough: at most a third of its letters differ.
std::string_view nearest(std::string_view word,
                         std::span<const std::string_view> known);

/// Returns `; did you mean "NEAREST"?`, or what there is to choose from when
/// nothing is near: `; known: a, b`.
std::string suggestion(std::string_view word,
                       std::span<const std::string_view> known);

} // namespace pixmill::config
