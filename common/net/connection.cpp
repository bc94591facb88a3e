// The output queue of a connection.
#include "common/net/connection.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>

namespace lode::net {
namespace {

// A notify to one client is two pieces, a burst of answers one; more pieces take more calls.
constexpr std::size_t pieces_at_once = 16;
// Kept by a spare Output: room for the answers of a few requests.
constexpr std::size_t kept_capacity = 4096;

// One part, the usual case, is sent without the kernel's copy of a list of them.
ssize_t send_parts(int fd, std::span<iovec> parts) {
    if (parts.size() == 1) return ::send(fd, parts[0].iov_base, parts[0].iov_len, MSG_NOSIGNAL);
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    return ::sendmsg(fd, &message, MSG_NOSIGNAL);
}

}  // namespace

void Output::add(std::string_view text) {
    if (text.empty()) return;
    if (pieces_.empty() || pieces_.back().shared) {
        pieces_.push_back({nullptr, text_.size(), text_.size()});
    }
    text_ += text;
    pieces_.back().end = text_.size();
    size_ += text.size();
}

void Output::add(SharedText text) {
    if (text->empty()) return;
    size_ += text->size();
    const std::size_t end = text->size();
    pieces_.push_back({std::move(text), 0, end});
}

Output::Progress Output::write_to(int fd) {
    std::size_t total = 0;
    while (size_ > 0) {
        std::array<iovec, pieces_at_once> parts{};
        const std::size_t count = std::min(pieces_.size(), parts.size());
        for (std::size_t i = 0; i < count; ++i) {
            const Piece& piece = pieces_[i];
            const std::string_view text = view(piece);
            parts[i].iov_base = const_cast<char*>(text.data());
            parts[i].iov_len = text.size();
        }
        const auto written = send_parts(fd, {parts.data(), count});
        if (written < 0) {
            if (errno == EINTR) continue;
            const bool full = errno == EAGAIN || errno == EWOULDBLOCK;
            return {full ? Written::some : Written::failed, total};
        }
        total += static_cast<std::size_t>(written);
        consume(static_cast<std::size_t>(written));
    }
    return {Written::all, total};
}

Output::Progress Output::write_to(TlsSession& session, std::span<char> scratch) {
    std::size_t total = 0;
    while (size_ > 0) {
        const TlsStep step = session.write(front(scratch.first(TlsSession::record_max)));
        if (step.state == TlsState::wants_room) return {Written::some, total};
        if (step.state != TlsState::done) return {Written::failed, total};
        total += step.bytes;
        consume(step.bytes);
    }
    return {Written::all, total};
}

std::string_view Output::view(const Piece& piece) const {
    const std::string& text = piece.shared ? *piece.shared : text_;
    return std::string_view(text).substr(piece.begin, piece.end - piece.begin);
}

// As many of the first bytes as there are and as fit: never fewer than the last time, as long as
// none are consumed. They are copied only when they lie in several pieces.
std::string_view Output::front(std::span<char> scratch) const {
    const std::string_view first = view(pieces_.front());
    if (pieces_.size() == 1 || first.size() >= scratch.size()) {
        return first.substr(0, scratch.size());
    }
    std::size_t filled = 0;
    for (const Piece& piece : pieces_) {
        filled += view(piece).copy(scratch.data() + filled, scratch.size() - filled);
        if (filled == scratch.size()) break;
    }
    return {scratch.data(), filled};
}

// Forgets what is sent, and the text before it, so that a reader who is always a little behind
// does not make the text grow.
void Output::consume(std::size_t bytes) {
    size_ -= bytes;
    std::size_t gone = 0;
    while (bytes > 0) {
        Piece& piece = pieces_[gone];
        const std::size_t part = std::min(bytes, piece.end - piece.begin);
        piece.begin += part;
        bytes -= part;
        if (piece.begin == piece.end) ++gone;
    }
    pieces_.erase(pieces_.begin(), pieces_.begin() + static_cast<std::ptrdiff_t>(gone));
    const auto own = std::find_if(pieces_.begin(), pieces_.end(),
                                  [](const Piece& piece) { return !piece.shared; });
    const std::size_t unused = own == pieces_.end() ? text_.size() : own->begin;
    text_.erase(0, unused);
    for (Piece& piece : pieces_) {
        if (piece.shared) continue;
        piece.begin -= unused;
        piece.end -= unused;
    }
}

void Output::reset() {
    pieces_.clear();
    size_ = 0;
    if (text_.capacity() > kept_capacity) {
        text_ = {};
    } else {
        text_.clear();
    }
}

}  // namespace lode::net
