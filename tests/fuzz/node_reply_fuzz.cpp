// Any text is a node's reply or refused; where the whole of it is JSON, the result that was cut
// out is the member that a full parse finds, and an error is never overlooked.
#include "common/base/assert.hpp"
#include "common/base/bytes.hpp"
#include "common/json/document.hpp"
#include "common/node/reply.hpp"

namespace {

using namespace lode;

void check_against_full_parse(std::string_view text, const Result<std::string>& result) {
    const auto document = json::Document::parse(text);
    // Names with escapes are no node's, and the cut does not know them. Whether RapidJSON's
    // vectorised reader notices 0x1a to 0x1f in a string depends on their place in the text.
    if (!document || text.find_first_of("\\\x1a\x1b\x1c\x1d\x1e\x1f") != text.npos) return;
    const json::Value root = document.value().root();
    const json::Value error = root.member("error");
    const bool refused = !error.missing() && !error.is_null();
    LODE_ASSERT(result.has_value() == (!refused && !root.member("result").missing()));
    if (!result) return;
    const auto cut = json::Document::parse(result.value());
    LODE_ASSERT(cut && cut.value().root().text() == root.member("result").text());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = as_chars({data, size});
    auto reply = node::take_reply(std::string(text));
    if (reply) {
        check_against_full_parse(text, node::result_of(std::move(reply).value()));
    } else {
        check_against_full_parse(text, reply.error());
    }
    return 0;
}
