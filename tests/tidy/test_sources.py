"""Every source file has a test of its own, or a reason stated here, and every test is built."""
import re

import tree

# Source -> why it has no tests/.../x_test.cpp. A path that ends in / stands for the folder.
REASONS = {
    "common/base/assert.cpp": "ends the process; one line",
    "common/bitcoin/base58.cpp": "by the vectors of address_test",
    "common/bitcoin/bech32.cpp": "by the vectors of address_test",
    "common/bitcoin/sha256_ni.cpp": "beside the portable form in sha256_test",
    "common/bitcoin/sha256_portable.cpp": "by the vectors of sha256_test",
    "common/bus/": "by the conformance suite, run on each form of the bus, and crash_test",
    "blkmaker/follower.cpp": "carries out what block_book decides; run by tests/end_to_end",
    "blkmaker/journal_writer.cpp": "hands tasks to a thread; run by tests/end_to_end",
    "blkmaker/node_link.cpp": "hands calls to threads; run by tests/end_to_end",
    "jobmaker/proposal_checker.cpp": "hands calls to a thread; run by tests/end_to_end",
    "jobmaker/publisher.cpp": "hands messages to the bus and nodes; run by tests/end_to_end",
    "common/db/dialect.cpp": "by statement_test and migrations_test",
    "common/db/money_schema.cpp": "by migrations_test",
    "common/db/site_schema.cpp": "by migrations_test",
    "common/db/row.cpp": "by connection_test",
    "payout/settlement/pps_repository.cpp": "by work_settler_test",
    "sharelogger/archive_frame.cpp": "by archive_test",
    "lode/operator.cpp": "by sharelog_command_test and user_command_test",
    "payout/payment/payer_commands.cpp": "by payer_test, over a simulated wallet and chain",
    "payout/payment/sightings.cpp": "by payer_test, over a simulated wallet and chain",
    "lode/status_command.cpp": "asks endpoints; run by tests/end_to_end/test_api.py",
    "lode/payout_desk.cpp": "by books_command_test and payment_command_test",
    "payout/passes.cpp": "joins repositories; by worker_test",
    "payout/wallet.cpp": "names a node; by worker_test and books_command_test",
    "sserver/defence.cpp": "by service_defence_test, which runs the whole server",
    "sserver/offence.cpp": "names; by guard_test and loop_defence_test",
    "sserver/doors.cpp": "by service_test, which runs the whole server",
    "sserver/job_feed.cpp": "by service_test, which runs the whole server",
    "sserver/job_keeper.cpp": "by service_jobs_test, which runs the whole server",
    "sserver/order_feed.cpp": "by tests/end_to_end/test_access.py",
    "sserver/lane.cpp": "by service_test, which runs the whole server",
    "sserver/lanes.cpp": "by service_test, which runs the whole server",
    "sserver/solved_ways.cpp": "by service_test, which runs the whole server",
    "common/http/session.cpp": "by server_test, over real connections",
    "statshttpd/routes/compat_routes.cpp": "by tests/end_to_end/test_compatibility.py",
    "statshttpd/commander.cpp": "hands commands to the bus; by tests/end_to_end/test_access.py",
    "statshttpd/routes/access_answers.cpp": "by tests/end_to_end/test_access.py",
    "statshttpd/routes/access_routes.cpp": "by tests/end_to_end/test_access.py",
    "statshttpd/routes/admin_routes.cpp": "by tests/end_to_end/test_access.py",
    "statshttpd/routes/settings_routes.cpp": "by tests/end_to_end/test_access.py",
    "statshttpd/routes/site.cpp": "by service_test, which asks the whole service",
    "statshttpd/routes/asset_routes.cpp": "by service_test, which asks the whole service",
    "statshttpd/routes/money_routes.cpp": "by service_test, which asks the whole service",
    "statshttpd/routes/event_routes.cpp": "by service_test, which asks the whole service",
    "statshttpd/routes/pool_routes.cpp": "by service_test, which asks the whole service",
    "statshttpd/routes/user_routes.cpp": "by service_test, which asks the whole service",
    "sharelogger/counted_share.cpp": "by partition_account_test",
}
# File names that mean the same in every service.
REASONS_BY_NAME = {
    "config.cpp": "a table; the example file made from it is checked whole",
    "main.cpp": "only wiring; run by tests/end_to_end",
    "service.cpp": "joins adapters and logic; run by tests/end_to_end",
}


def judged_sources():
    folders = ("common/", *(f"{name}/" for name in tree.SERVICES + tree.PROGRAMS))
    return [path for path in tree.files(".cpp") if path.startswith(folders)]


def reason(path):
    by_name = REASONS_BY_NAME.get(path.rsplit("/", 1)[-1])
    return by_name or next((why for start, why in REASONS.items()
                            if path == start or (start.endswith("/") and path.startswith(start))),
                           None)


def test_every_source_has_a_test_or_a_stated_reason():
    known = set(tree.files(".cpp"))
    tree.report([f"{path}: no tests/{path[:-4]}_test.cpp" for path in judged_sources()
                 if f"tests/{path[:-4]}_test.cpp" not in known and not reason(path)])


def test_no_reason_outlives_its_source():
    tree.report([f"tests/tidy/test_sources.py: {start} is gone or has a test" for start in REASONS
                 if not any(path.startswith(start) for path in judged_sources())
                 or f"tests/{start[:-4]}_test.cpp" in tree.files(".cpp")])


def test_every_source_is_built():
    """CMake names every file; one that it does not would silently never be compiled."""
    lists = {path.rpartition("/")[0]: tree.text(path) for path in tree.files("CMakeLists.txt")}
    findings = []
    for path in tree.files(".cpp"):
        parts = path.split("/")
        built = any(re.search(rf"(?<![\w/]){re.escape('/'.join(parts[depth:]))}\b",
                              lists.get("/".join(parts[:depth]), ""))
                    for depth in range(len(parts)))
        fuzz = re.fullmatch(r"tests/fuzz/(\w+)_fuzz\.cpp", path)
        if fuzz:
            built = f"lode_fuzz({fuzz.group(1)} " in lists["tests/fuzz"]
        if not built:
            findings.append(f"{path}: named in no CMakeLists.txt")
    tree.report(findings)
