// The system's name of the user, and the host's.
#include "lode/operator.hpp"

#include <pwd.h>
#include <unistd.h>

namespace lode::launcher {

std::string operator_name() {
    const passwd* user = ::getpwuid(::getuid());
    char host[64] = {};
    if (::gethostname(host, sizeof host - 1) != 0) host[0] = '\0';
    return std::string(user == nullptr ? std::to_string(::getuid()) : user->pw_name) + '@' + host;
}

Error at_run_time(const Error& error) {
    const bool configuration = error.code == ErrorCode::malformed;
    return {configuration ? ErrorCode::internal : error.code, error.context};
}

}  // namespace lode::launcher
