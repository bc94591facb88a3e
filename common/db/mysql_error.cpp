// The numbers as the manuals of MariaDB and MySQL list them; no header names them for both.
#include "common/db/mysql_error.hpp"

#include <algorithm>
#include <array>

namespace lode::db {
namespace {

template <std::size_t Size>
bool is_one_of(unsigned number, const std::array<unsigned, Size>& numbers) {
    return std::ranges::find(numbers, number) != numbers.end();
}

constexpr std::array<unsigned, 13> lost{
    2001,  // cannot make a socket
    2002,  // cannot connect to the local server
    2003,  // cannot connect
    2005,  // unknown host
    2006,  // server has gone away
    2012,  // error in the handshake
    2013,  // lost connection during a query
    2026,  // TLS error
    2055,  // lost connection, with the system's error
    1053,  // server shutdown in progress
    1152,  // aborted connection
    1184,  // aborted new connection
    1927,  // connection was killed
};

constexpr std::array<unsigned, 16> wait{
    1040,  // too many connections
    1203,  // too many connections of this user
    1226,  // the user has exceeded a resource
    1044,  // this user may not use this database (yet)
    1045,  // wrong user or password
    1049,  // unknown database
    1130,  // this host may not connect
    1698,  // wrong way of authentication
    1205,  // lock wait timeout
    1213,  // deadlock
    1020,  // record has changed since it was read
    1290,  // the server is read-only, as a replica is
    1317,  // query execution was interrupted
    1792,  // read-only transaction
    1836,  // running in read-only mode
    1969,  // max_statement_time exceeded
};

constexpr std::array<unsigned, 3> full{
    1021,  // disk full
    1114,  // the table is full
    1206,  // more locks than the lock table holds
};

constexpr std::array<unsigned, 9> constraint{
    1048,  // column cannot be null
    1061,  // duplicate key name: the index exists already
    1062,  // duplicate entry
    1216,  // foreign key, old numbers
    1217,  //
    1451,  // the row is referred to
    1452,  // the row referred to does not exist
    1586,  // duplicate entry, with the key's name
    4025,  // CHECK failed
};

constexpr std::array<unsigned, 6> with_data{
    1062,  // duplicate entry
    1064,  // syntax error, near what
    1292,  // truncated value
    1366,  // incorrect value
    1367,  // illegal value
    1586,  // duplicate entry, with the key's name
};

constexpr unsigned storage_engine_error = 1030;
constexpr unsigned error_on_write = 1026;
constexpr std::string_view no_space = " 28 ";  // the number of ENOSPC in the message

}  // namespace

ErrorCode code_of_mysql(unsigned number, std::string_view message) {
    if (is_one_of(number, lost) || is_one_of(number, wait)) return ErrorCode::unavailable;
    if (is_one_of(number, full)) return ErrorCode::exhausted;
    if (is_one_of(number, constraint)) return ErrorCode::conflict;
    const bool io = number == storage_engine_error || number == error_on_write;
    if (io && message.find(no_space) != message.npos) return ErrorCode::exhausted;
    return ErrorCode::internal;
}

bool ends_session(unsigned number) {
    return is_one_of(number, lost);
}

bool shows_data(unsigned number) {
    return is_one_of(number, with_data);
}

}  // namespace lode::db
