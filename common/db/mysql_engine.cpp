// MariaDB and MySQL through SOCI. Rows are read from SOCI's own result as the text that the server
// sends, because SOCI would take a sum (DECIMAL) through double. Every wait has an end: a server
// that hangs costs connect_seconds + read_seconds, at most 10 s, and then counts as lost.
#include <poll.h>
#include <soci/mysql/soci-mysql.h>
#include <soci/soci.h>

#include <charconv>
#include <optional>

#include "common/base/assert.hpp"
#include "common/config/url.hpp"
#include "common/db/engine.hpp"
#include "common/db/mysql_error.hpp"

namespace lode::db {
namespace {

constexpr int connect_seconds = 3;
constexpr int read_seconds = 7;
// Under the lock of a migration an index may be built over many million rows.
constexpr int patient_read_seconds = 3600;
constexpr std::uint16_t default_port = 3306;
// Over twice the longest upsert of ours, 500 rows of audit_log in hexadecimal.
constexpr std::int64_t packet_min = 4 << 20;

// Waits for a lock end before read_seconds, so that they are told from a lost connection. Who
// stands still in the middle of a transaction (a stopped process, a host that is cut off) loses its
// session and its locks sooner than another gives up waiting for them: MySQL takes that setting for
// a comment.
constexpr const char* session_settings =
    "SET SESSION sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,"
    "ONLY_FULL_GROUP_BY', autocommit = 1, foreign_key_checks = 1, unique_checks = 1, "
    "default_storage_engine = 'InnoDB', time_zone = '+00:00', innodb_lock_wait_timeout = 5, "
    "lock_wait_timeout = 5 /*M!100300 , idle_transaction_timeout = 3 */";
constexpr const char* isolation = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";
// Locks are the server's, so the name holds the database's.
constexpr const char* take_lock = "SELECT GET_LOCK(CONCAT('lode.', MD5(DATABASE())), 30)";

// SOCI's connection string: a value in quotes, with quotes and backslashes escaped.
std::string soci_value(std::string_view value) {
    std::string text = "'";
    for (const char c : value) {
        if (c == '\'' || c == '\\') text += '\\';
        text += c;
    }
    return text + "'";
}

Result<Value> value_of(const MYSQL_FIELD& field, std::string_view text) {
    switch (field.type) {
        case MYSQL_TYPE_TINY:
        case MYSQL_TYPE_SHORT:
        case MYSQL_TYPE_INT24:
        case MYSQL_TYPE_LONG:
        case MYSQL_TYPE_LONGLONG:
        case MYSQL_TYPE_DECIMAL:
        case MYSQL_TYPE_NEWDECIMAL: {
            std::int64_t number = 0;
            const char* end = text.data() + text.size();
            const auto parsed = std::from_chars(text.data(), end, number);
            if (parsed.ec != std::errc() || parsed.ptr != end) {
                return failure(ErrorCode::internal,
                               std::string(field.name) + " is no integer of 64 bits");
            }
            return Value(number);
        }
        case MYSQL_TYPE_VARCHAR:
        case MYSQL_TYPE_VAR_STRING:
        case MYSQL_TYPE_STRING:
        case MYSQL_TYPE_BLOB:
        case MYSQL_TYPE_TINY_BLOB:
        case MYSQL_TYPE_MEDIUM_BLOB:
        case MYSQL_TYPE_LONG_BLOB:
            return Value(std::string(text));
        default:
            return failure(ErrorCode::internal,
                           std::string(field.name) + " has a type that no table of ours has");
    }
}

Result<std::vector<Value>> values_of(MYSQL_RES* result, MYSQL_ROW row) {
    const unsigned columns = mysql_num_fields(result);
    const MYSQL_FIELD* fields = mysql_fetch_fields(result);
    const unsigned long* lengths = mysql_fetch_lengths(result);
    std::vector<Value> values;
    values.reserve(columns);
    for (unsigned i = 0; i < columns; ++i) {
        if (row[i] == nullptr) {
            values.emplace_back(std::monostate{});
            continue;
        }
        LODE_TRY(auto value, value_of(fields[i], {row[i], lengths[i]}));
        values.push_back(std::move(value));
    }
    return values;
}

class MysqlEngine final : public Engine {
  public:
    MysqlEngine(const config::Url& url, const config::DatabaseConfig& config)
        : name_(config.url),
          parameters_("host=" + soci_value(url.host) +
                      " port=" + std::to_string(url.port.value_or(default_port)) +
                      " user=" + soci_value(url.user) + " db=" + soci_value(url.path.substr(1)) +
                      " password=" + soci_value(config.password.reveal()) + " charset=utf8mb4" +
                      " local_infile=0 connect_timeout=" + std::to_string(connect_seconds)),
          tls_(config.ca_file.has_value()) {
        if (tls_) parameters_ += " sslca=" + soci_value(config.ca_file->string());
    }

    [[nodiscard]] const Dialect& dialect() const override { return mysql_dialect(); }

