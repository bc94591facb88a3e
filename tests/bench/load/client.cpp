// The two lines that come by the million, answers and jobs, are recognised by their plain shape;
// all others and those of other pools are read as JSON.
#include "tests/bench/load/client.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace lode::load {

namespace {

constexpr std::uint64_t subscribe_id = 1;
constexpr std::uint64_t authorize_id = 2;

// {"id":N,"result":true,"error":null} or {"id":N,"result":null,"error":[CODE,"…",null]}
std::optional<Heard> plain_answer(std::string_view line) {
    constexpr std::string_view opening = R"({"id":)";
    if (!line.starts_with(opening)) return std::nullopt;
    Heard heard{.meaning = Meaning::answer};
    const char* const end = line.data() + line.size();
    const auto id = std::from_chars(line.data() + opening.size(), end, heard.id);
    if (id.ec != std::errc{} || heard.id < first_submit_id) return std::nullopt;
    const std::string_view rest(id.ptr, static_cast<std::size_t>(end - id.ptr));
    if (rest == R"(,"result":true,"error":null})") return heard;
    constexpr std::string_view refusal = R"(,"result":null,"error":[)";
    if (!rest.starts_with(refusal)) return std::nullopt;
    const auto code = std::from_chars(rest.data() + refusal.size(), end, heard.code);
    if (code.ec != std::errc{} || heard.code == 0) return std::nullopt;
    const std::string_view reason(code.ptr, static_cast<std::size_t>(end - code.ptr));
    const auto quote = std::min(reason.find('"'), reason.size() - 1);
    heard.text = reason.substr(quote + 1, reason.find('"', quote + 1) - quote - 1);
    return heard;
}

}  // namespace

std::string Client::login(std::string_view user, std::string_view password) {
    return stratum::subscribe_request(subscribe_id, "stratum-load") +
           stratum::authorize_request(authorize_id, user, Secret(std::string(password)));
}

Heard Client::hear(std::string_view line, Jobs& jobs, std::int64_t now) {
    if (auto answer = plain_answer(line)) return *answer;
    if (line.find("\"mining.notify\",\"params\"") == line.npos &&
        line.find("\"mining.notify\", \"params\"") == line.npos) {
        return hear_rare(line);
    }
    WorkPtr work = jobs.heard(line, now);
    if (!work) return {.meaning = Meaning::refused, .text = line};
    const bool first = work_ == nullptr;
    work_ = std::move(work);
    target_ = next_target_;
    return {.meaning = !ready() ? Meaning::nothing : first ? Meaning::ready : Meaning::job};
}

Heard Client::become(bool& state) {
    state = true;
    return {.meaning = ready() ? Meaning::ready : Meaning::nothing};
}

Heard Client::answered(const stratum::Answer& answer) {
    if (answer.id >= first_submit_id) {
        const unsigned code =
            answer.rejection ? static_cast<unsigned>(std::max(answer.rejection->code, 1)) : 0;
        return {.meaning = Meaning::answer, .id = answer.id, .code = code};
    }
    if (answer.rejection) return {.meaning = Meaning::refused};
    if (answer.id == authorize_id) return become(authorised_);
    const auto result = stratum::parse_subscribe_result(answer.result);
    if (!result) return {.meaning = Meaning::refused};
    extranonce1_ = stratum::ShortBytes(result.value().extranonce1);
    extranonce2_size_ = static_cast<std::uint8_t>(result.value().extranonce2_size);
    return become(subscribed_);
}

Heard Client::hear_rare(std::string_view line) {
    const auto message = stratum::parse_pool_line(line);
    if (!message) return {.meaning = Meaning::refused, .text = line};
    const auto& body = message.value().body;
    if (const auto* const answer = std::get_if<stratum::Answer>(&body)) {
        Heard heard = answered(*answer);
        if (heard.meaning == Meaning::refused) heard.text = line;
        return heard;
    }
    if (const auto* const set = std::get_if<stratum::SetDifficulty>(&body)) {
        next_target_ = bitcoin::target_of_difficulty(set->difficulty);
    } else if (const auto* const extranonce = std::get_if<stratum::SetExtranonce>(&body)) {
        extranonce1_ = stratum::ShortBytes(extranonce->extranonce1);
        extranonce2_size_ = static_cast<std::uint8_t>(extranonce->extranonce2_size);
    } else if (std::holds_alternative<stratum::Reconnect>(body)) {
        return {.meaning = Meaning::sent_off};
    }
    return {};
}

}  // namespace lode::load
