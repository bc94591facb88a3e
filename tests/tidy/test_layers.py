"""Who may include what: the layers of common/ and the services, and third-party headers."""
import re

import tree

# Each group may include only the groups before it, and nothing sideways inside its own.
LAYERS = [
    ["common/base"],
    ["common/json"],
    ["common/config", "common/bitcoin", "common/metrics"],
    ["common/messages", "common/stratum"],
    ["common/bus", "common/db", "common/http", "common/net"],
    ["common/node", "common/runtime"],
    tree.SERVICES + ["miner"],
    ["lode"],
]
RANK = {folder: rank for rank, group in enumerate(LAYERS) for folder in group}
ADAPTERS = [folder for group in LAYERS[4:6] for folder in group]
# The only files of a service that may touch adapters; its other files are pure logic.
SERVICE_JOINTS = {"main.cpp", "service.cpp", "service.hpp"}
# Adapters of a service's own, each one thing outside the process made into calls and callbacks.
SERVICE_ADAPTERS = {
    "blkmaker/block_repository",   # its rows
    "blkmaker/follower",           # the book of blocks joined to nodes, rows and bus
    "blkmaker/journal_writer",     # the journal on a thread of its own
    "blkmaker/node_link",          # a node on threads of its own
    "blkmaker/row_writer",         # the database on a thread of its own
    "jobmaker/proposal_checker",   # nodes asked on a thread of its own
    "jobmaker/publisher",          # jobs to the bus and straight to sservers
    "blkmaker/template_keeper",    # the template files on a thread of their own
    "payout/book_repository",      # what exports and books read
    "payout/fee_day_reader",       # nodes asked on a thread of its own
    "payout/fee_day_repository",   # days whose fees are frozen
    "payout/final_block_watch",    # nodes asked of our newest final block
    "payout/lease_repository",     # the lease's row
    "payout/passes",               # settlement and payments over one connection
    "payout/preview_repository",   # what others ask of a block that is not found
    "payout/wallet",               # the wallet that the settings name
    "payout/worker",               # all of it on a thread of its own
    "payout/ledger/ledger_repository",  # its rows
    "payout/ledger/ledger_verification",  # its invariants, read from the rows
    "payout/settlement/bucket_repository",  # rows of work
    "payout/settlement/explain",   # a credit computed again from rows
    "payout/settlement/pps_repository",  # sums of work, and what was paid for it
    "payout/settlement/round_repository",  # rows of blocks and how far each is settled
    "payout/settlement/settler",   # a pass over all of them
    "payout/settlement/terms_repository",  # terms and choices
    "payout/settlement/valuation",  # rows of work to credits
    "payout/settlement/work_settler",  # rows of work to days and pay per share
    "payout/payment/payer",               # payments joined to wallet, nodes and rows
    "payout/payment/payer_commands",      # the same, by an operator's hand
    "payout/payment/payment_repository",  # their rows
    "payout/payment/sent_booking",        # the wallet's transaction as a payment
    "payout/payment/sent_repository",     # what the rows know of such transactions
    "payout/payment/sent_watch",          # the wallet's list against them
    "payout/payment/sightings",           # what wallet and nodes say of a payment
    "sharelogger/gap_repository",    # gaps and what was done about them, as rows
    "sharelogger/name_ids",          # ids of users and workers
    "sharelogger/pool_rows",         # sums of the pool as rows
    "sharelogger/share_repository",  # its rows
    "sharelogger/share_repository_cuts",  # the part of them that is about blocks
    "sharelogger/share_retention",   # rows that are old
    "sharelogger/sum_repository",    # sums as recompute compares them
    "sharelogger/user_rows",         # sums of users as rows
    "sharelogger/worker_rows",       # sums of workers as rows
    "statshttpd/access",             # tokens of requests to who asks
    "statshttpd/audit",              # rows of the audit log
    "statshttpd/commander",          # commands to the bus
    "statshttpd/database_thread",    # the database on a thread of its own
    "statshttpd/effort_repository",  # work in blocks
    "statshttpd/history_repository",  # the rows it shows
    "statshttpd/routes/compat_routes",  # requests as other pools take them
    "statshttpd/routes/asset_routes",  # the dashboard's files
    "statshttpd/money_repository",   # the rows of money it shows
    "statshttpd/preview_repository",  # asks payout for a preview
    "statshttpd/routes/money_routes",  # requests about money
    "statshttpd/proof_repository",   # rows of proofs
    "statshttpd/routes/access_answers",  # what the next share
    "statshttpd/routes/access_routes",  # requests to sign in, and about tokens
    "statshttpd/routes/admin_routes",  # an operator's requests
    "statshttpd/routes/event_routes",  # requests about what happened
    "statshttpd/routes/pool_routes",  # requests about the pool
    "statshttpd/routes/settings_routes",  # requests about a user's settings
    "statshttpd/routes/site",        # requests to where their data is
    "statshttpd/routes/user_routes",  # requests about users
    "statshttpd/user_repository",    # what the database knows of a user
    "statshttpd/work_repository",    # work over time
    "statshttpd/service_watch",      # health endpoints asked on a thread of its own
    "statshttpd/sign_in",            # proofs to tokens
    "statshttpd/token_repository",   # rows of tokens
    "sserver/defence",             # bans to the loops, the log and the bus
    "sserver/doors",               # the ports that miners come in by
    "sserver/job_feed",            # jobs from the bus and POST /v1/job
    "sserver/job_keeper",          # files on a thread of their own, and a producer of jobs
    "sserver/lane",                # an event loop and its stream of shares
    "sserver/lanes",               # all of them
    "sserver/lease_keeper",        # the server id's lease on a thread of its own
    "sserver/lease_repository",    # its rows
    "sserver/node_watcher",        # the nodes' tips, each on a thread of its own
    "sserver/order_feed",          # an operator's orders from the bus, one of them on disk
    "sserver/share_spool",         # the spool's files on a thread of their own
    "sserver/share_spool_replay",  # old spools onto the bus
    "sserver/user_keeper",         # registered users on a thread of their own
    "sserver/user_repository",     # their rows
    "sserver/solved_ways",         # solved shares to blkmakers, bus and disk
}

