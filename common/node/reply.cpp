// Finds the members of the reply's outermost object by counting brackets outside of strings.
#include "common/node/reply.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "common/json/document.hpp"

namespace lode::node {
namespace {

class Scanner {
  public:
    explicit Scanner(std::string_view text) : text_(text) {}

    // Past white space and `c`, if that is what comes.
    bool take(char c) {
        at_ = text_.find_first_not_of(white_space, at_);
        if (at_ == text_.npos || text_[at_] != c) return false;
        ++at_;
        return true;
    }

    // The text of the next value, empty when there is none or it does not end.
    std::string_view value() {
        at_ = std::min(text_.find_first_not_of(white_space, at_), text_.size());
        const std::size_t begin = at_;
        std::size_t depth = 0;
        for (; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            if (depth == 0 && (c == ',' || c == ':' || c == '}' || c == ']')) break;
            if (c == '"' && !skip_string()) return {};
            if (c == '{' || c == '[') ++depth;
            if (c == '}' || c == ']') --depth;
        }
        if (depth != 0) return {};
        const auto found = text_.substr(begin, at_ - begin);
        return found.substr(0, found.find_last_not_of(white_space) + 1);
    }

  private:
    static constexpr std::string_view white_space = " \t\r\n";

    // From the opening quote to the closing one, which an odd number of backslashes hides.
    bool skip_string() {
        for (;;) {
            const std::size_t quote = text_.find('"', at_ + 1);
            if (quote == text_.npos) return false;
            const auto before = text_.find_last_not_of('\\', quote - 1);
            at_ = quote;
            if ((quote - before) % 2 == 1) return true;
        }
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

struct Envelope {
    std::string_view result;
    std::string_view error;
};

std::optional<Envelope> open_envelope(std::string_view text) {
    Scanner scanner(text);
    if (!scanner.take('{')) return std::nullopt;
    Envelope envelope;
    do {
        const auto name = scanner.value();
        if (!scanner.take(':')) return std::nullopt;
        const auto value = scanner.value();
        if (value.empty()) return std::nullopt;
        // The first of two counts, as for common/json.
        if (name == "\"result\"" && envelope.result.empty()) envelope.result = value;
        if (name == "\"error\"" && envelope.error.empty()) envelope.error = value;
    } while (scanner.take(','));
    if (!scanner.take('}')) return std::nullopt;
    return envelope;
}

// Bitcoin Core's rpc/protocol.h.
constexpr std::int64_t client_not_connected = -9;
constexpr std::int64_t client_in_initial_download = -10;
constexpr std::int64_t in_warmup = -28;

Result<NodeError> read_error(std::string_view text) {
    const auto parsed = json::Document::parse(text);
    if (!parsed) return failure(ErrorCode::malformed, "an error that is not JSON");
    const auto code = parsed.value().root().member("code").int64();
    const auto message = parsed.value().root().member("message").string();
    if (!code || !message) {
        return failure(ErrorCode::malformed, "an error without code and message");
    }
    return NodeError{*code, std::string(*message)};
}

}  // namespace

Result<std::string> result_of(std::variant<std::string, NodeError> reply) {
    const auto* error = std::get_if<NodeError>(&reply);
    if (error == nullptr) return std::get<std::string>(std::move(reply));
    const bool later = error->code == in_warmup || error->code == client_not_connected ||
                       error->code == client_in_initial_download;
    return failure(later ? ErrorCode::unavailable : ErrorCode::rejected,
                   "error " + std::to_string(error->code) + ": " + error->message);
}

Result<std::variant<std::string, NodeError>> take_reply(std::string reply) {
    const auto envelope = open_envelope(reply);
    if (!envelope) return failure(ErrorCode::malformed, "the reply is no JSON object");
    if (!envelope->error.empty() && envelope->error != "null") {
        LODE_TRY(auto error, read_error(envelope->error));
        return error;
    }
    if (envelope->result.empty()) {
        return failure(ErrorCode::malformed, "a reply without result and error");
    }
    const auto begin = static_cast<std::size_t>(envelope->result.data() - reply.data());
    reply.erase(begin + envelope->result.size());
    reply.erase(0, begin);
    return reply;
}

}  // namespace lode::node
