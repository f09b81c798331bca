#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "cli/job_flags.hpp"

namespace pixmill::cli {

/// What the command line says about the server that a verb talks to.
struct server_options {
  std::string url; ///< Empty: `PIXMILL_URL`, else loopback.
  bool json = false;
};

struct submit_options : job_flags, server_options {
  bool wait = false;
  int priority = 0; ///< -10 to 10.
  std::string webhook;
};

/// A verb about one job.
struct job_verb_options : server_options {
  std::string id;
};

struct status_options : job_verb_options {};

struct watch_options : job_verb_options {};

enum class results_format : std::uint8_t { csv, jsonl, zip, failed };

struct results_options : job_verb_options {
  std::string out; ///< Path of the file to write; empty: standard output.
  results_format format = results_format::csv;
  bool report_full = false;
  bool partial = false;
};

struct steer_options : job_verb_options {
  std::string verb; ///< `cancel`, `pause` or `resume`.
};

struct retry_options : job_verb_options {
  std::vector<std::string> codes; ///< Of failures; empty: any.
  std::vector<std::string> hosts; ///< Of sources; empty: any.
  std::uint64_t limit = 0;        ///< Number of slots; 0: all.
};

struct list_options : server_options {
  std::string state; ///< Empty: any.
  std::string name;  ///< Empty: any.
};

struct deliveries_options : job_verb_options {};

struct replay_options : server_options {
  std::string event; ///< `evt_…`
};

struct webhook_test_options : server_options {
  std::string receiver; ///< URL.
};

struct nodes_options : server_options {};

struct drain_options : server_options {
  std::string node;   ///< Its name or id.
  bool drain = false; ///< False: take work again.
  bool wait = false;
};

struct console_options : server_options {
  std::string command; ///< Empty: on the terminal.
};

/// The verbs that are requests to a server.
using client_options =
  std::variant<submit_options, status_options, watch_options, results_options,
               steer_options, retry_options, list_options, deliveries_options,
               replay_options, webhook_test_options, nodes_options,
               drain_options, console_options>;

} // namespace pixmill::cli
