// What the database has not taken yet: of each block its last few changes, so that an
// outage of any length costs memory by blocks and not by changes. Sans IO, one thread at a time.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "blkmaker/block_repository.hpp"

namespace lode::blkmaker {

// What is to be written of one block, in this order.
struct RowWork {
    // A change whose answer was lost may stand already; what comes later waits behind it.
    enum class Attempt { first, repeated };

    bitcoin::Hash256 block;
    std::optional<RowChange> change;
    UnixTime changed;
    Attempt attempt = Attempt::first;
    std::vector<BlockRepository::Answer> answers;
    std::optional<MarkPublished> mark;
};

class RowBacklog {
  public:
    // Blocks with something to write. Each takes a few KiB: two changes, an answer of each node.
    static constexpr std::size_t blocks_max = 10'000;

    explicit RowBacklog(std::size_t most = blocks_max) : most_(most) {}

    // Changes of one block that wait, each to be told when it is written: more than a block's
    // life has. Beyond them one that goes on replaces the last, from where that began.
    static constexpr std::size_t changes_max = 8;

    // A change that goes on from the last one waits behind it; any other one is newer knowledge of
    // the row and replaces all that wait.
    void change(const RowChange& change, UnixTime now);
    void record_answer(const BlockRepository::Answer& answer);
    void mark_published(const MarkPublished& event);

    // The work of up to `count` blocks, those that wait longest first. It stays here until
    // written() or put_back(), and until then nothing more of these blocks is taken.
    [[nodiscard]] std::vector<RowWork> take(std::size_t count);
    // What was taken is in the database, or refused by it for ever.
    void written();
    // What was taken may be in the database or not; the next take() gives it again.
    void put_back(std::vector<RowWork> work);

    // Blocks with something to write.
    [[nodiscard]] std::size_t size() const { return waiting_.size(); }
    // Whether something was dropped since the last call because too many blocks wait: it is to
    // be derived again from the journal and the book.
    [[nodiscard]] bool take_overflow() { return std::exchange(overflowed_, false); }
    [[nodiscard]] bool overflowed() const { return overflowed_; }

  private:
    struct Change {
        RowChange change;
        UnixTime when;
    };
    struct Waiting {
        std::optional<RowWork> tried;  // handed out at least once; not to be merged with
        std::deque<Change> changes;
        std::map<std::string, BlockRepository::Answer> answers;  // by node
        std::optional<MarkPublished> mark;
    };

    // None when there is no room.
    [[nodiscard]] Waiting* find(const bitcoin::Hash256& block);

    std::size_t most_;
    std::map<bitcoin::Hash256, Waiting> waiting_;
    std::deque<bitcoin::Hash256> order_;  // each of waiting_ once, but for those taken
    std::vector<bitcoin::Hash256> taken_;
    bool overflowed_ = false;
};

}  // namespace lode::blkmaker
