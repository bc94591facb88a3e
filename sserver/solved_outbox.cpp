// One file a solved share, named by its block's hash.
#include "sserver/solved_outbox.hpp"

#include <algorithm>
#include <utility>

#include "common/base/file.hpp"
#include "common/base/log.hpp"
#include "common/bitcoin/hash256.hpp"
#include "common/messages/solved.pb.h"

namespace lode::sserver {
namespace {

std::string hex_of(std::string_view block_hash) {
    const auto hash = bitcoin::hash256_from_bytes(as_bytes(block_hash));
    return hash ? to_display_hex(hash.value()) : "unknown";
}

}  // namespace

std::filesystem::path SolvedOutbox::path_of(std::string_view block_hash) const {
    return folder_ / hex_of(block_hash);
}

Result<void> SolvedOutbox::load(SteadyTime now) {
    std::error_code problem;
    std::filesystem::create_directories(folder_, problem);
    if (problem) {
        return failure(ErrorCode::unavailable, folder_.string() + ": " + problem.message());
    }
    for (const auto& file : std::filesystem::directory_iterator(folder_, problem)) {
        // A crash while writing leaves the file's unfinished predecessor, which nobody relied on.
        if (file.path().extension() == ".new") continue;
        LODE_TRY(const std::string content, read_file(file.path()));
        auto share = std::make_shared<v1::SolvedShare>();
        if (!share->ParseFromString(content)) {
            log::error("solved share unreadable", {{"file", file.path().string()}});
            continue;
        }
        log::warn("solved share sent again", {{"block", hex_of(share->block_hash())}});
        entries_.push_back({.share = std::move(share)});
        send(entries_.back(), now);
    }
    if (problem) {
        return failure(ErrorCode::unavailable, folder_.string() + ": " + problem.message());
    }
    return success();
}

void SolvedOutbox::add(const SolvedPtr& share, SteadyTime now, Task safe) {
    if (Entry* known = find(share->block_hash())) {
        if (!known->safe) return safe();
        known->safe = [first = std::move(known->safe), safe = std::move(safe)] {
            first();
            safe();
        };
        return;
    }
    log::info("share solves a block", {{"block", hex_of(share->block_hash())},
                                       {"height", share->height()},
                                       {"job", share->job_id()},
                                       {"user", share->user()},
                                       {"worker", share->worker()}});
    if (entries_.size() >= entries_max) {
        log::error("solved share given up", {{"block", hex_of(entries_[0].share->block_hash())}});
        forget(std::string(entries_[0].share->block_hash()));
    }
    entries_.push_back({.share = share, .safe = std::move(safe), .file_due = true});
    send(entries_.back(), now);
    port_.store(path_of(share->block_hash()), share);
}

void SolvedOutbox::send(Entry& entry, SteadyTime now) {
    entry.post_at = now;
    entry.posts_due = port_.post(entry.share);
    blkmakers_ = entry.posts_due > 0;
    publish(entry);
}

void SolvedOutbox::publish(Entry& entry) {
    const auto taken = port_.publish(entry.share);
    if (!taken && bus_takes_) {
        log::warn("solved shares not taken by the bus", {{"reason", taken.error()}});
    }
    bus_takes_ = taken.has_value();
    entry.bus_due = taken.has_value();
}

void SolvedOutbox::tell_safe(Entry& entry) {
    if (const Task safe = std::exchange(entry.safe, nullptr)) safe();
}

void SolvedOutbox::stored(std::string_view block_hash) {
    Entry* entry = find(block_hash);
    if (entry == nullptr) return;
    entry->file_due = false;
    tell_safe(*entry);
}

void SolvedOutbox::posted(std::string_view block_hash, Outcome outcome, SteadyTime now) {
    if (outcome == Outcome::confirmed) return forget(block_hash);
    Entry* entry = find(block_hash);
    if (entry == nullptr || entry->posts_due == 0 || --entry->posts_due > 0) return;
    Duration patience = entry->patience.next(std::hash<std::string_view>()(block_hash));
    if (!entry->on_bus) patience = std::min<Duration>(patience, post_again_urgent);
    entry->post_at = now + patience;
}

void SolvedOutbox::published(std::string_view block_hash, Outcome outcome, SteadyTime now) {
    Entry* entry = find(block_hash);
    if (entry == nullptr) return;
    entry->bus_due = false;
    if (outcome == Outcome::failed) return;
    if (!blkmakers_) return forget(block_hash);
    entry->on_bus = now;
    tell_safe(*entry);
}

void SolvedOutbox::retry(SteadyTime now) {
    std::vector<std::string> done;
    for (Entry& entry : entries_) {
        if (entry.on_bus && now - *entry.on_bus >= bus_enough) {
            log::error("no blkmaker confirms a solved share, the bus alone has it",
                       {{"block", hex_of(entry.share->block_hash())}});
            done.push_back(entry.share->block_hash());
            continue;
        }
        if (!entry.on_bus && !entry.bus_due) publish(entry);
        if (entry.posts_due == 0 && now >= entry.post_at) entry.posts_due = port_.post(entry.share);
    }
    for (const std::string& block_hash : done) forget(block_hash);
}

std::size_t SolvedOutbox::under_way() const {
    return static_cast<std::size_t>(std::ranges::count_if(entries_, [](const Entry& entry) {
        return entry.posts_due > 0 || entry.bus_due || entry.file_due;
    }));
}

void SolvedOutbox::forget(std::string_view block_hash) {
    Entry* entry = find(block_hash);
    if (entry == nullptr) return;
    tell_safe(*entry);
    port_.remove(path_of(block_hash));
    entries_.erase(entries_.begin() + (entry - entries_.data()));
}

SolvedOutbox::Entry* SolvedOutbox::find(std::string_view block_hash) {
    const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
        return entry.share->block_hash() == block_hash;
    });
    return found == entries_.end() ? nullptr : &*found;
}

}  // namespace lode::sserver
