// What a pool promises its miners: scheme and fees, in numbered versions. Each credit names the
// version it was computed by.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/base/strong.hpp"

namespace lode::payout {

// user.id of the database.
using UserId = Strong<std::int64_t, struct UserIdTag>;
// Parts per million, 0 to 1,000,000.
using Ppm = Strong<std::uint32_t, struct PpmTag>;
inline constexpr std::uint32_t parts = 1'000'000;

// How the pool divides a block among those who worked for it.
enum class BaseScheme : std::uint8_t { pplns, prop, dgm };
[[nodiscard]] std::string_view to_string(BaseScheme scheme);
[[nodiscard]] Result<BaseScheme> base_scheme_from(std::string_view text);

// What a user is paid by. The PPS family beside the base scheme is bought out: the reserve stands
// in the base scheme for their work and pays them per share.
enum class Scheme : std::uint8_t { base, pps, pps_plus, fpps };
[[nodiscard]] std::string_view to_string(Scheme scheme);
[[nodiscard]] Result<Scheme> scheme_from(std::string_view text);

struct FeeRecipient {
    std::string name;  // of the purse in the ledger, 1 to 64 bytes
    Ppm share;         // of all fees; the shares of all recipients add up to one million
};

struct Terms {
    std::int64_t version = 0;
    UnixTime effective;  // a midnight UTC; the first version's is 1970
    BaseScheme base = BaseScheme::pplns;
    std::uint32_t pplns_window = 8;  // in multiples of the network's difficulty: units
    Ppm dgm_cross{100'000};          // c: the part of a block that is the operator's on average
    Ppm dgm_keep{0};                 // o: the part of the scores that outlives a block
    Ppm base_fee;
    Ppm pps_fee;       // of PPS and of the subsidy's part in PPS+
    Ppm fpps_fee;      // of both parts
    Ppm finder_bonus;  // of a block's value, to who solved it, before all else
    std::vector<FeeRecipient> recipients;
    std::string notice;  // what miners are told about the change
};

// Nothing wrong, or the first thing that is, named as the setting: shares that do not add up,
// a window of 0, a fee of all, DGM with a c of 0 or an o of 1.
[[nodiscard]] Result<void> check_terms(const Terms& terms);

// Which terms hold, and what scheme each user has, at any time. Changes begin at midnight UTC.
class TermsBook {
  public:
    // At least one, sorted by effective time; the first one's holds from the beginning.
    explicit TermsBook(std::vector<Terms> versions);
    struct Choice {
        UserId user;
        UnixTime effective;
        Scheme scheme = Scheme::base;
    };
    // In any order; of two with the same user and time the later call counts.
    void choose(const Choice& choice);

    // Of those in effect the newest version: what was kept while a clock was ahead never overrides
    // what was kept after it.
    [[nodiscard]] const Terms& at(UnixTime time) const;
    [[nodiscard]] const Terms* version(std::int64_t number) const;
    // base where the user has not chosen, and while the pool's scheme is PROP: beside it the
    // reserve would be hopped.
    [[nodiscard]] Scheme scheme_of(UserId user, UnixTime time) const;

  private:
    std::vector<Terms> versions_;
    std::vector<std::size_t> in_force_;  // of versions_: no older version than the one before
    std::unordered_map<UserId, std::map<UnixTime, Scheme>> choices_;
};

// The first midnight UTC after `time`: when a change that is asked for then takes effect.
[[nodiscard]] UnixTime next_midnight(UnixTime time);

}  // namespace lode::payout
