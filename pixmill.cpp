#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "cli/exit_code.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "imaging/codec_pool.hpp"

namespace {

// Codec processes and `run` start this very binary again.
std::string own_path() {
  std::error_code failed;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", failed);
  return failed ? "pixmill" : path.string();
}

} // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  // A reader that goes away is an error of one write, not the end.
  std::signal(SIGPIPE, SIG_IGN);
  if (arguments.size() == 2 && arguments[0] == "--codec")
    return pixmill::imaging::run_codec_process(std::atoi(argv[2]));
  const pixmill::cli::terminal to{std::cout, std::cerr,
                                  pixmill::cli::wants_colours()};
  try {
    return pixmill::cli::main_with(arguments, own_path(), to);
  } catch (const std::exception& bug) {
    pixmill::cli::complain(to, std::string{"internal error: "} + bug.what());
    return pixmill::cli::exit_job_failed;
  }
}
