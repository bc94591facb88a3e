// Result<T>: a value or an Error. What input, a neighbour or the machine may cause is a Result;
// verdicts on shares are values of their own; bugs are LODE_ASSERT.
#pragma once

#include <boost/outcome/basic_result.hpp>
#include <boost/outcome/policy/terminate.hpp>
#include <boost/outcome/success_failure.hpp>
#include <boost/outcome/try.hpp>
#include <string>
#include <utility>

namespace lode {

// Few codes, told apart by what the caller does about them.
enum class ErrorCode {
    malformed,    // the input is wrong: refuse it, retrying cannot help
    rejected,     // a peer understood and said no
    unavailable,  // a neighbour or device does not answer: retry later
    conflict,     // another owner or a newer state: drop ours
    exhausted,    // a stated limit is reached: shed load
    cancelled,    // we asked for it to stop
    internal,     // a promise of the system was broken; a person must look
};

const char* to_string(ErrorCode code);

struct Error {
    ErrorCode code;
    std::string context;  // one line for a person: what failed, on what, what is allowed
};

template <class T>
using Result = boost::outcome_v2::basic_result<T, Error, boost::outcome_v2::policy::terminate>;

using boost::outcome_v2::success;

// failure(ErrorCode::malformed, "…") is a failed Result of any type.
[[nodiscard]] inline auto failure(ErrorCode code, std::string context) {
    return boost::outcome_v2::failure(Error{code, std::move(context)});
}

// The same error with where it happened put before it: "template 7: bad hex".
[[nodiscard]] inline auto failure_in(std::string_view where, const Error& error) {
    return boost::outcome_v2::failure(Error{error.code, std::string(where) + ": " + error.context});
}

}  // namespace lode

// LODE_TRY(auto x, f()) declares x or returns f's error; LODE_TRY_VOID(f()) only returns it.
// Both are several statements: inside an if or a loop they need braces.
#define LODE_TRY(declaration, expression) BOOST_OUTCOME_TRY(declaration, expression)
#define LODE_TRY_VOID(expression) BOOST_OUTCOME_TRYV(expression)
