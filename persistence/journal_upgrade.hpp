#pragma once

#include <cstdint>

#include <caf/expected.hpp>
#include <caf/unit.hpp>

namespace pixmill::persistence {

class journal_database;

/// Brings a journal of an older schema up to date: schema 2 added the index of
/// items and the order in which they settled, both made here from the outcomes.
/// Whatever interrupts it, the next start does it again.
/// @param found The schema that the journal was written with.
caf::expected<caf::unit_t> upgrade_journal(const journal_database& database,
                                           std::uint32_t found);

} // namespace pixmill::persistence
