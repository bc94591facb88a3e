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

const char* to_string(CloseReason reason) {
    switch (reason) {
        case CloseReason::none:
            return "open";
        case CloseReason::by_peer:
            return "closed by the peer";
        case CloseReason::by_us:
            return "closed by us";
        case CloseReason::line_too_long:
            return "line too long";
        case CloseReason::slow_reader:
            return "slow reader";
        case CloseReason::broken:
            return "connection broken";
        case CloseReason::stopped:
            return "stopping";
    }
    return "unknown";
}

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
            const std::string& text = piece.shared ? *piece.shared : text_;
            parts[i].iov_base = const_cast<char*>(text.data() + piece.begin);
            parts[i].iov_len = piece.end - piece.begin;
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
