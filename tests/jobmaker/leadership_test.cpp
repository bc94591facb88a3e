// Who makes jobs: rule by rule, and several makers over a simulated topic, group and neighbours.
#include "jobmaker/leadership.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <deque>
#include <random>
#include <set>
#include <vector>

using namespace lode;
using jobmaker::Leadership;
using jobmaker::Role;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr SteadyTime start{std::chrono::hours(1)};

Leadership leading(std::int64_t generation) {
    Leadership one({});
    one.assigned(start);
    one.claim_sent();
    one.claim_written(generation, start);
    one.generation_read(generation, start);
    return one;
}

}  // namespace

TEST_CASE("who is not chosen claims nothing and makes no jobs") {
    Leadership one({});
    CHECK(one.role() == Role::standby);
    CHECK_FALSE(one.claim_due(start + seconds(3'600)));
    CHECK_FALSE(one.generation());
}

TEST_CASE("who is chosen claims at once and leads when its claim is read, in whatever order told") {
    Leadership one({});
    one.assigned(start);
    CHECK(one.role() == Role::claiming);
    REQUIRE(one.claim_due(start));
    one.claim_sent();
    CHECK_FALSE(one.claim_due(start + seconds(60)));
    one.claim_written(5, start);
    CHECK_FALSE(one.generation());
    one.generation_read(4, start);
    CHECK_FALSE(one.generation());
    one.generation_read(5, start);
    CHECK(one.generation() == 5);
    CHECK(one.role() == Role::leader);

    Leadership other({});
    other.assigned(start);
    other.claim_sent();
    other.generation_read(5, start);
    other.claim_written(5, start);
    CHECK(other.generation() == 5);
}

TEST_CASE("a claim that failed is written again after two seconds") {
    Leadership one({});
    one.assigned(start);
    one.claim_sent();
    one.claim_failed(start);
    CHECK_FALSE(one.claim_due(start + milliseconds(1'999)));
    CHECK(one.claim_due(start + seconds(2)));
}

TEST_CASE("a leader that is chosen no more goes on until a higher claim is read") {
    auto lost = leading(5);
    lost.revoked();
    CHECK(lost.generation() == 5);
    lost.generation_read(5, start);
    CHECK(lost.generation() == 5);
    lost.generation_read(9, start);
    CHECK_FALSE(lost.generation());
    CHECK(lost.role() == Role::standby);
    CHECK_FALSE(lost.claim_due(start + seconds(3'600)));
}

TEST_CASE("chosen again, a maker claims anew and meanwhile goes on") {
    auto one = leading(5);
    one.revoked();
    one.assigned(start);
    CHECK(one.generation() == 5);
    REQUIRE(one.claim_due(start));
    one.claim_sent();
    one.claim_written(8, start);
    one.generation_read(8, start);
    CHECK(one.generation() == 8);
}

TEST_CASE("a claim of before does not count once a maker was let go") {
    Leadership one({});
    one.assigned(start);
    one.claim_sent();
    one.revoked();
    one.claim_written(5, start);
    one.generation_read(5, start);
    CHECK_FALSE(one.generation());
    one.assigned(start);
    CHECK(one.claim_due(start));

    Leadership other({});
    other.assigned(start);
    other.claim_sent();
    other.revoked();
    other.assigned(start);
    CHECK_FALSE(other.claim_due(start));  // one at a time
    other.claim_written(5, start);
    other.generation_read(5, start);
    CHECK_FALSE(other.generation());
    CHECK(other.claim_due(start));
}

TEST_CASE("overtaken by a late claim, the chosen maker stops and claims again after ten seconds") {
    auto one = leading(5);
    one.generation_read(6, start);
    CHECK_FALSE(one.generation());
    CHECK_FALSE(one.claim_due(start + milliseconds(9'999)));
    CHECK(one.claim_due(start + seconds(10)));
    one.revoked();
    CHECK_FALSE(one.claim_due(start + seconds(10)));
}

namespace {

constexpr auto step = milliseconds(100);
// As long as a group takes to tell a member that it is out.
constexpr auto session_timeout = seconds(6);

struct Record {
    std::size_t maker = 0;
    bool claim = false;
    std::int64_t generation = 0;
    std::uint64_t job = 0;
};

// Makers, the topic they write to and read, the group that chooses one, and one sserver that gets
// jobs from the topic and directly, and drops lower generations.
class World {
  public:
    World(std::size_t count, std::mt19937& random) : random_(random), makers_(count) {}

    void advance() {
        now_ += step;
        tell_members();
        for (std::size_t i = 0; i < makers_.size(); ++i) work(i);
        write();
        receive();
    }
    // One thing goes wrong, or right again.
    void disturb() {
        Maker& one = makers_[random_() % makers_.size()];
        switch (random_() % 6) {
            case 0:
                one.frozen = !one.frozen;
                break;
            case 1:
                one.in_touch = !one.in_touch;
                break;
            case 2:
                bus_away_ = !bus_away_;
                break;
            case 3:
                kill(one);
                break;
            default:
                choose(random_() % makers_.size());
        }
    }
    void heal() {
        bus_away_ = false;
        for (Maker& one : makers_) one.frozen = false;
        for (Maker& one : makers_) one.in_touch = true;
        choose(random_() % makers_.size());
    }
    void check_settled() {
        std::size_t leaders = 0;
        for (const Maker& one : makers_) leaders += one.leadership.generation().has_value();
        REQUIRE(leaders == 1);
        REQUIRE(makers_[chosen_].leadership.generation() == generation_);
        accepted_ = 0;
        for (int i = 0; i < 10; ++i) advance();
        REQUIRE(accepted_ > 0);
    }

  private:
    struct Maker {
        Leadership leadership{{}};
        bool frozen = false;    // SIGSTOP
        bool in_touch = true;   // with the bus
        bool believes = false;  // to be chosen
        std::optional<SteadyTime> out_since;
        std::size_t read = 0;
        std::uint64_t last_job = 0;
    };
    struct Queued {
        Record record;
        SteadyTime at;
    };

    void choose(std::size_t maker) {
        // An orderly change, where the bus and the one before can be reached, waits for it.
        Maker& before = makers_[chosen_];
        if (chosen_ != maker && before.believes && reaches(before)) {
            before.leadership.revoked();
            before.believes = false;
        }
        chosen_ = maker;
    }
    // Killed, and another started in its place. What waited in it is gone.
    void kill(Maker& one) {
        const auto index = static_cast<std::size_t>(&one - makers_.data());
        std::erase_if(queue_, [&](const Queued& sent) { return sent.record.maker == index; });
        one = Maker();
    }
    [[nodiscard]] bool reaches(const Maker& one) const {
        return one.in_touch && !bus_away_ && !one.frozen;
    }
    void tell_members() {
        for (std::size_t i = 0; i < makers_.size(); ++i) {
            Maker& one = makers_[i];
            if (one.frozen) continue;
            const bool chosen = i == chosen_ && reaches(one);
            if (chosen && !one.believes) {
                one.leadership.assigned(now_);
                one.believes = true;
            }
            if (chosen) one.out_since.reset();
            if (!chosen && one.believes) {
                if (!one.out_since) one.out_since = now_;
                if (now_ - *one.out_since < session_timeout) continue;
                one.leadership.revoked();
                one.believes = false;
                one.out_since.reset();
            }
        }
    }
    void work(std::size_t index) {
        Maker& one = makers_[index];
        if (one.frozen) return;
        for (int i = 0; i < 3 && reaches(one) && one.read < topic_.size(); ++i) read(one);
        if (one.leadership.claim_due(now_)) {
            one.leadership.claim_sent();
            queue_.push_back({{index, true}, now_ + delay()});
        }
        const auto generation = one.leadership.generation();
        if (!generation) return;
        // All that stands before its claim was read: its jobs go on from there.
        REQUIRE(one.read > static_cast<std::size_t>(*generation));
        const Record job{index, false, *generation, ++one.last_job};
        queue_.push_back({job, now_ + delay()});
        direct_.push_back({job, now_ + delay()});
    }
    void read(Maker& one) {
        const Record& record = topic_[one.read];
        const auto offset = static_cast<std::int64_t>(one.read++);
        one.leadership.generation_read(record.claim ? offset : record.generation, now_);
    }
    // What makers have sent reaches the topic late, while the bus is there.
    void write() {
        std::deque<Queued> rest;
        std::set<std::size_t> behind;  // a producer's records keep their order
        for (const Queued& one : queue_) {
            Maker& maker = makers_[one.record.maker];
            const bool late = now_ < one.at || !maker.in_touch || bus_away_;
            if (late || behind.contains(one.record.maker)) {
                behind.insert(one.record.maker);
                rest.push_back(one);
                continue;
            }
            topic_.push_back(one.record);
            const auto offset = static_cast<std::int64_t>(topic_.size()) - 1;
            if (one.record.claim) maker.leadership.claim_written(offset, now_);
        }
        queue_ = std::move(rest);
    }
    void receive() {
        for (; !bus_away_ && received_ < topic_.size(); ++received_) {
            Record record = topic_[received_];
            if (record.claim) record.generation = static_cast<std::int64_t>(received_);
            take(record);
        }
        std::erase_if(direct_, [&](const Queued& one) {
            if (now_ < one.at) return false;
            take(one.record);
            return true;
        });
    }
    void take(const Record& record) {
        if (record.generation < generation_) return;
        generation_ = record.generation;
        if (record.claim) return;
        // Whose claim it is has never changed: one generation, one maker.
        const Record& claim = topic_[static_cast<std::size_t>(generation_)];
        REQUIRE(claim.claim);
        REQUIRE(claim.maker == record.maker);
        ++accepted_;
    }
    Duration delay() { return milliseconds(random_() % 400); }

    std::mt19937& random_;
    std::vector<Maker> makers_;
    std::vector<Record> topic_;
    std::deque<Queued> queue_;
    std::deque<Queued> direct_;
    std::size_t received_ = 0;
    std::int64_t generation_ = -1;
    std::size_t accepted_ = 0;
    std::size_t chosen_ = 0;
    bool bus_away_ = false;
    SteadyTime now_ = start;
};

}  // namespace

TEST_CASE("whatever happens, one maker's jobs count, and in peace the chosen one makes them") {
    std::mt19937 random(20261121);
    for (int round = 0; round < 150; ++round) {
        World world(2 + random() % 2, random);
        for (int i = 0; i < 600; ++i) {
            if (random() % 30 == 0) world.disturb();
            world.advance();
        }
        world.heal();
        // The group's own time, that of a maker overtaken by a late claim, and to read all.
        for (int i = 0; i < 400; ++i) world.advance();
        world.check_settled();
    }
}
