#include "actors/head.hpp"

#include <algorithm>
#include <future>
#include <random>
#include <type_traits>
#include <utility>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/admission.hpp"
#include "actors/archive.hpp"
#include "actors/dispatcher.hpp"
#include "actors/head_metrics.hpp"
#include "actors/head_parts.hpp"
#include "actors/journal.hpp"
#include "actors/notifier.hpp"
#include "actors/supervisor.hpp"
#include "actors/worker.hpp"
#include "persistence/webhook_keyring.hpp"
#include "telemetry/metrics.hpp"
#include "telemetry/webhook_counters.hpp"

namespace pixmill::actors {
namespace {

// How fine the history of the rates is; see persistence::rate_history.
constexpr std::chrono::milliseconds sample_interval{10'000};

struct system_config : caf::actor_system_config {
  explicit system_config(const head_settings& wanted) {
    const auto& settings = wanted.scheduler;
    register_messages(*this);
    if (wanted.network)
      wanted.network(*this);
    set("scheduler.max-threads", std::size_t{settings.max_threads});
    set("scheduler.max-throughput", std::size_t{settings.max_throughput});
    // Work-stealing polls even when idle; sharing sleeps.
    set("scheduler.policy", caf::atom("sharing"));
  }
};

} // namespace

class head::impl {
public:
  impl(head_settings settings, head_parts opened)
      : parts_{std::move(opened)}, config_{settings}, system_{config_},
        notifier_settings_{settings.notifier}, webhook_{settings.webhook},
        fetch_{settings.fetch}, keyring_{settings.keyring},
        journal_folder_{settings.store.journal} {
    // Actors end by the exit messages of `stop`, not by running dry.
    system_.await_actors_before_shutdown(false);
    spawn(std::move(settings));
  }

  ~impl() {
    stop();
  }

  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;

  template <class T, class... Ts>
  caf::expected<T> ask(Ts&&... message) {
    return ask_of<T>(supervisor_, std::forward<Ts>(message)...);
  }

  template <class T, class... Ts>
  caf::expected<T> ask_journal(Ts&&... message) {
    return ask_of<T>(journal_, std::forward<Ts>(message)...);
  }

  template <class T, class... Ts>
  caf::expected<T> ask_dispatcher(Ts&&... message) {
    return ask_of<T>(dispatcher_, std::forward<Ts>(message)...);
  }

  caf::expected<std::string> put_image(std::string_view bytes,
                                       image_format format) {
    return parts_.images.objects->put(
      {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()},
      format);
  }

  dispatcher_actor dispatcher() const {
    return dispatcher_;
  }

  caf::actor_system& system() {
    return system_;
  }

  template <class T, class... Ts>
  caf::expected<T> ask_notifier(Ts&&... message) {
    if (!notifier_)
      return make_error(errc::interrupted, "no webhooks are sent yet");
    return ask_of<T>(notifier_, std::forward<Ts>(message)...);
  }

  caf::expected<caf::unit_t>
  notify_with(std::function<caf::expected<std::string>(const delivery&)> body) {
    const persistence::webhook_keyring keyring{keyring_, journal_folder_};
    if (auto made = keyring.make_first(); !made)
      return made;
    if (auto read = keyring.secrets(); !read)
      return read.error();
    auto sender = net::webhook_sender::create(webhook_, fetch_);
    if (!sender)
      return std::move(sender.error());
    parts_.sender = std::move(*sender);
    std::random_device entropy;
    notifier_ = system_.spawn<caf::detached>(
      notifier,
      notifier_setup{.store = parts_.journal.get(),
                     .transport = parts_.sender.get(),
                     .journal = journal_,
                     .settings = notifier_settings_,
                     .body = std::move(body),
                     .secrets = [keyring] { return keyring.secrets(); },
                     .seed = (std::uint64_t{entropy()} << 32) | entropy()});
    return ask_notifier<caf::unit_t>(atom::restore::value);
  }

  const persistence::journal_store& journal() const {
    return *parts_.journal;
  }

  const std::string& journal_id() const {
    return parts_.journal_id;
  }

  caf::error room(const std::string& tenant) const {
    return places_->check(tenant);
  }

  news_board& news() {
    return news_;
  }

  const persistence::object_store& images() const {
    return *parts_.images.objects;
  }

  net::download fetch(const std::string& url,
                      std::chrono::milliseconds longest) {
    const auto told = std::make_shared<std::promise<net::download>>();
    auto come = told->get_future();
    const auto ticket = parts_.fetcher->start(
      {.url = url}, [told](net::download got) { told->set_value(got); });
    if (come.wait_for(longest) == std::future_status::ready)
      return come.get();
    parts_.fetcher->cancel(ticket);
    come.wait(); // It is told of once in any case.
    net::download late;
    late.why = {errc::timeout, 0, "not here in time"};
    return late;
  }