    // An idle session has nothing to read; when it has, the server has closed it.
    [[nodiscard]] bool is_open() const override {
        if (!session_) return false;
        pollfd poller{.fd = mysql_get_socket(native()), .events = POLLIN, .revents = 0};
        return ::poll(&poller, 1, 0) == 0;
    }

    [[nodiscard]] Result<void> open() override { return open_with(read_seconds); }

    void close() override { session_.reset(); }

    [[nodiscard]] Result<std::int64_t> run(const Statement& statement,
                                           const EachRow& each) override {
        LODE_ASSERT(session_ && statement.texts.empty());
        try {
            return run_open(statement.sql, each);
        } catch (const soci::soci_error& error) {
            return told(error);
        }
    }

    // The lock is the session's, so that it ends with it, however that ends.
    [[nodiscard]] Result<void> lock() override {
        LODE_TRY_VOID(open_with(patient_read_seconds));
        LODE_TRY(const auto got, number(take_lock));
        if (got == 1) return success();
        close();
        return failure(ErrorCode::unavailable, name_ + ": another holds the lock of migrations");
    }
    [[nodiscard]] Result<void> unlock(Ending) override {
        close();
        return success();
    }

  private:
    // (The library hides its type information from the sanitizer.)
    [[nodiscard, gnu::no_sanitize("vptr")]] MYSQL* native() const {
        return static_cast<soci::mysql_session_backend*>(session_->get_backend())->conn_;
    }

    [[nodiscard]] Result<void> open_with(int seconds) {
        session_.reset();
        // The library's own first initialisation is not safe among threads.
        static const int initialised = mysql_library_init(0, nullptr, nullptr);
        LODE_ASSERT(initialised == 0);
        const std::string limits = " read_timeout=" + std::to_string(seconds) +
                                   " write_timeout=" + std::to_string(seconds);
        try {
            session_ = std::make_unique<soci::session>(soci::mysql, parameters_ + limits);
        } catch (const soci::soci_error& error) {
            const auto outcome = told(error);
            session_.reset();
            return failure_in(name_, outcome.error());
        }
        const auto prepared = prepare();
        if (prepared) return success();
        session_.reset();
        return failure_in(name_, prepared.error());
    }

    [[nodiscard]] Result<void> prepare() {
        if (tls_ && mysql_get_ssl_cipher(native()) == nullptr) {
            return failure(ErrorCode::unavailable, "the server does not offer TLS");
        }
        for (const char* setting : {session_settings, isolation}) {
            LODE_TRY_VOID(run({setting, {}}, nullptr));
        }
        LODE_TRY(const auto packet, number("SELECT @@max_allowed_packet"));
        if (packet < packet_min) {
            return failure(ErrorCode::internal, "max_allowed_packet must be 4 MiB or more");
        }
        return success();
    }

    [[nodiscard]] Result<std::int64_t> number(const char* sql) {
        Value answer;
        LODE_TRY_VOID(
            run({sql, {}}, [&answer](std::vector<Value> row) { answer = std::move(row.front()); }));
        if (const auto* value = std::get_if<std::int64_t>(&answer)) return *value;
        return failure(ErrorCode::unavailable, "no answer to a question about the server");
    }

    [[gnu::no_sanitize("vptr")]] Result<std::int64_t> run_open(const std::string& sql,
                                                               const EachRow& each) {
        soci::statement prepared(*session_);
        prepared.alloc();
        prepared.prepare(sql);
        prepared.define_and_bind();
        prepared.execute(true);
        auto* result = static_cast<soci::mysql_statement_backend*>(prepared.get_backend())->result_;
        if (result == nullptr) return prepared.get_affected_rows();
        mysql_data_seek(result, 0);
        while (MYSQL_ROW row = mysql_fetch_row(result)) {
            LODE_TRY(auto values, values_of(result, row));
            if (each) each(std::move(values));
        }
        return std::int64_t{0};
    }

    // The error as a Result; a session that it ended is closed.
    Result<std::int64_t> told(const soci::soci_error& error) {
        const auto* mysql = dynamic_cast<const soci::mysql_soci_error*>(&error);
        const unsigned number = mysql == nullptr ? 0 : mysql->err_num_;
        const std::string message = error.get_error_message();
        if (ends_session(number)) session_.reset();
        std::string context = "error " + std::to_string(number);
        if (!shows_data(number)) context += ": " + message;
        return failure(code_of_mysql(number, message), std::move(context));
    }

    std::string name_;
    std::string parameters_;
    bool tls_;
    std::unique_ptr<soci::session> session_;
};

}  // namespace

Result<std::unique_ptr<Engine>> make_mysql_engine(const config::DatabaseConfig& config) {
    const auto url = config::parse_url(config.url);
    if (!url || url.value().scheme != "mysql" || url.value().user.empty() ||
        url.value().path.size() < 2 || url.value().path.find('/', 1) != std::string::npos) {
        return failure(ErrorCode::malformed,
                       "database.url: must be mysql://user@host[:port]/name, the password in "
                       "database.password");
    }
    return std::unique_ptr<Engine>(std::make_unique<MysqlEngine>(url.value(), config));
}

}  // namespace lode::db
