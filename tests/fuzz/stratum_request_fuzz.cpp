// Any line is a request or refused; the shortcut for submits reads what the JSON parser reads; an
// echoed id is JSON, and a share that was read comes back from the client's encoding of it.
#include <variant>

#include "common/base/assert.hpp"
#include "common/base/bytes.hpp"
#include "common/json/document.hpp"
#include "common/stratum/client.hpp"
#include "common/stratum/request.hpp"
#include "common/stratum/response.hpp"
#include "common/stratum/submit_scan.hpp"

namespace {

using namespace lode;
using namespace lode::stratum;

void compare_with_parser(const SubmitScan& scan, std::string_view line) {
    const auto document = json::Document::parse(line);
    LODE_ASSERT(document);
    const json::Value root = document.value().root();
    LODE_ASSERT(root.size() == 3 && root.member("id").text() == scan.id);
    LODE_ASSERT(root.member("method").string() == "mining.submit");
    const json::Value params = root.member("params");
    LODE_ASSERT(params.size() == scan.count);
    for (std::size_t i = 0; i < scan.count; ++i) {
        LODE_ASSERT(params[i].string() == scan.parameters[i]);
    }
}

void check_round_trip(const Submit& submit) {
    if (!submit.job || !submit.fault.empty()) return;
    const std::string line = submit_request(1, {.user = submit.user,
                                                .job_id = job_id_text(*submit.job),
                                                .extranonce2 = submit.extranonce2.view(),
                                                .time = submit.time,
                                                .nonce = submit.nonce,
                                                .version_bits = submit.version_bits});
    RequestReader reader;
    const auto request = reader.read(line);
    LODE_ASSERT(request);
    const Submit& again = std::get<Submit>(request.value().body);
    LODE_ASSERT(again.user == submit.user && again.job == submit.job);
    LODE_ASSERT(again.extranonce2 == submit.extranonce2 && again.time == submit.time);
    LODE_ASSERT(again.nonce == submit.nonce && again.version_bits == submit.version_bits);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view line = as_chars({data, size});
    if (const auto scan = scan_submit(line)) compare_with_parser(*scan, line);
    RequestReader reader;
    const auto request = reader.read(line);
    if (!request) return 0;
    LODE_ASSERT(json::Document::parse(true_line(request.value().id)));
    if (const auto* submit = std::get_if<Submit>(&request.value().body)) check_round_trip(*submit);
    if (const auto* subscribe = std::get_if<Subscribe>(&request.value().body)) {
        LODE_ASSERT(subscribe->agent.size() <= agent_size_max);
    }
    return 0;
}