  const inspector& inside() const {
    return inspector_;
  }

  std::shared_ptr<node_directory> directory() {
    return directory_;
  }

  load work() const {
    return {.fetch = parts_.fetcher->load(), .codec = parts_.codec->load()};
  }

  std::optional<std::vector<net::origin_load>>
  origins(std::chrono::milliseconds patience) const {
    return parts_.fetcher->origins(patience);
  }

  void add_metrics(telemetry::metric_page& page) const {
    parts_.journal->tally().add_to(page);
    telemetry::add_webhook_metrics(page);
    add_node_metrics(page, parts_.fetcher->load(), parts_.codec->load());
  }

private:
  template <class T, class Handle, class... Ts>
  caf::expected<T> ask_of(const Handle& whom, Ts&&... message) {
    caf::scoped_actor self{system_};
    caf::expected<T> out = make_error(errc::interrupted, "no answer");
    const auto refuse = [&](caf::error& reason) { out = std::move(reason); };
    auto asked =
      self->request(whom, caf::infinite, std::forward<Ts>(message)...);
    // CAF answers `unit_t` with an empty message.
    if constexpr (std::is_same_v<T, caf::unit_t>)
      asked.receive([&] { out = caf::unit; }, refuse);
    else
      asked.receive([&](T& answer) { out = std::move(answer); }, refuse);
    return out;
  }

  void spawn(head_settings settings) {
    auto services = std::make_shared<node_services>(
      node_services{.fetcher = parts_.fetcher.get(),
                    .codec = parts_.codec.get(),
                    .store = parts_.writer.get(),
                    .node_name = settings.node_name});
    journal_ = system_.spawn<caf::detached>(
      actors::journal,
      journal_setup{
        .store = parts_.journal.get(),
        .sync_objects = [syncer = parts_.syncer.get()](
                          auto done) { syncer->start(std::move(done)); },
        .rules = settings.rules,
        .commit_outcomes = settings.store.commit_outcomes,
        .commit_interval = settings.store.commit_interval,
        .keep = retention_of(settings, parts_),
        .sample_interval =
          settings.tidies ? sample_interval : std::chrono::milliseconds{0}});
    archive_ =
      system_.spawn<caf::detached>(actors::archive, parts_.journal.get());
    places_ = std::make_shared<admission>(settings.jobs.max_queued,
                                          settings.jobs.max_queued_per_tenant);
    dispatcher_ = system_.spawn(
      actors::dispatcher,
      dispatcher_setup{.lease_timeout = settings.jobs.lease_timeout,
                       .per_origin = settings.fetch.per_origin,
                       .permit = std::move(settings.permit)});
    if (settings.works)
      worker_ = system_.spawn(
        worker,
        worker_setup_of(
          {.services = std::move(services),
           .jobs = settings.jobs,
           .fetch = settings.fetch,
           .about = {.local = true,
                     .codecs = imaging::offered_formats(settings.imaging)}}),
        dispatcher_);
    supervisor_ = system_.spawn(
      supervisor, supervisor_setup{.journal = journal_,
                                   .archive = archive_,
                                   .dispatcher = dispatcher_,
                                   .settings = std::move(settings.jobs),
                                   .rules = std::move(settings.rules),
                                   .places = places_,
                                   .news = &news_});
  }

  // Top down: nobody hands out work to an actor that has gone; the journal
  // goes last, when what it was sent has been written.
  void stop() {
    const auto end = [this](auto& handle) {
      if (!handle)
        return;
      caf::scoped_actor self{system_};
      self->monitor(handle);
      self->send_exit(handle, caf::exit_reason::user_shutdown);
      self->receive([](const caf::down_msg&) {},
                    caf::after(std::chrono::seconds{5}) >> [] {});
      handle = nullptr;
    };
    directory_->clear();
    end(supervisor_);
    end(dispatcher_);
    end(worker_);
    end(notifier_);
    parts_.sender.reset();
    parts_.codec.reset();
    parts_.fetcher.reset();
    parts_.writer.reset();
    end(archive_);
    end(journal_);
  }

