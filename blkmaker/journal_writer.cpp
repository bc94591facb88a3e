// Tasks for the journal's thread.
#include "blkmaker/journal_writer.hpp"

#include "blkmaker/block_assembler.hpp"
#include "common/base/log.hpp"

namespace lode::blkmaker {

JournalWriter::JournalWriter(Journal journal, const Clock& clock, Executor& home)
    : journal_(std::move(journal)), clock_(clock), home_(home), loop_("blk-journal") {}

void JournalWriter::append(std::string entry, std::function<void(Result<void>)> written) {
    loop_.post([this, entry = std::move(entry), written = std::move(written)] {
        const auto outcome = journal_.append(as_bytes(entry), clock_.unix_now());
        home_.post([written, outcome] { written(outcome); });
    });
}

void JournalWriter::read(std::function<void(Result<std::vector<std::string>>)> given) {
    loop_.post([this, given = std::move(given)] {
        home_.post([given, entries = journal_.read()] { given(entries); });
    });
}

void JournalWriter::check(std::shared_ptr<const Bytes> block, const bitcoin::Hash256& hash) {
    loop_.post([block = std::move(block), hash] {
        if (const auto good = check_serialised(*block); !good) {
            log::error("our own serialisation of a block is wrong",
                       {{"block", bitcoin::to_display_hex(hash)}, {"error", good.error()}});
        }
    });
}

void JournalWriter::drain(Task done) {
    loop_.post([this, done = std::move(done)] { home_.post(done); });
}

}  // namespace lode::blkmaker
