#include "cli/event_reader.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "model/errc.hpp"

namespace pixmill::cli {
namespace {

struct reading {
  std::vector<std::string> events;
  caf::error refused;
};

reading read(std::string_view text, std::size_t piece) {
  reading out;
  event_reader reader{[&out](const server_event& event) {
    out.events.push_back(event.kind + "=" + event.data);
    return caf::error{};
  }};
  for (std::size_t at = 0; at < text.size() && !out.refused; at += piece)
    out.refused = reader.feed(text.substr(at, piece));
  return out;
}

TEST(EventReader, TakesEventsApartHoweverTheyAreCut) {
  constexpr std::string_view text =
    "retry: 2000\n\n: \n\nevent: state\ndata: {}\n\n"
    "id: 7\r\nevent: end\r\ndata:a\r\ndata: b\r\n\r\nevent: none\n\n"
    "data\n\nevent: cut\ndata: x\n";
  for (std::size_t piece = 1; piece <= text.size(); ++piece)
    EXPECT_EQ(read(text, piece).events,
              (std::vector<std::string>{"state={}", "end=a\nb"}))
      << piece;
}

TEST(EventReader, RefusesAnEventWithoutBounds) {
  EXPECT_EQ(code_of(read("data: " + std::string(2 << 20, 'x'), 4096).refused,
                    errc::none),
            errc::too_large);
}

TEST(EventReader, StopsWhenItIsTold) {
  int seen = 0;
  event_reader reader{[&seen](const server_event&) {
    ++seen;
    return make_error(errc::interrupted, "enough");
  }};
  EXPECT_TRUE(reader.feed("data: 1\n\ndata: 2\n\n"));
  EXPECT_EQ(seen, 1);
}

} // namespace
} // namespace pixmill::cli
