// Many sservers at random over crashes, copies, lost folders, database outages and wrong clocks.
#include <catch2/catch_test_macros.hpp>
#include <random>
#include <set>

#include "tests/sserver/lease_table.hpp"

using namespace lode;
using namespace lode::sserver;
using namespace lode::test;
using namespace std::chrono_literals;

namespace {

// Some machines with folders and clocks of their own around one table with few ids.
class Pool {
  public:
    explicit Pool(unsigned seed) : random_(seed) {
        for (int i = 0; i < 6; ++i) add_folder({}, 0);
    }

    void step() {
        time_ +=
            std::chrono::seconds(pick(2) == 0 ? pick(300) : pick(pick(3) == 0 ? 40'000 : 2000));
        check();
        Folder& folder = folders_[pick(folders_.size())];
        switch (pick(12)) {
            case 0:
                return start(folder);
            case 1:
                folder.process.reset();  // kill -9
                return;
            case 2:
                return stop(folder);
            case 3:
                folder.database = pick(2) == 0;
                return;
            case 4:
                folder.skew = std::chrono::seconds(pick(1200)) - 600s;
                return;
            case 5:
                return replace(folder);
            default:
                return renew(folder);
        }
    }

    std::size_t served = 0;
    std::size_t refusals = 0;
    std::size_t passed_on = 0;

  private:
    struct Process {
        ServerLease lease;
        bool counted = false;
    };
    struct Folder {
        std::string holder;
        std::optional<LeaseRow> record;
        std::uint32_t epoch = 0;
        Duration skew = 0s;
        bool database = true;
        std::optional<Process> process{};
    };
    struct Use {
        std::string holder;
        Duration last;
    };

    std::size_t pick(std::size_t below) { return random_() % below; }
    [[nodiscard]] Moment now(const Folder& folder) const {
        return {at(time_ + folder.skew).unix, at(time_).steady};
    }
    void add_folder(std::optional<LeaseRow> record, std::uint32_t epoch) {
        folders_.push_back({"folder-" + std::to_string(++made_), std::move(record), epoch});
    }

    // Lost with its disk, copied elsewhere, or moved.
    void replace(Folder& folder) {
        folder.process.reset();
        if (pick(2) == 0) {
            const Folder& original = folders_[pick(folders_.size())];
            folder.record = original.record;
            folder.epoch = original.epoch;
        } else {
            folder.record.reset();
            folder.epoch = 0;
        }
        folder.holder = "folder-" + std::to_string(++made_);
    }
    void start(Folder& folder) {
        if (folder.process) return;
        LeaseStart start{.holder = folder.holder, .record = folder.record, .epoch = folder.epoch};
        start.id_max = 4;
        auto lease = ServerLease::begin(start, now(folder));
        if (!lease) {
            ++refusals;
            return;
        }
        folder.process = Process{std::move(lease).value()};
        renew(folder);
    }
    void renew(Folder& folder) {
        if (!folder.process) return;
        ServerLease& lease = folder.process->lease;
        const Moment planned = now(folder);
        if (!folder.database) {
            lease.serve_without_database(planned);
            folder.epoch = std::max(folder.epoch, lease.held() ? lease.epoch() : 0);
            return check();
        }
        const auto plan = lease.plan(table_.read(), planned);
        if (!plan) {
            folder.process.reset();
            ++refusals;
            return;
        }
        if (!plan.value()) return;
        folder.epoch = std::max(folder.epoch, plan.value()->to.epoch);
        const auto fate = pick(8);  // the database may be lost before or after it has changed
        if (fate != 0 && !table_.change(*plan.value())) return;
        if (fate <= 1) {
            lease.uncertain(*plan.value());
            lease.serve_without_database(planned);
            folder.epoch = std::max(folder.epoch, lease.held() ? lease.epoch() : 0);
        } else {
            lease.made(*plan.value(), planned);
            if (pick(8) != 0) folder.record = plan.value()->to;  // else killed, or the disk is full
        }
        check();
    }
    void stop(Folder& folder) {
        if (!folder.process) return;
        ServerLease lease = folder.process->lease;
        folder.process.reset();
        if (!folder.database) return;
        const auto change = lease.release(now(folder).unix);
        if (!change) return;
        folder.record = change->to;
        if (pick(4) != 0) table_.change(*change);
    }

    // Nobody shares an id; no epoch of an id comes twice; an id rests before another has it.
    void check() {
        std::set<std::uint16_t> ids;
        for (Folder& folder : folders_) {
            if (!folder.process) continue;
            const auto identity = folder.process->lease.identity(now(folder));
            if (!identity) continue;
            INFO("id " << identity->id << " epoch " << identity->epoch << " " << folder.holder);
            REQUIRE(ids.insert(identity->id).second);
            if (!folder.process->counted) {
                folder.process->counted = true;
                ++served;
                REQUIRE(identities_.insert(*identity).second);
                const auto before = uses_.find(identity->id);
                if (before != uses_.end() && before->second.holder != folder.holder) {
                    ++passed_on;
                    REQUIRE(time_ - before->second.last >= 15min);
                }
            }
            REQUIRE(identities_.contains(*identity));
            uses_[identity->id] = {folder.holder, time_};
        }
    }

    std::mt19937 random_;
    Duration time_ = 0s;
    int made_ = 0;
    Table table_;
    std::vector<Folder> folders_;
    std::set<Identity> identities_;
    std::map<std::uint16_t, Use> uses_;
};

}  // namespace

TEST_CASE("no two serve under one id and no epoch comes twice, whatever happens") {
    std::size_t served = 0;
    std::size_t refusals = 0;
    std::size_t passed_on = 0;
    for (unsigned seed = 1; seed <= 60; ++seed) {
        INFO("seed " << seed);
        Pool pool(seed);
        for (int i = 0; i < 1500; ++i) pool.step();
        served += pool.served;
        refusals += pool.refusals;
        passed_on += pool.passed_on;
    }
    CHECK(served > 1000);
    CHECK(refusals > 50);
    CHECK(passed_on > 50);
}
