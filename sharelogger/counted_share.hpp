// A share as the accounts see it, parsed from the bus once.
#pragma once

#include <string>
#include <string_view>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/base/strong.hpp"
#include "common/bitcoin/target.hpp"

namespace lode::v1 {
class Share;
}

namespace lode::sharelogger {

// Limits, in bytes.
inline constexpr std::size_t user_name_max = 128;
inline constexpr std::size_t worker_name_max = 64;

// How a share is paid for.
enum class Scheme : std::uint8_t {
    base,  // by the pool's scheme, as for every user who chose nothing
    solo,  // by the user's own block or not at all
};
// As the database has it.
[[nodiscard]] const char* to_string(Scheme scheme);
// Internal when the database has another word.
[[nodiscard]] Result<Scheme> scheme_from(const std::string& text);

struct CountedShare {
    StreamId stream;
    Sequence sequence;
    std::string user;
    std::string worker;
    JobId job;
    std::uint32_t height = 0;
    std::uint32_t bits = 0;  // of the network, compact
    bitcoin::Work work;
    UnixTime accepted;
    Scheme scheme = Scheme::base;
};

// `appended` is the bus's time of the record: a share claims at most a minute more, so that a
// wrong clock at an sserver does not write into the far future. Malformed names the field.
[[nodiscard]] Result<CountedShare> parse_share(const v1::Share& share, UnixTime appended);

// A serialised v1::Share of the archive, which has the time it was counted by. Internal when it
// cannot be read.
[[nodiscard]] Result<CountedShare> archived_share(std::string_view bytes);

}  // namespace lode::sharelogger
