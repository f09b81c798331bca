#include "imaging/codec_pool.hpp"

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/errc.hpp"

namespace pixmill::imaging {
namespace {

using namespace std::chrono_literals;
using result = caf::expected<compressed_image>;
using testing::AnyOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

constexpr auto patience = 30s;

// Ends the test instead of hanging it.
result wait_for(std::future<result>& answer) {
  if (answer.wait_for(patience) != std::future_status::ready)
    throw std::runtime_error("no answer");
  return answer.get();
}

std::string bytes_of(const result& answer) {
  return answer ? answer->bytes : "error: " + to_string(answer.error());
}

errc failure_of(const result& answer) {
  return answer ? errc::none : code_of(answer.error(), errc::none);
}

class CodecPool : public testing::Test {
protected:
  void open(imaging_settings settings) {
    auto made = codec_pool::create(settings, PIXMILL_CODEC_STAND_IN);
    ASSERT_TRUE(made) << to_string(made.error());
    pool = std::move(*made);
  }

  void open(std::uint32_t processes = 1) {
    open({.processes = processes});
  }

  std::future<result> start(std::string source, codec::ticket* id = nullptr,
                            flow_id flow = 0) {
    auto promise = std::make_shared<std::promise<result>>();
    auto future = promise->get_future();
    const auto given = pool->start(
      std::make_shared<const std::string>(std::move(source)), goal, flow,
      [promise](result answer) { promise->set_value(std::move(answer)); });
    if (id != nullptr)
      *id = given;
    return future;
  }

  result compress(std::string source) {
    auto answer = start(std::move(source));
    return wait_for(answer);
  }

  // An answer must not outweigh its source, so questions are long.
  std::string ask(std::string what) {
    what.resize(8'192, ' ');
    return bytes_of(compress(std::move(what)));
  }

  void wait_until_busy(std::uint32_t count) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (pool->load().busy != count) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
      std::this_thread::yield();
    }
  }

