#pragma once

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace pixmill::test {

/// Another program, whose standard output can be read and who can be killed.
class child_process {
public:
  explicit child_process(std::vector<std::string> command) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
      std::abort();
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      std::vector<char*> arguments;
      for (auto& word : command)
        arguments.push_back(word.data());
      arguments.push_back(nullptr);
      ::execv(arguments[0], arguments.data());
      ::_exit(127);
    }
    ::close(ends[1]);
    output_ = ::fdopen(ends[0], "r");
  }
  ~child_process() {
    if (pid_ > 0) {
      kill();
      wait();
    }
    std::fclose(output_);
  }
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;

  void kill() const {
    ::kill(pid_, SIGKILL);
  }

  /// Returns the next whole line, without its end; empty at the end.
  std::string line() {
    std::string text;
    for (;;) {
      const auto next = std::fgetc(output_);
      if (next == '\n')
        return text;
      // A line that the kill cut short was not said.
      if (next == EOF)
        return {};
      text += static_cast<char>(next);
    }
  }

  /// Waits for its end.
  /// @returns The exit code, or -1 when a signal ended it.
  int wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
      // Again.
    }
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

private:
  pid_t pid_ = -1;
  std::FILE* output_ = nullptr;
};

} // namespace pixmill::test
