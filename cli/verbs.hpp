#pragma once

#include <string>
#include <vector>

#include "cli/terminal.hpp"

namespace pixmill::cli {

/// Does what the arguments of the process ask for.
/// @param arguments The program's name not among them.
/// @param program Path of the `pixmill` binary, to start codec processes.
/// @returns The exit code of the process.
int main_with(const std::vector<std::string>& arguments,
              const std::string& program, const terminal& to);

} // namespace pixmill::cli
