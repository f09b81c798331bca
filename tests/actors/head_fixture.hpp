#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "actors/archive.hpp"
#include "actors/dispatcher.hpp"
#include "actors/journal.hpp"
#include "actors/supervisor.hpp"
#include "actors/worker.hpp"
#include "persistence/journal_store.hpp"
#include "tests/actors/actor_fixture.hpp"

namespace pixmill::test {

/// A whole head on simulated time: real actors and a real journal, but no
/// network, codecs or image store.
class head_fixture : public actor_fixture {
protected:
  void SetUp() override {
    open();
  }

  void TearDown() override {
    close();
    advance(10s);
  }

  void open() {
    auto opened = persistence::journal_store::open(folder.path / "journal");
    ASSERT_TRUE(opened) << context_of(opened.error());
    store = std::move(*opened);
    journal = system.spawn(
      actors::journal,
      actors::journal_setup{.store = store.get(),
                            .sync_objects = [](const auto& done) { done({}); },
                            .rules = {},
                            .commit_outcomes = 64,
                            .commit_interval = 10ms,
                            .keep = {.objects = images, .if_removable = {}}});
    archive = system.spawn(actors::archive, store.get());
    dispatcher = system.spawn(actors::dispatcher, actors::dispatcher_setup{});
    supervisor = system.spawn(actors::supervisor,
                              actors::supervisor_setup{.journal = journal,
                                                       .archive = archive,
                                                       .dispatcher = dispatcher,
                                                       .settings = jobs,
                                                       .rules = {},
                                                       .news = &news});
    run();
  }

  void add_worker(std::uint32_t credit = 8, bool local = true) {
    actors::worker_setup setup;
    setup.services = services.get();
    setup.about.credit = credit;
    setup.about.local = local;
    setup.seed = ++seed;
    setup.retry.fetch.max_attempts = 3;
    setup.retry.fetch.first_pause = 100ms;
    worker = system.spawn(actors::worker, setup, dispatcher);
    run();
  }

  void close() {
    if (supervisor)
      stop(supervisor);
    if (worker)
      stop(worker);
    if (dispatcher)
      stop(dispatcher);
    if (archive)
      stop(archive);
    if (journal)
      stop(journal);
    run();
    store.reset();
  }

  /// Submits a sheet of these data rows.
  caf::expected<actors::job_status>
  submit(const std::string& rows, std::uint32_t row_count, std::uint64_t slots,
         job_options options = {}, const std::string& id = "job_1") {
    const auto text = "S. No.,Product Name,Input Image Urls\n" + rows;
    auto stored = ask<caf::unit_t>(
      supervisor, actors::csv_chunk{.job = id, .index = 0, .bytes = text});
    EXPECT_TRUE(stored);
    job_record job;
    job.id = id;
    job.fingerprint = id;
    job.options = std::move(options);
    job.totals = {.rows = row_count, .slots = slots, .unique = slots};
    job.csv_bytes = text.size();
    job.created_at = unix_now();
    return ask<actors::job_status>(supervisor, actors::atom::accept::value, job,
                                   std::string{});
  }

  actors::job_status status(const std::string& id = "job_1") {
    auto out =
      ask<actors::job_status>(supervisor, actors::atom::status::value, id);
    EXPECT_TRUE(out) << context_of(out.error());
    return out ? *out : actors::job_status{};
  }

  caf::expected<actors::job_status> command(actors::job_verb verb,
                                            const std::string& id = "job_1") {
    return ask<actors::job_status>(
      supervisor,
      actors::job_command{
        .job = id, .verb = verb, .codes = {}, .hosts = {}, .limit = 0});
  }

  /// Lets commits and ticks happen.
  void settle(int steps = 10) {
    for (int i = 0; i < steps; ++i)
      advance(100ms);
  }

  outcome slot(std::uint32_t row, std::uint16_t index = 0) {
    auto found = store->slot("job_1", {row, index});
    return found && *found ? **found : outcome{};
  }

  std::uint64_t seed = 41;
  scratch_folder folder;
  fake_services services;
  actors::job_settings jobs;
  actors::news_board news;
  persistence::object_store* images = nullptr; ///< Null: none.
  std::unique_ptr<persistence::journal_store> store;
  actors::journal_actor journal;
  actors::archive_actor archive;
  actors::dispatcher_actor dispatcher;
  actors::worker_actor worker;
  actors::supervisor_actor supervisor;
};

} // namespace pixmill::test
