// What the routes of accounts, proofs, tokens and commands share: ways to the database, and the
// answers to those who prove too little or try too often.
#pragma once

#include <optional>
#include <string>

#include "statshttpd/routes/site.hpp"
#include "statshttpd/token_repository.hpp"

namespace lode::statshttpd {

// Asks the database and answers with what `answer` makes of it, or with the error.
template <class T>
void ask_database(const Site& site, const http::Responder& responder,
                  DatabaseThread::Query<T> query, std::function<http::Response(const T&)> answer) {
    site.database.ask<T>(
        std::move(query), [responder, answer = std::move(answer)](const Result<T>& found) {
            responder.send(found ? answer(found.value()) : answer_to(found.error()));
        });
}

// What users see and sign: the setting public_host, else what the request asked for.
[[nodiscard]] std::string host_of(const Site& site, const http::Request& request);

// Of a network's customer, which failures are counted by.
[[nodiscard]] std::string peer_site(const http::Request& request);

// Whether a failure says something of who tries, and not of the database.
[[nodiscard]] bool is_about_the_proof(const Error& error);
// Rejected is a 401 there.
[[nodiscard]] http::Response answer_to_proof(const Error& error);
// 429 with when to come again.
[[nodiscard]] http::Response too_many(std::chrono::seconds wait);
// For the eyes of who asked only.
[[nodiscard]] http::Response private_json(std::string body, int status = 200);

// A number of the path; nothing when it is none.
[[nodiscard]] std::optional<std::int64_t> id_of(std::string_view text);

// Answers 204 once the token is gone, here at once.
void end_token(const Site& site, const http::Responder& responder,
               const TokenRepository::Revocation& revocation);

}  // namespace lode::statshttpd
