#include "cli/console_model.hpp"

#include <gtest/gtest.h>

#include "cli/console_frame.hpp"

namespace pixmill::cli {
namespace {

using namespace std::chrono_literals;
using kind = console_key::kind;
using clock = console_model::clock;

class ConsoleModel : public testing::Test {
protected:
  std::optional<console_deed> press(char key) {
    return model.press({.which = kind::character, .character = key});
  }
  std::optional<console_deed> press(kind key) {
    return model.press({.which = key});
  }
  void type(std::string_view text) {
    for (const char c : text)
      press(c);
  }

  void fill(std::vector<std::string> ids) {
    console_page page;
    page.columns = {{.title = "id"}, {.title = "text"}};
    for (auto& id : ids)
      page.rows.push_back({id, {{.text = id}, {.text = "text of " + id}}});
    model.take(model.query(), std::move(page), now);
  }

  std::string selected() const {
    const auto rows = model.shown();
    return model.selected() < rows.size()
             ? model.page().rows[rows[model.selected()]].id
             : "";
  }

  console_model model;
  clock::time_point now{1h};
};

TEST_F(ConsoleModel, BeginsAtTheOverviewAndGoesWhereDigitsSay) {
  EXPECT_EQ(model.query().screen, console_screen::overview);
  press('5');
  EXPECT_EQ(model.query().screen, console_screen::actors);
  press('0');
  EXPECT_EQ(model.query().screen, console_screen::config);
}

TEST_F(ConsoleModel, LooksEveryTwoSecondsUnlessFrozen) {
  EXPECT_TRUE(model.wants_look(now));
  model.asked(now);
  fill({"a"});
  EXPECT_FALSE(model.wants_look(now + 1s));
  EXPECT_TRUE(model.wants_look(now + 2s));
  press('p');
  EXPECT_TRUE(model.frozen());
  EXPECT_FALSE(model.wants_look(now + 1h));
  press('p');
  EXPECT_TRUE(model.wants_look(now + 1h));
}

TEST_F(ConsoleModel, DropsAnswersForAScreenThatWasLeft) {
  const auto asked = model.query();
  press('2');
  console_page page;
  page.rows.push_back({"x", {{.text = "x"}}});
  model.take(asked, page, now);
  EXPECT_TRUE(model.page().rows.empty());
}

TEST_F(ConsoleModel, StaysOnWhatIsSelectedWhereverItMoves) {
  press('2');
  fill({"a", "b", "c"});
  press(kind::down);
  EXPECT_EQ(selected(), "b");
  fill({"x", "y", "a", "c", "b"});
  EXPECT_EQ(selected(), "b");
  fill({"x"});
  EXPECT_EQ(selected(), "x");
}

TEST_F(ConsoleModel, MovesWithinTheRows) {
  press('2');
  fill({"a", "b", "c", "d", "e"});
  model.set_height(3);
  press(kind::page_down);
  EXPECT_EQ(selected(), "c");
  press(kind::end);
  press(kind::down);
  EXPECT_EQ(selected(), "e");
  press(kind::page_up);
  EXPECT_EQ(selected(), "c");
  press(kind::home);
  press(kind::up);
  EXPECT_EQ(selected(), "a");
}

TEST_F(ConsoleModel, FiltersWhatIsShown) {
  press('2');
  fill({"apple", "pear", "plum"});
  press('/');
  type("PL");
  EXPECT_EQ(model.shown().size(), 2u);
  type("u");
  EXPECT_EQ(selected(), "plum");
  press(kind::backspace);
  EXPECT_EQ(model.filter(), "PL");
  press(kind::enter);
  EXPECT_EQ(press('q')->which, console_deed::kind::quit); // No more typing.
  press(kind::escape);
  EXPECT_EQ(model.shown().size(), 3u);
}

TEST_F(ConsoleModel, TakesLettersOfSeveralBytesBackWhole) {
  press('/');
  type("a\xc3\xa9");
  press(kind::backspace);
  EXPECT_EQ(model.filter(), "a");
}

TEST_F(ConsoleModel, OpensAndGoesBack) {
  press('2');
  fill({"job_1"});
  press(kind::enter);
  EXPECT_EQ(model.query().screen, console_screen::job);
  EXPECT_EQ(path_of(model.query()), "/v1/jobs/job_1");
  press(kind::escape);
  EXPECT_EQ(model.query().screen, console_screen::jobs);
  press('5');
  fill({"head:7"});
  press(kind::enter);
  EXPECT_EQ(path_of(model.query()), "/v1/actors/head:7");
}

TEST_F(ConsoleModel, OpensTheActorsOfANode) {
  press('4');
  fill({"b"});
  press(kind::enter);
  EXPECT_EQ(path_of(model.query()),
            "/v1/actors?sort=mailbox&top=100&window=10s&node=b");
}

TEST_F(ConsoleModel, SortsActorsAndChoosesTheWindow) {
  press('s');
  EXPECT_EQ(model.query().sort, "mailbox"); // Not on this screen.
  press('5');
  press('s');
  EXPECT_EQ(model.query().sort, "rate");
  press('w');
  EXPECT_EQ(model.query().window, "30s");
  for (int i = 0; i < 3; ++i)
    press('s');
  EXPECT_EQ(model.query().sort, "mailbox");
}

TEST_F(ConsoleModel, KillsOnlyAfterAYes) {
  press('5');
  fill({"head:7"});
  const auto asked = press('k');
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->path, "/v1/actors/head:7/kill");
  EXPECT_EQ(asked->body, "{}");
  console_deed meant{.path = asked->path, .body = R"({"confirm":"head:7"})"};
  model.confirm(meant, "row 3 of job_1");
  EXPECT_EQ(model.footer(), "(y/n) row 3 of job_1");
  EXPECT_FALSE(press('n'));
  EXPECT_EQ(model.footer(), "left alone");
  model.confirm(meant, "row 3 of job_1");
  EXPECT_EQ(press('y')->body, meant.body);
}

TEST_F(ConsoleModel, DrainsTheSelectedNodeAfterAYes) {
  EXPECT_FALSE(press('d'));
  press('4');
  fill({"b"});
  EXPECT_FALSE(press('d'));
  EXPECT_NE(model.footer().find("drain node b?"), std::string::npos);
  EXPECT_EQ(press('y')->path, "/v1/nodes/b/drain");
}

TEST_F(ConsoleModel, OpensTheActorsOfANodeByItsName) {
  press('4');
  console_page page;
  page.rows.push_back({"nod_1", {{.text = "b"}}, {}, {}, "b:9"});
  model.take(model.query(), page, now);
  press(kind::enter);
  EXPECT_EQ(model.query().screen, console_screen::actors);
  EXPECT_EQ(model.query().filters, std::vector<std::string>{"node=b%3A9"});
}

TEST_F(ConsoleModel, TriesAGroupAgain) {
  press('3');
  console_page page;
  page.rows.push_back({"job_1", {{.text = "12"}}, "timeout", "shop.example"});
  model.take(model.query(), page, now);
  press('r');
  const auto deed = press('y');
  ASSERT_TRUE(deed);
  EXPECT_EQ(deed->path, "/v1/jobs/job_1/retry");
  EXPECT_EQ(deed->body, R"({"codes":["timeout"],"hosts":["shop.example"]})");
}

TEST_F(ConsoleModel, FollowsATraceAndLeavesIt) {
  press('5');
  fill({"head:7"});
  const auto deed = press('t');
  ASSERT_TRUE(deed);
  EXPECT_EQ(deed->which, console_deed::kind::trace);
  EXPECT_EQ(model.query().screen, console_screen::trace);
  EXPECT_FALSE(model.wants_look(now + 1h));
  for (int i = 0; i < 1'200; ++i)
    model.take_traced({"head:7", {{.text = std::to_string(i)}}});
  EXPECT_EQ(model.page().rows.size(), 1'000u);
  model.end_trace("limit");
  EXPECT_EQ(model.footer(), "the trace has ended: limit");
  press(kind::escape);
  EXPECT_EQ(model.query().screen, console_screen::actors);
  EXPECT_TRUE(model.wants_look(now + 1h));
}

TEST_F(ConsoleModel, SaysThatNobodyAnswersUntilSomebodyDoes) {
  fill({"a"});
  model.fail("no answer of http://a", false);
  EXPECT_TRUE(model.cut_off());
  EXPECT_EQ(model.footer(), "no answer of http://a");
  EXPECT_EQ(model.page().rows.size(), 1u); // What was known stays.
  fill({"a"});
  EXPECT_FALSE(model.cut_off());
  model.fail("there is no such actor", true);
  EXPECT_FALSE(model.cut_off());
  EXPECT_EQ(model.footer(), "there is no such actor");
}

class ConsoleFrame : public ConsoleModel {
protected:
  std::vector<std::string> lines(frame_size size) {
    std::vector<std::string> out;
    for (const auto& each :
         compose(model, "http://127.0.0.1:8080", size, now + 3s))
      out.push_back(text_of(each));
    return out;
  }
};

TEST_F(ConsoleFrame, FitsAnySize) {
  press('2');
  std::vector<std::string> ids;
  for (int i = 0; i < 500; ++i)
    ids.push_back("job \xc3\xa9\xc3\xa9\xc3\xa9 " + std::to_string(i));
  fill(ids);
  for (const bool helps : {false, true}) {
    if (helps)
      press('?');
    for (std::size_t width = 0; width < 130; width += 7)
      for (std::size_t height = 0; height < 60; height += 5) {
        const auto seen = lines({width, height});
        EXPECT_LE(seen.size(), height);
        for (const auto& line : seen)
          EXPECT_LE(columns_of(line), width);
      }
  }
}

TEST_F(ConsoleFrame, KeepsTheSelectedRowInSight) {
  press('2');
  std::vector<std::string> ids;
  for (int i = 0; i < 100; ++i)
    ids.push_back("job_" + std::to_string(i));
  fill(ids);
  lines({80, 10});
  press(kind::end);
  const auto seen = lines({80, 10});
  EXPECT_NE(seen[8].find(">job_99"), std::string::npos);
  EXPECT_NE(seen[0].find("3 s old"), std::string::npos);
}

TEST_F(ConsoleFrame, NeedsNoColour) {
  press('2');
  fill({"job_1", "job_2"});
  const auto frame = compose(model, "http://a", {80, 10}, now);
  EXPECT_TRUE(text_of(frame[2]).starts_with(">job_1"));
  EXPECT_TRUE(frame[2].marked);
  EXPECT_TRUE(text_of(frame[3]).starts_with(" job_2"));
}

TEST_F(ConsoleFrame, ShowsNothingThatSteersATerminal) {
  press('2');
  fill({"\x1b[2J\a"});
  for (const auto& line : lines({80, 10}))
    for (const char c : line)
      EXPECT_FALSE(c >= 0 && c < ' ') << line;
}

TEST_F(ConsoleFrame, SaysWhenThereIsNothing) {
  press('2');
  fill({});
  EXPECT_EQ(lines({80, 10})[2], " nothing");
}

} // namespace
} // namespace pixmill::cli
