#pragma once

#include <optional>
#include <string_view>

#include "http/request_framing.hpp"

namespace pixmill::http {

/// Compares names of fields and their keywords.
bool same_word(std::string_view left, std::string_view right) noexcept;

/// Checks what the fields of a head say together, and sets the members of
/// `head` that follow from them. Leaves out ranges that mean nothing.
std::optional<refusal> apply_field_rules(request_head& head);

} // namespace pixmill::http
