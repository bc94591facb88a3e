// POST /v1/solved: the way of a solved share that does not depend on the bus.
#pragma once

#include <functional>
#include <memory>

#include "common/http/server.hpp"

namespace lode::v1 {
class SolvedShare;
}

namespace lode::blkmaker {

// The body is a serialised v1::SolvedShare. Answers 400 when it is none, 413 above 256 KiB: an
// 80-byte header and a coinbase of at most some tens of kilobytes. The rest is `take`'s to answer:
// 200 once it is on disk, 422 when refused, 425 while its template is unknown, 507 when the
// journal's disk is full. `take` runs on the http thread.
using TakeSolved = std::function<void(std::shared_ptr<const v1::SolvedShare>, http::Responder)>;
[[nodiscard]] http::Handler solved_intake(TakeSolved take);

}  // namespace lode::blkmaker
