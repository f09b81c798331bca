#include "cli/cluster_flags.hpp"

#include <utility>

#include <CLI/CLI.hpp>

#include "cli/client_flags.hpp"

namespace pixmill::cli {
namespace {

void add_worker(CLI::App& app, worker_options& options) {
  auto& verb = *app.add_subcommand(
    "worker", "Works for a head on another machine, or on this one");
  verb
    .add_option("--join", options.head, "Where the head's cluster address is")
    ->option_text("HOST:PORT")
    ->required();
  verb
    .add_option("--slots", options.slots,
                "Images under way at once; default: 16 for each core")
    ->check(CLI::Range(1, 65536))
    ->option_text("N");
  verb
    .add_option("--name", options.name,
                "Of this node; default: the host's name")
    ->option_text("NAME");
  verb
    .add_option("--label", options.labels, "Shown by pixmill nodes; repeatable")
    ->option_text("LABEL")
    ->allow_extra_args(false)
    ->take_all();
  verb.footer(
    "Dials out only, and again and again until the head is there. SIGTERM: it\n"
    "takes nothing new, finishes what it has, and ends.\n\n"
    "  pixmill worker --join 127.0.0.1:4242\n"
    "  pixmill worker --join head.example:4242 --set cluster.bundle=w1.pem");
}

void add_cert(CLI::App& app, cluster_targets& into) {
  auto& verb =
    *app.add_subcommand("cert", "Makes the certificates of a cluster");
  verb.require_subcommand(1);
  auto& init = *verb.add_subcommand("init", "Makes a private authority, once");
  init
    .add_option("--ca", into.init.folder,
                "Folder of the authority; default: pixmill-ca")
    ->option_text("DIR");
  auto& issue = *verb.add_subcommand(
    "issue", "Makes the bundle of a node: one file to copy; renews one, too");
  issue.add_option("NAME", into.issue.name, "Of the node")->required();
  issue
    .add_option("--ca", into.issue.folder,
                "Folder of the authority; default: pixmill-ca")
    ->option_text("DIR");
  issue.add_option("--out", into.issue.out, "The file; default: NAME.pem")
    ->option_text("FILE");
  issue
    .add_option("--days", into.issue.days, "How long it counts; default: 397")
    ->check(CLI::Range(1, 3650))
    ->option_text("N");
  issue.add_option("--seconds", into.issue.seconds)
    ->check(CLI::Range(1, 86400))
    ->option_text("N")
    ->description("Instead of days, for trying out");
  auto& show =
    *verb.add_subcommand("show", "Tells what is in a certificate or bundle");
  show.add_option("FILE", into.show.file, "PEM")->required();
  show.add_flag("--json", into.show.json, "Print JSON");
  verb.footer("  pixmill cert init\n"
              "  pixmill cert issue head\n"
              "  pixmill cert issue worker-1");
}

void add_drain(CLI::App& app, drain_options& options) {
  auto& drain = *app.add_subcommand(
    "drain", "Gives a node nothing new; it finishes what it has");
  drain.add_option("NODE", options.node, "Its name or id")->required();
  drain.add_flag("--wait", options.wait,
                 "Wait until it has nothing left, and let it go");
  add_server_flags(drain, options);
}

} // namespace

void add_cluster_verbs(CLI::App& app, cluster_targets& into) {
  add_worker(app, into.worker);
  add_cert(app, into);
  add_server_flags(*app.add_subcommand("nodes", "Lists the nodes of a cluster"),
                   into.nodes);
  add_drain(app, into.drain);
  auto& undrain = *app.add_subcommand("undrain", "Gives a node work again");
  undrain.add_option("NODE", into.undrain.node, "Its name or id")->required();
  add_server_flags(undrain, into.undrain);
}

std::optional<cluster_verb> selected_cluster_verb(const CLI::App& app,
                                                  cluster_targets from) {
  if (app.got_subcommand("worker"))
    return std::move(from.worker);
  if (app.got_subcommand("nodes"))
    return std::move(from.nodes);
  if (app.got_subcommand("drain")) {
    from.drain.drain = true;
    return std::move(from.drain);
  }
  if (app.got_subcommand("undrain"))
    return std::move(from.undrain);
  if (!app.got_subcommand("cert"))
    return std::nullopt;
  const auto& verb = *app.get_subcommand("cert");
  if (verb.got_subcommand("init"))
    return cert_options{std::move(from.init)};
  if (verb.got_subcommand("issue"))
    return cert_options{std::move(from.issue)};
  return cert_options{std::move(from.show)};
}

} // namespace pixmill::cli
