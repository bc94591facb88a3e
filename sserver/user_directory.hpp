// Which names are registered, as far as the table `user` was read: what is to be read next, and
// what that makes known. Most readings take only what is new; from time to time one takes all, so
// that what was removed shows. Sans IO.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "sserver/user_names.hpp"

namespace lode::sserver {

struct UserRow {
    std::int64_t id = 0;
    std::string name;
    UnixTime created{};

    friend bool operator==(const UserRow&, const UserRow&) = default;
};

class UserDirectory {
  public:
    // 64 MB in memory, and twice that for a moment while names are added.
    static constexpr std::size_t names_max = 4'000'000;
    static constexpr std::size_t page_rows = 10'000;  // about 1 MB as they come from the database
    static constexpr auto whole_interval = std::chrono::minutes(10);
    // Rows do not become visible in the order of their ids: whoever adds one has this long to
    // commit it. What takes longer is found when all is read.
    static constexpr auto settle = std::chrono::minutes(1);

    // `names` are those of an earlier run, if any.
    explicit UserDirectory(UserNamesPtr names, std::size_t most = names_max)
        : names_(std::move(names)), most_(most) {}

    // Starts a reading; one that was not finished is forgotten.
    void begin(SteadyTime now);
    // The next page is the first rows with ids above this, in their order.
    [[nodiscard]] std::int64_t after() const { return after_; }
    // A whole page means that another is wanted.
    enum class Reading { goes_on, finished };
    [[nodiscard]] Reading page(const std::vector<UserRow>& rows);

    // Changes only when a reading is finished, and only if the names are others. Null before the
    // first of all.
    [[nodiscard]] const UserNamesPtr& names() const { return names_; }
    // The table has more names than are kept; those with the highest ids are missing.
    [[nodiscard]] bool overflowed() const { return overflowed_; }

  private:
    enum class Extent { whole, news };

    void finish();
    void settle_marks();

    UserNamesPtr names_;
    std::size_t most_;
    bool overflowed_ = false;
    std::optional<SteadyTime> whole_read_{};  // when the last one of all was begun
    // Up to `settled_` every row was visible a while ago, so that news are read from there; it
    // follows `settling_`, the highest id at `settling_since_`.
    std::int64_t settled_ = 0;
    std::int64_t settling_ = 0;
    SteadyTime settling_since_{};
    std::int64_t highest_ = 0;

    // The reading under way.
    Extent extent_ = Extent::whole;
    SteadyTime begun_{};
    std::int64_t after_ = 0;
    std::vector<NameMark> found_;
};

}  // namespace lode::sserver
