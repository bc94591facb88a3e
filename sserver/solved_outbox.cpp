// One file a solved share, named by its block's hash.
#include "sserver/solved_outbox.hpp"

#include <algorithm>

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

Result<void> SolvedOutbox::load() {
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
        entries_.push_back({std::move(share)});
        send(entries_.back());
    }
    if (problem) {
        return failure(ErrorCode::unavailable, folder_.string() + ": " + problem.message());
    }
    return success();
}

void SolvedOutbox::add(const SolvedPtr& share) {
    if (find(share->block_hash()) != nullptr) return;
    log::info("share solves a block", {{"block", hex_of(share->block_hash())},
                                       {"height", share->height()},
                                       {"job", share->job_id()},
                                       {"user", share->user()},
                                       {"worker", share->worker()}});
    if (entries_.size() >= entries_max) {
        log::error("solved share given up", {{"block", hex_of(entries_[0].share->block_hash())}});
        forget(std::string(entries_[0].share->block_hash()));
    }
    entries_.push_back({share});
    send(entries_.back());
    store(*share);
}

void SolvedOutbox::send(Entry& entry) {
    entry.posts_due = port_.post(entry.share);
    const auto taken = port_.publish(entry.share);
    entry.bus_due = taken.has_value();
    if (!taken) log::warn("solved share not taken by the bus", {{"reason", taken.error()}});
}

void SolvedOutbox::store(const v1::SolvedShare& share) const {
    // Without the file the share still goes its two other ways.
    const auto stored = replace_file(path_of(share.block_hash()), share.SerializeAsString());
    if (!stored) log::error("solved share not stored", {{"reason", stored.error()}});
}

void SolvedOutbox::posted(std::string_view block_hash, Outcome outcome) {
    if (outcome == Outcome::confirmed) return forget(block_hash);
    if (Entry* entry = find(block_hash); entry != nullptr && entry->posts_due > 0) {
        --entry->posts_due;
    }
}

void SolvedOutbox::published(std::string_view block_hash, Outcome outcome) {
    if (outcome == Outcome::confirmed) return forget(block_hash);
    if (Entry* entry = find(block_hash)) entry->bus_due = false;
}

void SolvedOutbox::retry() {
    for (Entry& entry : entries_) {
        if (!entry.bus_due) entry.bus_due = port_.publish(entry.share).has_value();
        if (entry.posts_due == 0) entry.posts_due = port_.post(entry.share);
    }
}

void SolvedOutbox::forget(std::string_view block_hash) {
    Entry* entry = find(block_hash);
    if (entry == nullptr) return;
    std::error_code problem;
    std::filesystem::remove(path_of(block_hash), problem);
    // A file that comes back is sent once more and known there by its hash.
    if (problem) log::warn("solved share's file stays", {{"reason", problem.message()}});
    entries_.erase(entries_.begin() + (entry - entries_.data()));
}

SolvedOutbox::Entry* SolvedOutbox::find(std::string_view block_hash) {
    const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
        return entry.share->block_hash() == block_hash;
    });
    return found == entries_.end() ? nullptr : &*found;
}

}  // namespace lode::sserver