  compress_goal goal;
  std::unique_ptr<codec_pool> pool;
};

TEST_F(CodecPool, AnswersWithWhatTheProcessMade) {
  open();
  const auto answer = compress("abcdefgh");
  ASSERT_TRUE(answer) << to_string(answer.error());
  EXPECT_EQ(answer->bytes, "abcd");
  EXPECT_EQ(answer->format, image_format::jpeg);
  EXPECT_EQ(answer->width, 4u);
  EXPECT_EQ(answer->height, 3u);
  EXPECT_EQ(answer->quality, 50);
  EXPECT_EQ(answer->likeness, (similarity{990'000, 980'000, 970'000, 960'000}));
  EXPECT_FALSE(answer->kept_original);
  EXPECT_FALSE(answer->target_missed);
}

TEST_F(CodecPool, CarriesImagesOfAnySize) {
  open();
  for (const std::size_t size : {2u, 4'096u, 1u << 20, 40u << 20, 3u}) {
    std::string source(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
      source[i] = static_cast<char>('a' + i % 23);
    EXPECT_EQ(bytes_of(compress(source)), source.substr(0, size / 2)) << size;
  }
}

TEST_F(CodecPool, SaysWhatTheSandboxLacks) {
  open();
  EXPECT_EQ(pool->load().gaps, 0);
  ask("pid");
  EXPECT_EQ(describe_gaps(pool->load().gaps), "system calls are not filtered");
}

TEST_F(CodecPool, TellsTheProcessGoalAndLimits) {
  goal = {.target = target_kind::bytes,
          .value = 12'345'678'901,
          .floor_ssim_ppm = 950'000,
          .format = format_choice::automatic,
          .max_edge = 1'200};
  open({.mode = compress_effort::fast,
        .processes = 1,
        .max_pixels = 7,
        .max_side = 8,
        .max_frames = 9});
  EXPECT_EQ(ask("goal"), "1 12345678901 950000 5 1200 7 8 9 0");
}

TEST_F(CodecPool, PassesOnThatTheSourceIsTheBest) {
  open();
  const auto answer = compress("keep");
  ASSERT_TRUE(answer) << to_string(answer.error());
  EXPECT_EQ(answer->bytes, "");
  EXPECT_TRUE(answer->kept_original);
  EXPECT_TRUE(answer->target_missed);
}

TEST_F(CodecPool, PassesOnTheSourceWithoutItsMetadata) {
  open();
  const auto answer = compress("strip");
  ASSERT_TRUE(answer) << to_string(answer.error());
  EXPECT_EQ(answer->bytes, "st");
  EXPECT_TRUE(answer->kept_original);
}

TEST_F(CodecPool, PassesOnWhyAnImageWasRefused) {
  open();
  const auto answer = compress("refuse:marker 0xd9 is missing");
  ASSERT_FALSE(answer);
  EXPECT_EQ(failure_of(answer), errc::decode);
  EXPECT_EQ(context_of(answer.error()), "marker 0xd9 is missing");
}

TEST_F(CodecPool, CutsReasonsThatAreTooLong) {
  open();
  const auto answer = compress("refuse:" + std::string(5'000, 'y'));
  ASSERT_FALSE(answer);
  EXPECT_EQ(failure_of(answer), errc::decode);
  EXPECT_LT(context_of(answer.error()).size(), 256u);
}

TEST_F(CodecPool, CallsLackOfMemoryAnErrorOfTheImage) {
  open();
  EXPECT_EQ(failure_of(compress("memory")), errc::decode);
  EXPECT_EQ(pool->load().crashes, 0u);
}

TEST_F(CodecPool, GivesUpAnImageThatCrashesTwice) {
  open();
  const auto answer = compress("crash");
  ASSERT_FALSE(answer);
  EXPECT_EQ(failure_of(answer), errc::decoder_crash);
  EXPECT_THAT(context_of(answer.error()), HasSubstr("SIGABRT"));
  EXPECT_EQ(pool->load().crashes, 2u);
}

TEST_F(CodecPool, SaysHowAProcessExited) {
  open();
  const auto answer = compress("exit");
  ASSERT_FALSE(answer);
  EXPECT_THAT(context_of(answer.error()), HasSubstr("exit code 3"));
}

TEST_F(CodecPool, GoesOnAfterACrash) {
  open();
  compress("crash");
  EXPECT_EQ(bytes_of(compress("abcd")), "ab");
}

TEST_F(CodecPool, TriesAgainAfterOneCrash) {
  const auto path = testing::TempDir() + "codec-" + std::to_string(::getpid());
  ::unlink(path.c_str());
  open();
  const auto answer = compress("crash-once:" + path);
  EXPECT_EQ(::unlink(path.c_str()), 0);
  EXPECT_TRUE(answer) << to_string(answer.error());
  EXPECT_EQ(pool->load().crashes, 1u);
}

TEST_F(CodecPool, KillsAProcessAtItsDeadline) {
  open({.processes = 1, .timeout = 100ms});
  const auto answer = compress("hang");
  ASSERT_FALSE(answer);
  EXPECT_EQ(failure_of(answer), errc::decoder_crash);
  EXPECT_THAT(context_of(answer.error()), HasSubstr("100 ms"));
  EXPECT_EQ(pool->load().crashes, 1u);
  EXPECT_EQ(pool->load().processes, 0u);
}

TEST_F(CodecPool, TakesNonsenseForACrash) {
  open();
  for (const auto* command : {"garbage", "steer"}) {
    const auto answer = compress(command);
    EXPECT_EQ(failure_of(answer), errc::decoder_crash) << command;
  }
  EXPECT_EQ(pool->load().processes, 0u);
  EXPECT_EQ(bytes_of(compress("abcd")), "ab");
}

TEST_F(CodecPool, RefusesAnOutputThatOutweighsItsSource) {
  open();
  EXPECT_EQ(failure_of(compress("oversized")), errc::encode);
}

TEST_F(CodecPool, StartsNoProcessBeforeTheFirstImage) {
  open(4);
  EXPECT_EQ(pool->load().processes, 0u);
  compress("abcd");
  EXPECT_EQ(pool->load().processes, 1u);
}

TEST_F(CodecPool, KeepsAProcessForTheNextImage) {
  open();
  EXPECT_EQ(ask("pid"), ask("pid"));
}

TEST_F(CodecPool, ReplacesAProcessAfterItsShare) {
  open({.processes = 1, .recycle_after = 2});
  const auto first = ask("pid");
  const auto second = ask("pid");
  const auto third = ask("pid");
  EXPECT_EQ(first, second);
  EXPECT_NE(second, third);
  EXPECT_EQ(pool->load().recycled, 1u);
  EXPECT_EQ(pool->load().crashes, 0u);
}

TEST_F(CodecPool, DropsAQueuedImage) {
  open();
  codec::ticket running = 0;
  codec::ticket queued = 0;
  auto first = start("hang", &running);
  wait_until_busy(1);
  auto second = start("abcd", &queued);
  pool->cancel(queued);
  EXPECT_EQ(failure_of(wait_for(second)), errc::canceled);
  EXPECT_EQ(pool->load().busy, 1u);
  pool->cancel(running);
  EXPECT_EQ(failure_of(wait_for(first)), errc::canceled);
}

TEST_F(CodecPool, LetsFlowsTakeTurns) {
  open();
  codec::ticket running = 0;
  auto blocker = start("hang", &running);
  wait_until_busy(1);
  std::string order; // Of the answers, which all come from one thread.
  for (const char name : {'1', '2', '3', 'x'})
    pool->start(std::make_shared<const std::string>("abcd"), goal,
                name == 'x' ? 8 : 7,
                [&order, name](const result&) { order += name; });
  auto last = start("abcd", nullptr, 7);
  pool->cancel(running);
  wait_for(last);
  EXPECT_EQ(order, "1x23");
}

TEST_F(CodecPool, KillsTheProcessOfACanceledImage) {
  open();
  const auto before = ask("pid");
  codec::ticket running = 0;
  auto answer = start("hang", &running);
  wait_until_busy(1);
  pool->cancel(running);
  EXPECT_EQ(failure_of(wait_for(answer)), errc::canceled);
  EXPECT_EQ(pool->load().crashes, 0u);
  EXPECT_NE(ask("pid"), before);
}

TEST_F(CodecPool, IgnoresTicketsThatAreSettled) {
  open();
  codec::ticket id = 0;
  auto answer = start("abcd", &id);
  EXPECT_EQ(bytes_of(wait_for(answer)), "ab");
  pool->cancel(id);
  pool->cancel(id + 1);
  pool->cancel(0);
  EXPECT_EQ(bytes_of(compress("abcd")), "ab");
}

TEST_F(CodecPool, AnswersManyImagesAtOnce) {
  open(3);
  std::vector<std::future<result>> answers;
  answers.reserve(500);
  for (int i = 0; i < 500; ++i)
    answers.push_back(start(i % 50 == 49 ? "crash" : std::to_string(i * 1001)));
  for (int i = 0; i < 500; ++i) {
    const auto answer = wait_for(answers[static_cast<std::size_t>(i)]);
    if (i % 50 == 49) {
      EXPECT_EQ(failure_of(answer), errc::decoder_crash) << i;
      continue;
    }
    const auto text = std::to_string(i * 1001);
    EXPECT_EQ(bytes_of(answer),
              text.substr(0, std::max<std::size_t>(1, text.size() / 2)));
  }
  const auto load = pool->load();
  EXPECT_EQ(load.finished, 500u);
  EXPECT_EQ(load.crashes, 20u);
}

TEST_F(CodecPool, SurvivesCancelsAtAnyMoment) {
  open(2);
  std::vector<std::future<result>> answers;
  answers.reserve(500);
  for (int i = 0; i < 200; ++i) {
    codec::ticket id = 0;
    answers.push_back(start("abcd", &id));
    if (i % 3 == 0)
      pool->cancel(id);
    if (i % 7 == 0 && id > 5)
      pool->cancel(id - 5);
  }
  for (auto& each : answers) {
    const auto answer = wait_for(each);
    EXPECT_THAT(failure_of(answer), AnyOf(errc::none, errc::canceled));
  }
  EXPECT_EQ(pool->load().crashes, 0u);
}

TEST_F(CodecPool, CancelsEverythingWhenItEnds) {
  open(2);
  std::vector<std::future<result>> answers;
  answers.reserve(500);
  for (int i = 0; i < 2; ++i)
    answers.push_back(start("hang"));
  wait_until_busy(2);
  for (int i = 0; i < 20; ++i)
    answers.push_back(start("abcd"));
  pool.reset();
  for (auto& each : answers) {
    ASSERT_EQ(each.wait_for(0s), std::future_status::ready);
    EXPECT_EQ(failure_of(each.get()), errc::canceled);
  }
}

TEST_F(CodecPool, LeavesNoProcessBehind) {
  open(2);
  auto answer = start("hang");
  compress("abcd");
  pool.reset();
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST_F(CodecPool, MayBeUsedFromWithinACallback) {
  open();
  std::promise<result> last;
  auto answer = last.get_future();
  const auto source = std::make_shared<const std::string>("abcd");
  pool->start(source, goal, 0, [&](const result&) {
    pool->start(source, goal, 0,
                [&](result second) { last.set_value(std::move(second)); });
  });
  EXPECT_EQ(bytes_of(wait_for(answer)), "ab");
}

TEST_F(CodecPool, LetsTheSourceGoAfterTheAnswer) {
  open();
  auto source = std::make_shared<const std::string>("abcd");
  const std::weak_ptr<const std::string> watch = source;
  std::promise<bool> alive;
  pool->start(std::move(source), goal, 0,
              [&](const result&) { alive.set_value(!watch.expired()); });
  EXPECT_TRUE(alive.get_future().get());
  compress("next");
  EXPECT_TRUE(watch.expired());
}

TEST_F(CodecPool, GivesProcessesNothingOfItsEnvironment) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread reads it yet.
  ::setenv("PIXMILL_TEST_SECRET", "hush", 1);
  open();
  const auto environment = ask("environment");
  EXPECT_THAT(environment, HasSubstr("MAGICK_THREAD_LIMIT=1\n"));
  EXPECT_THAT(environment, HasSubstr("OMP_NUM_THREADS=1\n"));
  EXPECT_THAT(environment, Not(HasSubstr("hush")));
}

TEST_F(CodecPool, GivesProcessesNoneOfItsDescriptors) {
  const int leak = ::open("/dev/null", O_RDONLY); // Not close-on-exec.
  ASSERT_GE(leak, 0);
  open(2);
  // The three standard ones, the socket, the shared memory, and the directory
  // that is being listed.
  EXPECT_EQ(ask("descriptors"), "0 1 2 3 4 5 ");
  ::close(leak);
}

TEST_F(CodecPool, LimitsItsProcesses) {
  const auto nice = ::getpriority(PRIO_PROCESS, 0);
  if (nice > 7)
    GTEST_SKIP() << "already as nice";
  open({.processes = 1, .memory_limit = 1ull << 30, .nice = 7});
  const auto limits = ask("limits");
  EXPECT_THAT(limits, HasSubstr("core 0 "));
  EXPECT_THAT(limits, HasSubstr(" nice 7 "));
  EXPECT_THAT(limits, AnyOf(EndsWith(" nice 7"), EndsWith("session ")));
#ifndef __SANITIZE_ADDRESS__
  EXPECT_THAT(limits, HasSubstr("memory 1073741824 "));
#endif
}

TEST_F(CodecPool, ReportsAProgramThatIsNoCodec) {
  auto made = codec_pool::create({.processes = 1}, "/bin/false");
  ASSERT_TRUE(made);
  pool = std::move(*made);
  EXPECT_EQ(failure_of(compress("abcd")), errc::decoder_crash);
}

TEST(CodecPoolCreation, NeedsAProgram) {
  const auto made = codec_pool::create({}, "/nowhere/pixmill");
  ASSERT_FALSE(made);
  EXPECT_EQ(code_of(made.error(), errc::none), errc::file_unreadable);
  EXPECT_EQ(context_of(made.error()), "/nowhere/pixmill");
}

} // namespace
} // namespace pixmill::imaging
