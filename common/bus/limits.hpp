// What both forms of the bus limit, so that a service meets the same bounds on either.
#pragma once

#include <cstddef>

namespace lode::bus {

// 16 MiB of payload and the fields around it.
inline constexpr std::size_t record_bytes_max = (std::size_t{16} << 20) + (std::size_t{64} << 10);
// Six seconds of shares at 10,000/s, and four of the largest messages: a disk or a broker that
// stalls longer must be heard of by those who send.
inline constexpr std::size_t queue_records_max = 65'536;
inline constexpr std::size_t queue_bytes_max = std::size_t{68} << 20;
// A batch that does not come from memory: a few of the largest templates, so that catching up on
// them needs no more memory than following them.
inline constexpr std::size_t batch_bytes_max = std::size_t{8} << 20;

}  // namespace lode::bus
