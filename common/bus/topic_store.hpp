// The file of one topic: `<folder>/<topic>.sqlite`. A table of records for each partition, whose
// row id is the offset, so that appending touches one page and finding an offset needs no index;
// the positions of the groups; and the floors that keep offsets from being used twice after
// deletion. Knows neither messages nor threads: one user at a time, one connection each.
#pragma once

#include <map>
#include <optional>

#include "common/base/clock.hpp"
#include "common/bus/bus.hpp"
#include "common/bus/sqlite.hpp"

namespace lode::bus {

struct StoredRecord {
    Position position;
    UnixTime appended;
    std::string key;
    std::string payload;
};

struct AppendedRecord {
    Position position;
    UnixTime appended;
    std::string_view key;
    ByteView payload;
};

// Offsets from `from` up to, not including, `until`.
struct Range {
    std::uint32_t partition = 0;
    std::int64_t from = 0;
    std::int64_t until = 0;
};

struct ReadLimit {
    std::size_t records;
    std::size_t bytes;  // at least one record is read, whatever its size
};

// By partition, the first offset that a group has not dealt with.
using GroupPositions = std::map<std::string, std::vector<std::int64_t>>;

class TopicStore {
  public:
    // Creates the file, or refuses one made for another number of partitions or by a newer
    // version.
    [[nodiscard]] static Result<TopicStore> open(const std::filesystem::path& path,
                                                 std::uint32_t partitions);

    // Writing: begin, any of append and set_group, commit. A failed step ends the transaction
    // with nothing written.
    [[nodiscard]] Result<void> begin();
    [[nodiscard]] Result<void> append(const AppendedRecord& record);
    [[nodiscard]] Result<void> set_group(const std::string& group, Position next);
    [[nodiscard]] Result<void> commit();

    // Deletes at most `count_max` of the oldest records before `end`, in a transaction of its
    // own, and says how many.
    [[nodiscard]] Result<std::int64_t> delete_before(Position end, std::int64_t count_max);

    // In offset order; records deleted meanwhile are left out.
    [[nodiscard]] Result<std::vector<StoredRecord>> read(const Range& range, ReadLimit limit);
    // The offset that the next record gets.
    [[nodiscard]] Result<std::int64_t> next_offset(std::uint32_t partition);
    // Nothing when the partition holds no record.
    [[nodiscard]] Result<std::optional<std::int64_t>> first_offset(std::uint32_t partition);
    // The first record appended at or after `since`, or the next offset; appended times never
    // fall within a partition.
    [[nodiscard]] Result<std::int64_t> first_since(std::uint32_t partition, UnixTime since);
    [[nodiscard]] Result<UnixTime> last_appended();
    [[nodiscard]] Result<GroupPositions> groups();

  private:
    struct PartitionStatements {
        SqliteStatement append;
        SqliteStatement read;
        SqliteStatement erase;
        SqliteStatement bounds;
        SqliteStatement appended;
    };

    TopicStore(SqliteDatabase database, std::uint32_t partitions);
    [[nodiscard]] static Result<void> make_file(const std::filesystem::path& path,
                                                std::uint32_t partitions);
    [[nodiscard]] Result<void> create();
    [[nodiscard]] Result<void> check();
    [[nodiscard]] Result<void> prepare();
    [[nodiscard]] Result<void> step_of_transaction(Result<void> outcome);
    [[nodiscard]] Result<void> keep_floor(Position next);

    SqliteDatabase database_;
    std::uint32_t partitions_;
    std::vector<PartitionStatements> statements_;
    std::optional<SqliteStatement> begin_;
    std::optional<SqliteStatement> commit_;
    std::optional<SqliteStatement> set_group_;
    std::optional<SqliteStatement> floor_;
};

}  // namespace lode::bus
