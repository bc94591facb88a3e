// RLIMIT_NOFILE: the soft limit up to the hard one.
#include "common/net/descriptor_limit.hpp"

#include <sys/resource.h>

namespace lode::net {

std::size_t raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;  // the least there is everywhere
    rlimit raised = limit;
    raised.rlim_cur = raised.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) return raised.rlim_cur;
    return limit.rlim_cur;
}

}  // namespace lode::net
