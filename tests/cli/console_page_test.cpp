#include "cli/console_page.hpp"

#include <gtest/gtest.h>

#include "cli/console_command.hpp"

namespace pixmill::cli {
namespace {

std::vector<std::string> texts(const console_row& row) {
  std::vector<std::string> out;
  for (const auto& cell : row.cells)
    out.push_back(cell.text);
  return out;
}

TEST(ConsolePage, ReadsActors) {
  const auto page = read_page(console_screen::actors, R"({
    "scope":"window","window_s":10.2,"total":7,
    "silent":[{"node":"b","since_ms":812}],
    "actors":[{"id":"head:7","kind":"row","state":"running","mailbox":3,
      "rate":4.25,"busy_ratio":0.97,"busy_ms":1200,"age_s":75.2,
      "label":"row 12"}]})");
  EXPECT_EQ(page.scope, "last 10 s");
  ASSERT_EQ(page.rows.size(), 1u);
  EXPECT_EQ(page.rows[0].id, "head:7");
  EXPECT_EQ(texts(page.rows[0]),
            (std::vector<std::string>{"head:7", "row", "running", "3", "4.2",
                                      "97 %", "1200 ms", "75 s", "row 12"}));
  EXPECT_EQ(page.head[1], "no answer from b for 812 ms");
}

TEST(ConsolePage, IndentsTheTree) {
  const auto page = read_page(console_screen::tree, R"({"total":9,"root":{
    "id":"head:0","children_total":1,"children":[
      {"id":"head:2","label":"job_1","children_total":8,"children":[]}]}})");
  ASSERT_EQ(page.rows.size(), 2u);
  EXPECT_EQ(page.rows[1].cells[0].text, "  head:2");
  EXPECT_EQ(page.rows[1].cells.back().text, "job_1  (+8)");
}

TEST(ConsolePage, NamesGroupsOfFailures) {
  const auto page = read_page(console_screen::errors, R"({"total":12,"groups":[
    {"code":"timeout","host":null,"job":"job_1","count":12,"transient":true,
     "sample":null}]})");
  ASSERT_EQ(page.rows.size(), 1u);
  EXPECT_EQ(page.rows[0].code, "timeout");
  EXPECT_EQ(page.rows[0].host, "");
  EXPECT_EQ(page.rows[0].cells[3].text, "being counted");
}

TEST(ConsolePage, TakesAnyAnswer) {
  for (const auto* text :
       {"", "[]", "7", "{}", R"({"actors":7})", R"({"actors":[7]})",
        R"({"root":[]})", R"({"jobs":{"a":1}})", R"({"groups":[{}]})",
        R"({"probe":7,"handlers":[1],"events":["x"],"children":[null]})"})
    for (int screen = 0; screen <= 12; ++screen)
      EXPECT_NO_THROW(read_page(static_cast<console_screen>(screen), text))
        << text << " on " << screen;
}

TEST(ConsoleCommand, ReadsWhatIsToBeShown) {
  const auto top = read_command("actors top mailbox 5");
  ASSERT_TRUE(top);
  EXPECT_EQ(path_of(*top->look), "/v1/actors?sort=mailbox&top=5&window=10s");
  EXPECT_EQ(path_of(*read_command("  actors busy kind image job job_1")->look),
            "/v1/actors?sort=busy&top=20&window=10s&kind=image&job=job_1");
  EXPECT_EQ(path_of(*read_command("errors code timeout host a.b 7")->look),
            "/v1/errors?limit=7&code=timeout&host=a%2Eb");
  EXPECT_EQ(path_of(*read_command("actor head:7")->look), "/v1/actors/head:7");
  EXPECT_EQ(path_of(*read_command("overview")->look), "/v1/overview");
}

TEST(ConsoleCommand, ReadsWhatIsToBeDone) {
  const auto kill = read_command("kill head:7");
  ASSERT_TRUE(kill);
  EXPECT_TRUE(kill->posts);
  EXPECT_EQ(kill->body, "{}");
  EXPECT_EQ(read_command("kill head:7 yes")->body, R"({"confirm":"head:7"})");
  EXPECT_EQ(read_command("drain b yes")->path, "/v1/nodes/b/drain");
  EXPECT_FALSE(read_command("drain b yes")->unmeant);
  EXPECT_FALSE(read_command("undrain b")->unmeant);
  const auto retry = read_command("retry job_1 code timeout code dns");
  EXPECT_EQ(retry->path, "/v1/jobs/job_1/retry");
  EXPECT_EQ(retry->body, R"({"codes":["timeout","dns"]})");
  EXPECT_TRUE(read_command("trace head:7 50")->follows_trace);
  EXPECT_EQ(read_command("trace head:7 50 job")->body,
            R"({"limit":50,"seconds":10,"whole_job":true})");
  EXPECT_EQ(read_command("history cpu")->path, "/v1/history?metric=cpu");
}

TEST(ConsoleCommand, NamesWhatItWouldHitUnlessItIsMeant) {
  const auto hits = [](const char* line, const char* answer) {
    return hits_of(*read_command(line)->unmeant, answer);
  };
  EXPECT_EQ(hits("cancel job_1",
                 R"({"progress":{"active":2,"pending":40,"failed":1}})"),
            "job job_1 ends: 42 images will not be done; it is done by: "
            "cancel job_1 yes");
  EXPECT_EQ(hits("retry job_1 code dns", R"({"progress":{"failed":1}})"),
            "job job_1: of 1 failed image those that match are tried again; "
            "it is done by: retry job_1 code dns yes");
  EXPECT_EQ(hits("drain b", R"({"nodes":[{"name":"b","used":7}]})"),
            "node b ends its 7 images under way and is given no more; it is "
            "done by: drain b yes");
  EXPECT_EQ(path_of(*read_command("drain b")->unmeant), "/v1/nodes");
  EXPECT_EQ(path_of(*read_command("pause job_1")->unmeant), "/v1/jobs/job_1");
  EXPECT_FALSE(hits("pause job_1", "no JSON").empty());
}

TEST(ConsoleCommand, SaysWhatIsWrong) {
  for (const auto* line :
       {"", "dance", "actors top size", "kill", "errors job", "actors 0",
        "kill head:7 no", "overview now", "retry job_1 code"}) {
    const auto wrong = read_command(line);
    ASSERT_FALSE(wrong) << line;
    EXPECT_NE(context_of(wrong.error()).find("actors [top]"),
              std::string::npos);
  }
}

} // namespace
} // namespace pixmill::cli
