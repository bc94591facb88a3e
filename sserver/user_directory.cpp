// Readings of the table, page by page.
#include "sserver/user_directory.hpp"

#include <algorithm>
#include <utility>

#include "common/base/assert.hpp"

namespace lode::sserver {

void UserDirectory::begin(SteadyTime now) {
    const bool whole = !whole_read_ || now - *whole_read_ >= whole_interval;
    extent_ = whole ? Extent::whole : Extent::news;
    begun_ = now;
    after_ = whole ? 0 : settled_;
    found_ = {};
}

UserDirectory::Reading UserDirectory::page(const std::vector<UserRow>& rows) {
    const std::size_t known = extent_ == Extent::news ? names_->size() : 0;
    for (const UserRow& row : rows) {
        LODE_ASSERT(row.id > after_);
        after_ = row.id;
        const NameMark mark = mark_of(row.name);
        if (extent_ == Extent::news && names_->has(mark)) continue;
        if (known + found_.size() >= most_) {
            overflowed_ = true;
            finish();
            return Reading::finished;
        }
        found_.push_back(mark);
    }
    if (rows.size() >= page_rows) return Reading::goes_on;
    if (extent_ == Extent::whole) overflowed_ = false;
    finish();
    return Reading::finished;
}

void UserDirectory::finish() {
    auto found = std::exchange(found_, {});
    if (extent_ == Extent::whole) {
        UserNames names(std::move(found));
        if (!names_ || *names_ != names) names_ = std::make_shared<UserNames>(std::move(names));
        whole_read_ = begun_;
    } else if (!found.empty()) {
        names_ = std::make_shared<UserNames>(names_->with(std::move(found)));
    }
    highest_ = std::max(highest_, after_);
    settle_marks();
}

void UserDirectory::settle_marks() {
    if (begun_ - settling_since_ < settle) return;
    settled_ = settling_;
    settling_ = highest_;
    settling_since_ = begun_;
}

}  // namespace lode::sserver
