#include "imaging/codec_sandbox.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <thread>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "imaging/compressor.hpp"
#include "imaging/png_codec.hpp"
#include "tests/imaging/pictures.hpp"

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

namespace pixmill::imaging {

namespace {

using testing::ExitedWithCode;
using testing::KilledBySignal;

/// In a process of its own.
class CodecSandbox : public testing::Test {
protected:
  static void enter() {
    if (limit_resources(4ull << 30) != 0 || filter_system_calls() != 0)
      std::_Exit(99);
  }

  [[noreturn]] static void answer(bool good) {
    std::_Exit(good ? 0 : 1);
  }
};

/// Returns 0, or the format and whether it was written (10) or read (20).
int first_coder_that_fails() {
  auto source = *encode_png(test::photo(96, 64), {});
  for (auto format : {format_choice::jpeg, format_choice::png,
                      format_choice::webp, format_choice::avif}) {
    compress_goal goal{.target = target_kind::quality, .value = 60};
    goal.format = format;
    auto made = compress(test::view(source), goal, {});
    if (!made || made->bytes.empty())
      return 10 + static_cast<int>(format);
    goal.format = format_choice::keep;
    if (!compress(test::view(made->bytes), goal, {}))
      return 20 + static_cast<int>(format);
  }
  return 0;
}

} // namespace

TEST_F(CodecSandbox, OpensNoFile) {
  EXPECT_EXIT(
    {
      enter();
      answer(::open("/etc/passwd", O_RDONLY) < 0 && errno == EACCES);
    },
    ExitedWithCode(0), "");
}

TEST_F(CodecSandbox, LooksAtNoPath) {
  EXPECT_EXIT(
    {
      enter();
      struct stat found {};
      answer(::stat("/etc/passwd", &found) < 0 && ::fstat(0, &found) == 0);
    },
    ExitedWithCode(0), "");
}

TEST_F(CodecSandbox, DiesOfASocket) {
  EXPECT_EXIT(
    {
      enter();
      answer(::socket(AF_INET, SOCK_STREAM, 0) < 0);
    },
    KilledBySignal(SIGSYS), "");
}

TEST_F(CodecSandbox, DiesOfAnotherProgram) {
  EXPECT_EXIT(
    {
      enter();
      ::execl("/bin/true", "true", nullptr);
      answer(false);
    },
    KilledBySignal(SIGSYS), "");
}

TEST_F(CodecSandbox, MakesNoProcess) {
  EXPECT_EXIT(
    {
      enter();
      answer(::fork() < 0);
    },
    ExitedWithCode(0), "");
}

TEST_F(CodecSandbox, KeepsThreadsMemoryAndAborts) {
  EXPECT_EXIT(
    {
      enter();
      int sum = 0;
      std::thread([&] { sum = 1; }).join();
      auto* memory = ::mmap(nullptr, 1 << 20, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      if (sum != 1 || memory == MAP_FAILED)
        answer(false);
      std::abort();
    },
    KilledBySignal(SIGABRT), "");
}

TEST_F(CodecSandbox, LimitsMemoryAndPrivileges) {
  EXPECT_EXIT(
    {
      enter();
      auto* memory = ::mmap(nullptr, 8ull << 30, PROT_READ,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      answer(memory == MAP_FAILED);
    },
    ExitedWithCode(0), "");
  EXPECT_EXIT(
    {
      limit_resources(0);
      answer(::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
    },
    ExitedWithCode(0), "");
}

TEST_F(CodecSandbox, LeavesEveryCoderItsWork) {
  EXPECT_EXIT(
    {
      prepare_codecs();
      enter();
      std::_Exit(first_coder_that_fails());
    },
    ExitedWithCode(0), "");
}

} // namespace pixmill::imaging

#endif
