// Whole files, replaced at once: half a job is never found.
#include "sserver/direct_job_files.hpp"

#include <algorithm>

#include "common/base/file.hpp"
#include "common/base/log.hpp"
#include "common/messages/job.pb.h"

namespace lode::sserver {
namespace {

constexpr std::size_t name_size = 16;

std::string name_of(JobId job) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string name(name_size, '0');
    for (std::size_t i = 0; i < name_size; ++i) {
        name[i] = digits[(job.value() >> (60 - 4 * i)) & 0xf];
    }
    return name;
}

JobId id_of(const v1::JobMessage& message) {
    return JobId(message.job().job_id());
}

}  // namespace

std::filesystem::path DirectJobFiles::path_of(JobId job) const {
    return folder_ / name_of(job);
}

Result<std::vector<JobMessagePtr>> DirectJobFiles::load() {
    std::error_code error;
    std::filesystem::create_directories(folder_, error);
    std::filesystem::directory_iterator files(folder_, error);
    if (error) return failure(ErrorCode::unavailable, folder_.string() + ": " + error.message());
    std::vector<JobMessagePtr> jobs;
    for (const auto& file : files) {
        const std::string name = file.path().filename().string();
        if (name.size() != name_size) continue;  // the beginning of one, never renamed
        LODE_TRY(const std::string bytes, read_file(file.path()));
        auto job = std::make_shared<v1::JobMessage>();
        if (!job->ParseFromString(bytes) || !job->has_job() || name_of(id_of(*job)) != name) {
            log::error("file of a job left alone, it is none", {{"file", file.path().string()}});
            continue;
        }
        const std::lock_guard lock(mutex_);
        written_.insert(id_of(*job));
        jobs.push_back(std::move(job));
    }
    std::ranges::sort(jobs, {}, [](const JobMessagePtr& job) { return id_of(*job); });
    return jobs;
}

void DirectJobFiles::add(const JobMessagePtr& job) {
    const std::lock_guard lock(mutex_);
    unwritten_.emplace(id_of(*job), job);
}

JobMessagePtr DirectJobFiles::unwritten(JobId job) {
    const std::lock_guard lock(mutex_);
    const auto at = unwritten_.find(job);
    return at == unwritten_.end() ? nullptr : at->second;
}

Result<void> DirectJobFiles::write(JobId job) {
    if (!unwritten(job)) return success();
    const std::lock_guard disk(disk_);
    const JobMessagePtr message = unwritten(job);
    if (!message) return success();
    LODE_TRY_VOID(replace_file(path_of(job), message->SerializeAsString()));
    const std::lock_guard lock(mutex_);
    written_.insert(job);
    if (unwritten_.erase(job) == 0) forgotten_.insert(job);  // forgotten meanwhile
    return success();
}

Result<void> DirectJobFiles::write_all() {
    for (;;) {
        JobId job;
        {
            const std::lock_guard lock(mutex_);
            if (unwritten_.empty()) return success();
            job = unwritten_.begin()->first;
        }
        LODE_TRY_VOID(write(job));
    }
}

void DirectJobFiles::forget(JobId job) {
    const std::lock_guard lock(mutex_);
    unwritten_.erase(job);
    if (written_.contains(job)) forgotten_.insert(job);
}

void DirectJobFiles::tidy() {
    const std::lock_guard disk(disk_);
    std::set<JobId> forgotten;
    {
        const std::lock_guard lock(mutex_);
        forgotten.swap(forgotten_);
        for (const JobId job : forgotten) written_.erase(job);
    }
    for (const JobId job : forgotten) {
        std::error_code error;
        std::filesystem::remove(path_of(job), error);
        // Sent to the bus once more by the next start, where it is known by its id.
        if (error) log::warn("file of a job stays", {{"reason", error.message()}});
    }
}

}  // namespace lode::sserver
