// Many unknown names at once, as after a restart, are learnt by a page of the newest rows.
#include "sharelogger/name_ids.hpp"

#include "common/base/assert.hpp"

namespace lode::sharelogger {
namespace {

// From so many unknown names on, a page of rows is cheaper than a query each.
constexpr std::size_t page_from = 50;
// Rows read for each unknown name.
constexpr std::size_t page_factor = 20;

template <class Ids, class Name>
const std::int64_t* find(const Ids& ids, const Name& name) {
    const auto found = ids.find(name);
    return found == ids.end() ? nullptr : &found->second;
}

std::int64_t page_of(std::size_t unknown) {
    return static_cast<std::int64_t>(std::min(NameIds::known_max, unknown * page_factor));
}

}  // namespace

std::size_t NameIds::Hash::operator()(std::string_view name) const {
    return std::hash<std::string_view>()(name);
}

std::size_t NameIds::Hash::operator()(const WorkerView& name) const {
    return (*this)(name.first) * 31 + (*this)(name.second);
}

bool NameIds::Equal::operator()(std::string_view one, std::string_view other) const {
    return one == other;
}

bool NameIds::Equal::operator()(const WorkerView& one, const WorkerView& other) const {
    return one == other;
}

bool NameIds::knows(const WorkerView& name) const {
    return find(known_.workers, name) != nullptr;
}

std::int64_t NameIds::user(std::string_view name) const {
    const auto* id = find(known_.users, name);
    if (id == nullptr) id = find(new_.users, name);
    LODE_ASSERT(id != nullptr);
    return *id;
}

std::int64_t NameIds::worker(const WorkerView& name) const {
    const auto* id = find(known_.workers, name);
    if (id == nullptr) id = find(new_.workers, name);
    LODE_ASSERT(id != nullptr);
    return *id;
}

void NameIds::keep() {
    known_.users.merge(new_.users);
    known_.workers.merge(new_.workers);
    new_ = {};
    if (known_.users.size() + known_.workers.size() > known_max) known_ = {};
}

Result<void> NameIds::resolve(const Names& names, UnixTime now) {
    new_ = {};
    LODE_TRY_VOID(resolve_users(names.users, now));
    return resolve_workers(names.workers, now);
}

Result<void> NameIds::resolve_users(const std::set<std::string>& names, UnixTime now) {
    db::Upsert insert{.table = "user",
                      .columns = {"name", "created_unix_ms"},
                      .key = {"name"},
                      .add = {},
                      .replace = {},
                      .rows = {}};
    std::vector<std::string> unknown;
    for (const std::string& name : names) {
        if (find(known_.users, name) != nullptr) continue;
        unknown.push_back(name);
        insert.rows.push_back({name, to_unix_ms(now)});
    }
    if (unknown.empty()) return success();
    LODE_TRY_VOID(db_.upsert(insert));
    if (unknown.size() >= page_from) {
        LODE_TRY(const auto rows, db_.query("SELECT name, id FROM user ORDER BY id DESC LIMIT ?",
                                            {page_of(unknown.size())}));
        for (const db::Row& row : rows) new_.users.emplace(row.text(0), row.integer(1));
    }
    for (const std::string& name : unknown) {
        if (find(new_.users, name) != nullptr) continue;
        LODE_TRY(const auto rows, db_.query("SELECT id FROM user WHERE name = ?", {name}));
        if (rows.empty()) return failure(ErrorCode::internal, "a user that was written is gone");
        new_.users.emplace(name, rows.front().integer(0));
    }
    return success();
}

Result<void> NameIds::resolve_workers(const std::set<Worker>& names, UnixTime now) {
    db::Upsert insert{.table = "worker",
                      .columns = {"user_id", "name", "created_unix_ms", "last_share_unix_ms"},
                      .key = {"user_id", "name"},
                      .add = {},
                      .replace = {},
                      .rows = {}};
    std::vector<Worker> unknown;
    for (const Worker& name : names) {
        if (find(known_.workers, name) != nullptr) continue;
        unknown.push_back(name);
        insert.rows.push_back({user(name.first), name.second, to_unix_ms(now), to_unix_ms(now)});
    }
    if (unknown.empty()) return success();
    LODE_TRY_VOID(db_.upsert(insert));
    if (unknown.size() >= page_from) {
        LODE_TRY(const auto rows,
                 db_.query("SELECT u.name, w.name, w.id FROM worker w JOIN user u ON "
                           "u.id = w.user_id ORDER BY w.id DESC LIMIT ?",
                           {page_of(unknown.size())}));
        for (const db::Row& row : rows) {
            new_.workers.emplace(Worker{row.text(0), row.text(1)}, row.integer(2));
        }
    }
    for (const Worker& name : unknown) {
        if (find(new_.workers, name) != nullptr) continue;
        LODE_TRY(const auto rows, db_.query("SELECT id FROM worker WHERE user_id = ? AND name = ?",
                                            {user(name.first), name.second}));
        if (rows.empty()) return failure(ErrorCode::internal, "a worker that was written is gone");
        new_.workers.emplace(name, rows.front().integer(0));
    }
    return success();
}

}  // namespace lode::sharelogger
