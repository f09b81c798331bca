#include "persistence/journal_store.hpp"

#include <utility>

#include "persistence/journal_upgrade.hpp"
#include "persistence/journal_writer.hpp"

namespace pixmill::persistence {

class journal_store::impl final : public journal_writer {
public:
  using journal_writer::journal_writer;
};

caf::expected<std::unique_ptr<journal_store>>
journal_store::open(const std::filesystem::path& folder) {
  auto database = journal_database::open(folder, schema_version);
  if (!database)
    return database.error();
  if (auto upgraded = upgrade_journal(**database, (*database)->found_schema());
      !upgraded)
    return upgraded.error();
  return std::unique_ptr<journal_store>{
    new journal_store{std::make_unique<impl>(std::move(*database))}};
}

journal_store::journal_store(std::unique_ptr<impl> opened)
    : impl_{std::move(opened)} {
  // nop
}

journal_store::~journal_store() = default;

caf::expected<caf::unit_t>
journal_store::put_csv_chunk(std::string_view job, std::uint32_t index,
                             std::string_view bytes) {
  return impl_->put_csv_chunk(job, index, bytes);
}

caf::expected<caf::unit_t> journal_store::accept_job(const job_record& job,
                                                     std::string_view csv) {
  return impl_->accept_job(job, csv);
}

caf::expected<std::optional<outbox_entry>>
journal_store::update_job(const job_record& job) {
  return impl_->update_job(job);
}

caf::expected<std::vector<write_verdict>>
journal_store::commit(const std::vector<slot_write>& writes) {
  return impl_->commit(writes);
}

caf::expected<caf::unit_t>
journal_store::reopen_slots(const job_record& job,
                            const std::vector<slot_id>& slots) {
  return impl_->reopen_slots(job, slots);
}

caf::expected<bool> journal_store::erase_job(std::string_view job) {
  return impl_->erase_job(job);
}

const journal_purge& journal_store::purge() const noexcept {
  return impl_->purge();
}

journal_tally& journal_store::tally() const noexcept {
  return impl_->written();
}

caf::expected<std::string> journal_store::id() {
  return impl_->id();
}

caf::expected<caf::unit_t> journal_store::drop_unaccepted() {
  return impl_->drop_unaccepted();
}

caf::expected<caf::unit_t> journal_store::probe() {
  return impl_->probe();
}

caf::expected<std::vector<job_record>> journal_store::jobs() const {
  return impl_->reader().jobs();
}

caf::expected<job_record> journal_store::job(std::string_view id) const {
  return impl_->reader().job(id);
}

caf::expected<std::optional<job_record>>
journal_store::job_by_submission_key(std::string_view tenant,
                                     std::string_view key) const {
  return impl_->reader().job_by_submission_key(tenant, key);
}

caf::expected<std::optional<job_record>>
journal_store::job_by_fingerprint(std::string_view fingerprint) const {
  return impl_->reader().job_by_fingerprint(fingerprint);
}

caf::expected<job_counters>
journal_store::counters(std::string_view job) const {
  return impl_->reader().counters(job);
}

outbox& journal_store::events() noexcept {
  return impl_->events();
}

const outbox& journal_store::events() const noexcept {
  return impl_->events();
}

token_store& journal_store::tokens() noexcept {
  return impl_->tokens();
}

const token_store& journal_store::tokens() const noexcept {
  return impl_->tokens();
}

audit_log& journal_store::audit() noexcept {
  return impl_->audit();
}

const audit_log& journal_store::audit() const noexcept {
  return impl_->audit();
}

rate_history& journal_store::history() noexcept {
  return impl_->history();
}

const rate_history& journal_store::history() const noexcept {
  return impl_->history();
}

caf::expected<std::string> journal_store::csv_chunk(std::string_view job,
                                                    std::uint32_t index) const {
  return impl_->reader().csv_chunk(job, index);
}

caf::expected<std::optional<outcome>> journal_store::slot(std::string_view job,
                                                          slot_id slot) const {
  return impl_->reader().slot(job, slot);
}

slot_cursor journal_store::slots_from(std::string_view job, slot_id first,
                                      journal_snapshot as_of) const {
  return impl_->reader().slots_from(job, first, std::move(as_of));
}

journal_snapshot journal_store::snapshot() const {
  return impl_->reader().snapshot();
}

index_cursor journal_store::find_slots(std::string_view job,
                                       index_filter filter,
                                       slot_id first) const {
  return impl_->reader().find_slots(job, std::move(filter), first);
}

const settlement_trail& journal_store::trail() const {
  return impl_->trail();
}

caf::expected<caf::unit_t> journal_store::for_each_slot(
  std::string_view job, slot_id first,
  const std::function<bool(slot_id, const outcome&)>& visit) const {
  auto cursor = slots_from(job, first);
  slot_id slot;
  outcome result;
  for (;;) {
    const auto more = cursor.next(slot, result);
    if (!more)
      return more.error();
    if (!*more || !visit(slot, result))
      return caf::unit;
  }
}

} // namespace pixmill::persistence