# Header prefix -> where it may appear. The first prefix that fits counts.
THIRD_PARTY = [
    ("boost/outcome/", ["common/base/"]),
    ("boost/crc.hpp", ["common/base/"]),
    ("boost/asio", ["common/runtime/", "common/http/", "common/net/"]),
    ("boost/beast", ["common/http/"]),
    ("rapidjson/", ["common/json/"]),
    ("toml++/", ["common/config/"]),
    ("spdlog/", ["common/base/"]),
    ("fmt/", ["common/base/"]),
    ("soci/", ["common/db/"]),
    ("sqlite3.h", ["common/bus/", "common/db/"]),
    ("openssl/", ["common/bitcoin/hash160.cpp", "common/net/"]),
    ("secp256k1", ["common/bitcoin/message_signature.cpp"]),
    ("zmq", ["common/node/"]),
    ("CLI/", ["common/runtime/", "lode/", "miner/"]),
    ("zstd.h", ["sharelogger/"]),
    ("google/protobuf/", ["common/messages/", "common/bus/", "common/runtime/intake",
                          "common/runtime/spreader"]),
    ("librdkafka/", ["common/bus/"]),
    ("catch2/", ["tests/"]),
    ("sys/epoll.h", ["common/net/"]),
]
# Headers of the C library and the compiler, which carry no dependency.
POSIX = re.compile(r"(sys|netinet|arpa|linux)/\w+\.h|(unistd|fcntl|malloc|spawn|netdb|poll|pthread|"
                   r"pwd|sched|termios|signal|ifaddrs|cpuid|immintrin|x86intrin|endian)\.h")

# Pattern -> its meaning; logic gets time, randomness and settings as arguments.
IMPURE = {
    r"\b(system|steady|high_resolution)_clock::now\b": "reads the clock",
    r"\bstd::j?thread\b": "starts a thread",
    r"\bsleep_(for|until)\b": "sleeps",
    r"\b(getenv|random_device|srand|gettimeofday|clock_gettime)\b": "reads its surroundings",
}
PURE_FOLDERS = [folder for group in LAYERS[1:4] for folder in group]
# Files of pure folders that read the surroundings by their job.
IMPURE_BY_JOB = {"common/config/": r"\b(getenv"}


def home(path):
    """The layer folder of a file, or None for what is outside the layers."""
    parts = path.split("/")
    folder = "/".join(parts[:2]) if parts[0] == "common" else parts[0]
    return folder if folder in RANK else None


def sources():
    return tree.files(".hpp", ".cpp", ".h")


def is_logic(path):
    folder = home(path)
    if folder in tree.SERVICES:
        return (path.rsplit("/", 1)[-1] not in SERVICE_JOINTS
                and path.rsplit(".", 1)[0] not in SERVICE_ADAPTERS)
    return folder in PURE_FOLDERS


def test_each_layer_includes_only_what_is_below_it():
    findings = []
    for path in sources():
        own = home(path)
        for number, name in tree.includes(path):
            other = home(name.strip('<>"'))
            if own and other and own != other and RANK[other] >= RANK[own]:
                findings.append(f"{path}:{number}: {own} may not include {other}")
    tree.report(findings)


def test_only_the_joints_of_a_service_include_adapters():
    findings = []
    for path in sources():
        if home(path) in tree.SERVICES and is_logic(path):
            findings += [f"{path}:{number}: {name} is for main, service and SERVICE_ADAPTERS only"
                         for number, name in tree.includes(path)
                         if home(name.strip('"')) in ADAPTERS]
    tree.report(findings)


def test_third_party_headers_stay_in_their_folder():
    findings = []
    for path in sources():
        for number, name in tree.includes(path):
            header = name.strip('<>"')
            if not name.startswith("<") or re.fullmatch(r"[a-z_0-9]+", header):
                continue  # our own, or the standard library's
            where = next((folders for prefix, folders in THIRD_PARTY if header.startswith(prefix)),
                         None)
            if where is None and not POSIX.fullmatch(header):
                findings.append(f"{path}:{number}: <{header}> has no folder yet; give it one here")
            elif where and not path.startswith((*where, "tests/")):
                findings.append(f"{path}:{number}: <{header}> belongs to {', '.join(where)} only")
    tree.report(findings)


def test_our_own_headers_are_included_from_the_root():
    tree.report([f'{path}:{number}: {name} is not a path from the root'
                 for path in sources() for number, name in tree.includes(path)
                 if name.startswith('"') and not name.endswith('.pb.h"')
                 and not (tree.ROOT / name.strip('"')).is_file()])


def test_logic_is_given_time_and_surroundings():
    findings = []
    for path in sources():
        if not is_logic(path):
            continue
        for number, line in enumerate(tree.code(path).splitlines(), 1):
            for pattern, meaning in IMPURE.items():
                by_job = any(path.startswith(folder) and pattern.startswith(start)
                             for folder, start in IMPURE_BY_JOB.items())
                if re.search(pattern, line) and not by_job:
                    findings.append(f"{path}:{number}: logic {meaning}")
    tree.report(findings)
