// OpenSSL, told to keep little memory.
#include "common/net/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <new>

#include "common/base/assert.hpp"
#include "common/base/log.hpp"

namespace lode::net {
namespace {

// The newest of OpenSSL's complaints, which are taken off its queue.
std::string complaint() {
    const unsigned long number = ERR_peek_last_error();
    ERR_clear_error();
    const char* reason = ERR_reason_error_string(number);
    return reason != nullptr ? reason : "unreadable";
}

auto bad_file(const std::filesystem::path& path) {
    return failure(ErrorCode::malformed, path.string() + ": " + complaint());
}

// Otherwise OpenSSL asks the terminal.
int no_password(char*, int, int, void*) {
    return -1;
}

}  // namespace

void TlsContext::Free::operator()(ssl_ctx_st* context) const {
    SSL_CTX_free(context);
}

Result<std::shared_ptr<const TlsContext>> TlsContext::load(const TlsFiles& files) {
    ERR_clear_error();
    std::unique_ptr<ssl_ctx_st, Free> context(SSL_CTX_new(TLS_server_method()));
    if (!context) throw std::bad_alloc();
    SSL_CTX_set_default_passwd_cb(context.get(), no_password);
    LODE_ASSERT(SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) == 1);
    // No tickets and no cache: miners stay connected, and each would cost memory.
    // Miners hang up without a word: lines end by themselves.
    SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
                                           SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                           SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_num_tickets(context.get(), 0);
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
    // An idle connection has no buffer; unsent text may move between two tries.
    SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                        SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str()) != 1) {
        return bad_file(files.certificate);
    }
    if (SSL_CTX_use_PrivateKey_file(context.get(), files.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(context.get()) != 1) {
        return bad_file(files.key);
    }
    return std::shared_ptr<const TlsContext>(new TlsContext(std::move(context)));
}

void TlsSession::Free::operator()(ssl_st* session) const {
    SSL_free(session);
}

TlsSession::TlsSession(const TlsContext& context, int socket) : session_(SSL_new(context.get())) {
    if (!session_ || SSL_set_fd(session_.get(), socket) != 1) throw std::bad_alloc();
    SSL_set_accept_state(session_.get());
}

TlsStep TlsSession::accept() {
    ERR_clear_error();
    return step(SSL_do_handshake(session_.get()), 0);
}

TlsStep TlsSession::read(std::span<char> to) {
    ERR_clear_error();
    std::size_t bytes = 0;
    const int result = SSL_read_ex(session_.get(), to.data(), to.size(), &bytes);
    return step(result, bytes);
}

TlsStep TlsSession::write(std::string_view bytes) {
    ERR_clear_error();
    std::size_t written = 0;
    const int result = SSL_write_ex(session_.get(), bytes.data(), bytes.size(), &written);
    return step(result, written);
}

TlsStep TlsSession::step(int result, std::size_t bytes) {
    if (result == 1) return {TlsState::done, bytes};
    switch (SSL_get_error(session_.get(), result)) {
        case SSL_ERROR_WANT_READ:
            return {TlsState::wants_input};
        case SSL_ERROR_WANT_WRITE:
            return {TlsState::wants_room};
        case SSL_ERROR_ZERO_RETURN:
            return {TlsState::ended};
        case SSL_ERROR_SYSCALL:
            failed_ = true;
            ERR_clear_error();
            return {TlsState::broken};
        default:
            failed_ = true;
            log::debug("TLS failed", {{"reason", complaint()}});
            return {TlsState::failed};
    }
}

void TlsSession::say_goodbye() {
    if (failed_ || SSL_is_init_finished(session_.get()) != 1) return;
    ERR_clear_error();
    // Whether it went out or not, the socket is closed next.
    if (SSL_shutdown(session_.get()) < 0) ERR_clear_error();
}

}  // namespace lode::net