  head_parts parts_;
  news_board news_;
  std::shared_ptr<admission> places_;
  system_config config_;
  caf::actor_system system_;
  inspector inspector_{system_};
  std::shared_ptr<node_directory> directory_ =
    std::make_shared<node_directory>(system_);
  journal_actor journal_;
  archive_actor archive_;
  dispatcher_actor dispatcher_;
  worker_actor worker_;
  supervisor_actor supervisor_;
  notifier_actor notifier_;
  // What webhooks are sent with, once they are.
  notifier_settings notifier_settings_;
  net::webhook_settings webhook_;
  net::fetch_settings fetch_;
  persistence::keyring_settings keyring_;
  std::string journal_folder_;
};

caf::expected<std::unique_ptr<head>> head::start(head_settings settings) {
  auto opened = open_parts(settings);
  if (!opened)
    return std::move(opened.error());
  return std::unique_ptr<head>{
    new head(std::make_unique<impl>(std::move(settings), std::move(*opened)))};
}

head::head(std::unique_ptr<impl> parts) : impl_{std::move(parts)} {}

head::~head() = default;

caf::expected<caf::unit_t> head::put_chunk(csv_chunk chunk) {
  return impl_->ask<caf::unit_t>(std::move(chunk));
}

caf::expected<job_status> head::accept(job_record job, std::string csv) {
  return impl_->ask<job_status>(atom::accept::value, std::move(job),
                                std::move(csv));
}

caf::error head::room(const std::string& tenant) const {
  return impl_->room(tenant);
}

caf::expected<caf::unit_t> head::erase(const std::string& job) {
  return impl_->ask<caf::unit_t>(atom::erase::value, job);
}

caf::expected<job_status> head::wake(const std::string& job) {
  return impl_->ask<job_status>(atom::wake::value, job);
}

caf::expected<caf::unit_t> head::restore() {
  return impl_->ask<caf::unit_t>(atom::restore::value);
}

caf::expected<std::vector<job_record>> head::jobs() {
  return impl_->ask<std::vector<job_record>>(atom::list::value);
}

caf::expected<job_status> head::command(job_command command) {
  return impl_->ask<job_status>(std::move(command));
}

caf::expected<job_status> head::status(const std::string& job) {
  return impl_->ask<job_status>(atom::status::value, job);
}

caf::expected<caf::unit_t> head::add(api_token token) {
  return impl_->ask_journal<caf::unit_t>(std::move(token));
}

caf::expected<bool> head::revoke(const std::string& token) {
  return impl_->ask_journal<bool>(atom::revoke::value, token);
}

caf::expected<std::vector<node_status>> head::nodes() {
  return impl_->ask_dispatcher<std::vector<node_status>>(atom::list::value);
}

caf::expected<node_status> head::command(node_command command) {
  return impl_->ask_dispatcher<node_status>(std::move(command));
}

caf::expected<std::vector<origin_status>> head::origin_budgets() {
  return impl_->ask_dispatcher<std::vector<origin_status>>(
    atom::origins::value);
}

caf::expected<std::string> head::put_image(std::string_view bytes,
                                           image_format format) {
  return impl_->put_image(bytes, format);
}

dispatcher_actor head::dispatcher() const {
  return impl_->dispatcher();
}

caf::actor_system& head::system() {
  return impl_->system();
}

caf::expected<open_slots> head::open(open_query query) {
  return impl_->ask<open_slots>(std::move(query));
}

news_board& head::news() {
  return impl_->news();
}

caf::expected<caf::unit_t> head::notify_with(
  std::function<caf::expected<std::string>(const delivery&)> body) {
  return impl_->notify_with(std::move(body));
}

caf::expected<delivery> head::replay(const std::string& event) {
  return impl_->ask_notifier<delivery>(atom::replay::value, event);
}

net::download head::fetch(const std::string& url,
                          std::chrono::milliseconds longest) {
  return impl_->fetch(url, longest);
}

caf::expected<webhook_ping> head::ping(const std::string& url) {
  return impl_->ask_notifier<webhook_ping>(atom::ping::value, url);
}

caf::expected<caf::unit_t> head::audit(audit_entry entry) {
  return impl_->ask_journal<caf::unit_t>(std::move(entry));
}

void head::add_metrics(telemetry::metric_page& page) const {
  impl_->add_metrics(page);
}

head::load head::work() const {
  return impl_->work();
}

std::optional<std::vector<net::origin_load>>
head::origins(std::chrono::milliseconds patience) const {
  return impl_->origins(patience);
}

const inspector& head::inside() const {
  return impl_->inside();
}

node_directory& head::others() {
  return *impl_->directory();
}

std::shared_ptr<node_directory> head::directory() {
  return impl_->directory();
}

const std::string& head::journal_id() const {
  return impl_->journal_id();
}

const persistence::journal_store& head::journal() const {
  return impl_->journal();
}

const persistence::object_store& head::images() const {
  return impl_->images();
}

} // namespace pixmill::actors
