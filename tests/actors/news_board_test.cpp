#include "actors/news_board.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace pixmill::actors {
namespace {

using namespace std::chrono_literals;

TEST(NewsBoard, TellsAFollowerOnceOfAllNewsSinceItsLastWait) {
  news_board board;
  news_board::follower follower{board, "job_1"};
  EXPECT_FALSE(follower.wait(0ms));
  board.post("job_1");
  board.post("job_1");
  EXPECT_TRUE(follower.wait(0ms));
  EXPECT_FALSE(follower.wait(0ms));
}

TEST(NewsBoard, TellsNobodyOfAnotherJob) {
  news_board board;
  news_board::follower follower{board, "job_1"};
  board.post("job_2");
  EXPECT_FALSE(follower.wait(0ms));
}

TEST(NewsBoard, TellsEveryFollower) {
  news_board board;
  news_board::follower one{board, "job_1"};
  {
    news_board::follower two{board, "job_1"};
    board.post("job_1");
    EXPECT_TRUE(two.wait(0ms));
  }
  EXPECT_TRUE(one.wait(0ms));
  board.post("job_1");
  EXPECT_TRUE(one.wait(0ms));
}

TEST(NewsBoard, SaysNothingOfWhatWasBefore) {
  news_board board;
  news_board::follower one{board, "job_1"};
  board.post("job_1");
  news_board::follower two{board, "job_1"};
  EXPECT_FALSE(two.wait(0ms));
}

TEST(NewsBoard, WakesWhoWaits) {
  news_board board;
  news_board::follower follower{board, "job_1"};
  std::thread poster{[&board] { board.post("job_1"); }};
  EXPECT_TRUE(follower.wait(10s));
  poster.join();
}

} // namespace
} // namespace pixmill::actors
