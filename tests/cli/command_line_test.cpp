#include "cli/command_line.hpp"

#include <sstream>

#include <gtest/gtest.h>

#include "cli/exit_code.hpp"

namespace pixmill::cli {
namespace {

std::vector<std::string> words(const std::string& text) {
  std::istringstream in{text};
  std::vector<std::string> out;
  for (std::string word; in >> word;)
    out.push_back(word);
  return out;
}

command_line parsed(const std::string& text) {
  auto out = parse_command_line(words(text));
  const auto* end = std::get_if<early_end>(&out);
  EXPECT_EQ(end, nullptr) << text << ": " << end->complaint;
  return end == nullptr ? std::get<command_line>(out) : command_line{};
}

early_end ended(const std::string& text) {
  auto out = parse_command_line(words(text));
  auto* end = std::get_if<early_end>(&out);
  EXPECT_NE(end, nullptr) << text;
  return end == nullptr ? early_end{} : *end;
}

run_options run_with(const std::string& flags) {
  return std::get<run_options>(parsed("run a.csv " + flags).verb);
}

std::string complaint_about(const std::string& text) {
  const auto end = ended(text);
  EXPECT_EQ(end.exit_code, exit_usage) << text;
  EXPECT_EQ(end.help, "") << text;
  return end.complaint;
}

TEST(CommandLine, HelpsWhoSaysNothing) {
  const auto end = ended("");
  EXPECT_EQ(end.exit_code, exit_ok);
  for (const auto* verb :
       {"run", "validate", "verify", "audit", "submit", "status", "watch",
        "results", "cancel", "pause", "resume", "retry", "ls", "config",
        "doctor", "version"})
    EXPECT_NE(end.help.find(std::string{"  "} + verb + " "), std::string::npos)
      << verb;
}

TEST(CommandLine, HelpsWithEachVerbInEightyColumns) {
  for (const auto* verb :
       {"", "run", "validate", "verify", "submit", "status", "watch", "results",
        "cancel", "pause", "resume", "retry", "ls", "config", "config show",
        "doctor", "version"}) {
    const auto end = ended(std::string{verb} + " --help");
    EXPECT_EQ(end.exit_code, exit_ok) << verb;
    std::istringstream lines{end.help};
    for (std::string line; std::getline(lines, line);)
      EXPECT_LE(line.size(), 80u) << verb << ": " << line;
  }
}

TEST(CommandLine, GivesRunItsDefaults) {
  const auto run = run_with("");
  EXPECT_EQ(run.csv, "a.csv");
  EXPECT_EQ(run.out, "out");
  EXPECT_EQ(run.target, "");
  EXPECT_FALSE(run.skip_invalid);
  EXPECT_FALSE(run.report_full);
}

TEST(CommandLine, TakesEveryFlagOfRun) {
  const auto run = run_with(
    "--out d --target 40% --floor 0.9 --format webp --max-edge 800 "
    "--on-invalid skip --assume-https --report full --csv-safe --json "
    "--retry-failed --name spring --max-failure-ratio 20% --deadline 2h "
    "--serial-column S --name-column N --urls-column U");
  EXPECT_EQ(run.out, "d");
  EXPECT_EQ(run.target, "40%");
  EXPECT_EQ(run.floor, "0.9");
  EXPECT_EQ(run.format, "webp");
  EXPECT_EQ(run.max_edge, 800u);
  EXPECT_TRUE(run.skip_invalid);
  EXPECT_TRUE(run.assume_https);
  EXPECT_TRUE(run.report_full);
  EXPECT_TRUE(run.csv_safe);
  EXPECT_TRUE(run.json);
  EXPECT_TRUE(run.retry_failed);
  EXPECT_EQ(run.name, "spring");
  EXPECT_EQ(run.max_failure_ratio, "20%");
  EXPECT_EQ(run.deadline, "2h");
  EXPECT_EQ(run.serial_column, "S");
  EXPECT_EQ(run.name_column, "N");
  EXPECT_EQ(run.urls_column, "U");
}

TEST(CommandLine, TakesQualityForATarget) {
  EXPECT_EQ(run_with("--quality 60").target, "quality:60");
  EXPECT_EQ(run_with("--quality=60").target, "quality:60");
}

TEST(CommandLine, TakesTheLongWordsForDefaults) {
  EXPECT_FALSE(run_with("--on-invalid reject").skip_invalid);
  EXPECT_FALSE(run_with("--report plain").report_full);
}

TEST(CommandLine, TakesSettingsBeforeAndAfterTheVerb) {
  const auto line =
    parsed("--config x.conf --set log.level=debug validate a.csv --set a.b=c");
  EXPECT_EQ(line.config_file, "x.conf");
  EXPECT_EQ(line.assignments,
            (std::vector<std::string>{"log.level=debug", "a.b=c"}));
  EXPECT_EQ(std::get<validate_options>(line.verb).csv, "a.csv");
}

TEST(CommandLine, KeepsAnAssignmentFromEatingTheFile) {
  const auto line = parsed("run --set a.b=c a.csv");
  EXPECT_EQ(std::get<run_options>(line.verb).csv, "a.csv");
  EXPECT_EQ(line.assignments, std::vector<std::string>{"a.b=c"});
}

TEST(CommandLine, TakesAFileThatLooksLikeAFlag) {
  EXPECT_EQ(std::get<run_options>(parsed("run -- -a.csv").verb).csv, "-a.csv");
}

TEST(CommandLine, TakesTheOtherVerbs) {
  EXPECT_EQ(std::get<verify_options>(parsed("verify r.csv").verb).csv, "r.csv");
  const auto audit =
    std::get<audit_options>(parsed("audit r.csv --limit 5").verb);
  EXPECT_EQ(audit.csv, "r.csv");
  EXPECT_EQ(audit.out, "audit.html");
  EXPECT_EQ(audit.limit, 5u);
  EXPECT_TRUE(std::get<verify_options>(parsed("verify r --json").verb).json);
  EXPECT_TRUE(
    std::get<config_show_options>(parsed("config show --json").verb).json);
  EXPECT_TRUE(std::get<doctor_options>(parsed("doctor --json").verb).json);
  EXPECT_FALSE(std::get<version_options>(parsed("version").verb).json);
  const auto validate = std::get<validate_options>(
    parsed("validate a --on-invalid skip --json --urls-column U").verb);
  EXPECT_TRUE(validate.skip_invalid);
  EXPECT_TRUE(validate.json);
  EXPECT_EQ(validate.urls_column, "U");
}

TEST(CommandLine, TellsItsVersion) {
  const auto end = ended("--version");
  EXPECT_EQ(end.exit_code, exit_ok);
  EXPECT_EQ(end.help, "pixmill " PIXMILL_VERSION "\n");
}

TEST(CommandLine, GuessesTheVerb) {
  EXPECT_EQ(complaint_about("rnu a.csv"),
            "\"rnu\" is not a verb; did you mean \"run\"?");
  EXPECT_EQ(
    complaint_about("--set a.b=c frobnicate"),
    "\"frobnicate\" is not a verb; known: run, serve, validate, verify, "
    "submit, status, watch, results, cancel, pause, resume, retry, ls, "
    "token, config, doctor, version, deliveries, replay, webhook, "
    "compare, audit, worker, cert, nodes, drain, undrain, console, db");
}

TEST(CommandLine, GuessesTheFlag) {
  EXPECT_EQ(complaint_about("run a.csv --qualtiy=5"),
            "The following argument was not expected: --qualtiy=5; did you "
            "mean --quality?");
}

TEST(CommandLine, RefusesWhatDoesNotFit) {
  EXPECT_EQ(complaint_about("run"), "FILE is required");
  EXPECT_NE(complaint_about("run a.csv b.csv"), "");
  EXPECT_NE(complaint_about("run a.csv --quality 101"), "");
  EXPECT_NE(complaint_about("run a.csv --quality 50 --target 50%"), "");
  EXPECT_NE(complaint_about("run a.csv --max-edge 0"), "");
  EXPECT_NE(complaint_about("run a.csv --max-edge many"), "");
  EXPECT_NE(complaint_about("run a.csv --on-invalid maybe"), "");
  EXPECT_NE(complaint_about("run a.csv --report long"), "");
  EXPECT_NE(complaint_about("run a.csv --set"), "");
  EXPECT_EQ(complaint_about("config"), "config what? known: config show");
}

} // namespace
} // namespace pixmill::cli
