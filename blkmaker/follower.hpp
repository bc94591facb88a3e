// Joins the book of blocks to nodes, database and bus: carries out its actions and tells it what
// came of them. Everything on the home thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "blkmaker/block_book.hpp"
#include "blkmaker/config.hpp"
#include "blkmaker/node_link.hpp"
#include "blkmaker/probe.hpp"
#include "blkmaker/row_writer.hpp"
#include "common/runtime/service.hpp"

namespace lode::blkmaker {

class Follower {
  public:
    struct Surroundings {
        Probe& probe;
        Executor& home;
        // Rows were dropped while the database was away: all of the journal is to be recorded()
        // again, as far as rows_waiting() leaves room.
        Task missed;
    };
    [[nodiscard]] static Result<std::unique_ptr<Follower>> open(runtime::Context& context,
                                                                const Config& config,
                                                                const Surroundings& around);

    // A block's bytes: sent to every node before this returns, and followed to its end.
    void solved(const BlockRow& row, const Bytes& block, BlockBook::Origin origin);
    // A block whose row a crash or a long outage of the database may have prevented.
    void recorded(const BlockRow& row);

    // Questions and retries that are due.
    void tick();
    // Reads the rows again, for what other instances changed and for events that lack.
    void look() { rows_->look(); }
    [[nodiscard]] std::size_t rows_waiting() const { return rows_->waiting(); }
    // Calls `done` once the database has what it takes now.
    void drain(Task done) { rows_->drain(std::move(done)); }
    // For good: calls under way fail, no row is written any more. The next start goes on.
    void end_calls();

    [[nodiscard]] bool follows(const bitcoin::Hash256& block) const { return book_.follows(block); }
    [[nodiscard]] bool has_bytes(const bitcoin::Hash256& block) const {
        return book_.has_bytes(block);
    }
    [[nodiscard]] bool database_ready() const { return rows_->ready(); }
    [[nodiscard]] bool node_answers() const;

  private:
    Follower(runtime::Context& context, const Config& config, const Surroundings& around);

    [[nodiscard]] RowWriter::Listener row_listener(Task missed);
    void perform(const BookActions& actions);
    void perform(const SubmitBlock& action);
    void perform(const PreferBlock& action);
    void perform(const AskBlock& action);
    void perform(const RaiseAlert& action);
    void perform(const RowChange& action);
    void perform(const PublishEvent& action);
    void perform(const MarkPublished& action);
    void submit_answered(const SubmitBlock& to, const Result<std::optional<std::string>>& word);

    const Clock& clock_;
    const std::string instance_;
    Probe& probe_;
    BlockBook book_;
    std::map<bitcoin::Hash256, std::shared_ptr<const std::string>> hex_;  // what submitblock takes
    std::vector<std::optional<NodeTip>> tips_;
    std::optional<bus::Producer<v1::BlockEvent>> events_;
    std::unique_ptr<RowWriter> rows_;
    std::vector<std::unique_ptr<NodeLink>> nodes_;
};

}  // namespace lode::blkmaker
