"""The dashboard's modules in a real browser, before an API that says what the test wants: numbers,
the chart, refusals, outages, the live feed's return, and text that looks like markup."""
import http.server
import json
import mimetypes
import threading
import urllib.parse

import pytest

from chromium import Chromium
from pool import ROOT
from waiting import eventually

FOLDER = ROOT / "statshttpd" / "dashboard"
POLICY = "default-src 'self'; base-uri 'none'; require-trusted-types-for 'script'"


class Stub:
    """Serves the dashboard's files; `answers` maps a path of the API to (status, object)."""

    def __init__(self):
        self.answers = {}
        self.asked = []
        stub = self

        class Handler(http.server.BaseHTTPRequestHandler):
            """One request."""
            protocol_version = "HTTP/1.1"

            def do_GET(self):  # pylint: disable=invalid-name
                self.answer(*stub.find(self.path, self.headers))

            def answer(self, status, kind, body):
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Content-Security-Policy", POLICY)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments):
                """Says nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def find(self, target, headers):
        path = urllib.parse.unquote(urllib.parse.urlsplit(target).path)
        if path.startswith("/api/v1/"):
            self.asked.append((target.removeprefix("/api/v1/"), headers.get("Authorization")))
            status, body = self.answers.get(path.removeprefix("/api/v1/"),
                                            (503, {"error": "the database does not answer"}))
            return status, "application/json", json.dumps(body).encode()
        name = path.removeprefix("/assets/") if path.startswith("/assets/") else "index.html"
        file = FOLDER / name
        kind = mimetypes.guess_type(name)[0] or "text/plain"
        return (200, kind, file.read_bytes()) if file.is_file() else (404, kind, b"")

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="module", name="server")
def fixture_server():
    made = Stub()
    yield made
    made.close()


@pytest.fixture(name="stub")
def fixture_stub(server):
    """The server without any answer yet."""
    server.answers.clear()
    server.asked.clear()
    return server


@pytest.fixture(scope="module", name="browser")
def fixture_browser(tmp_path_factory):
    made = Chromium(tmp_path_factory.mktemp("browser"))
    try:
        yield made.start()
    finally:
        made.close()


@pytest.fixture(scope="module", name="page")
def fixture_page(browser, server):
    """A page of the server's that runs no script of its own."""
    page = browser.new_page()
    page.open(f"{server.url}/assets/icon.svg")
    eventually(lambda: page.run("document.readyState === 'complete' && "
                                "location.pathname === '/assets/icon.svg'"), "an empty page")
    return page


def evaluate(page, module, expression):
    """With what a module exports in scope as `it`."""
    return page.run(f"import('/assets/{module}').then((it) => {expression})")


@pytest.mark.parametrize("expression, text", [
    ("it.hashrate(0)", "0 H/s"),
    ("it.hashrate(999.4)", "999 H/s"),
    ("it.hashrate(999.6)", "1 kH/s"),
    ("it.hashrate(1234567)", "1.23 MH/s"),
    ("it.hashrate(1.046e21)", "1.05 ZH/s"),
    ("it.hashrate(null)", "–"),
    ("it.difficulty('65536')", "65,536"),
    ("it.difficulty('146472570619930.78')", "146.5 T"),
    ("it.percent('0.4125')", "41.25%"),
    ("it.parts_per_million(20000)", "2%"),
    ("it.coin(0)", "0.00000000"),
    ("it.coin(312512345)", "3.12512345"),
    ("it.coin(-1)", "\u22120.00000001"),
    ("it.coin(2099999997690000)", "20,999,999.97690000"),
    ("it.base_units('0.001')", 100_000),
    ("it.base_units('20999999.9769')", 2_099_999_997_690_000),
    ("it.base_units('1.123456789')", None),
    ("it.base_units('-1')", None),
    ("it.base_units('1e3')", None),
    ("it.duration(90)", "1.5 minutes"),
    ("it.duration(864000)", "10 days"),
])
def test_numbers_are_written_as_people_read_them(page, expression, text):
    assert evaluate(page, "format.js", expression) == text


def test_axes_have_round_marks_that_reach_the_highest_value(page):
    for highest in (1, 3.2, 999, 1000, 1001, 7.7e15):
        marks = evaluate(page, "scale.js", f"it.value_marks({highest})")
        assert marks[0] == 0 and marks[-1] >= highest > marks[-2]
        assert 3 <= len(marks) <= 8, marks
        steps = {round((b - a) / marks[1], 6) for a, b in zip(marks, marks[1:])}
        assert steps == {1}
    assert evaluate(page, "scale.js", "it.value_marks(0)") == [0, 1]
    hour = 3_600_000
    marks = evaluate(page, "scale.js", f"it.time_marks(10 * {hour} + 1, 34 * {hour}, 8)")
    assert marks["step"] == 3 * hour and 7 <= len(marks["marks"]) <= 8


def test_the_first_payment_is_expected_by_hash_rate(page):
    # A difficulty of 1 takes 2^32 hashes: at 2^32 H/s one block's reward comes each second.
    asked = "it.seconds_to_first_payment({ hashrate: 2 ** 32, difficulty: '1', reward: 1000, " \
            "fee_ppm: %s, minimum: %s })"
    assert evaluate(page, "expectation.js", asked % (0, 5000)) == 5
    assert evaluate(page, "expectation.js", asked % (500_000, 5000)) == 10
    assert evaluate(page, "expectation.js", asked % (0, "undefined")) is None
    assert evaluate(page, "expectation.js", asked % (1_000_000, 5000)) is None


FAKE_SOCKET = """
window.sockets = [];
window.WebSocket = class extends EventTarget {
    constructor() { super(); this.sent = []; sockets.push(this); }
    send(text) { this.sent.push(JSON.parse(text)); }
    say(message) {
        this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(message) })); }
    end() { this.dispatchEvent(new Event("close")); }
};
"""


def test_the_live_feed_comes_back_and_asks_for_what_it_missed(page):
    page.run(FAKE_SOCKET)
    evaluate(page, "live.js", """{
        window.live = it.live; window.heard = []; window.resets = 0;
        live.on("block", (data) => heard.push(data));
        live.resets.push(() => { resets += 1; });
        live.start("secret"); }""")
    page.run("sockets[0].say({ hello: { epoch: 'a', id: 7 } })")
    assert page.run("sockets[0].sent") == [{"token": "secret"}, {"subscribe": ["block"]}]
    assert page.run("live.state") == "open"
    page.run("sockets[0].say({ id: 9, topic: 'block', data: 1 }), sockets[0].end()")
    assert page.run("live.state") == "waiting"
    eventually(lambda: page.run("sockets.length") == 2, "another connection")
    page.run("sockets[1].say({ hello: { epoch: 'a', id: 12 } })")
    assert page.run("sockets[1].sent[1]") == {"subscribe": ["block"], "since": 9}
    assert (page.run("heard"), page.run("resets")) == ([1], 0)
    page.run("sockets[1].say({ reset: true })")
    assert page.run("resets") == 1
    page.run("sockets[1].end()")
    eventually(lambda: page.run("sockets.length") == 3, "a third connection")
    page.run("sockets[2].say({ hello: { epoch: 'b', id: 1 } })")
    assert page.run("sockets[2].sent[1]") == {"subscribe": ["block"]}
    assert page.run("resets") == 2, "what a new run of the server says is asked anew"


MARKUP = "<img src=x onerror=window.hurt=1>"


def test_what_looks_like_markup_stays_text(browser, stub):
    user = {"user": MARKUP, "hashrate_5m": 1, "hashrate_1h": 1, "workers": 1, "shares_1h": 1,
            "last_share_unix_ms": 0}
    stub.answers["users"] = (200, {"users": [user], "total": 1, "limit": 8, "offset": 0})
    stub.answers["events"] = (200, {"events": [
        {"id": 1, "kind": MARKUP, "time_unix_ms": 0, "text": MARKUP}]})
    page = browser.new_page()
    page.open(f"{stub.url}/")
    eventually(lambda: page.text("body").count("onerror") >= 3, "the texts")
    assert page.run("document.querySelectorAll('img').length") == 1, "the mark of Lode alone"
    assert page.run("window.hurt") is None


def test_a_part_that_is_away_says_so_keeps_what_it_knew_and_comes_back(browser, stub):
    event = {"id": 1, "kind": "node", "time_unix_ms": 0, "text": "a node went away"}
    page = browser.new_page()
    page.open(f"{stub.url}/")
    eventually(lambda: "Not available now: the database does not answer" in page.text(),
               "the API's own words")
    stub.answers["events"] = (200, {"events": [event]})
    eventually(lambda: event["text"] in page.text(), "the part when the API is back")
    card = "section:has(.events)"
    assert page.run(f"document.querySelector('{card} .notice').hidden") is True


def test_private_parts_are_asked_for_with_the_token_of_a_watcher_link(browser, stub):
    known = {"user": "alice", "hashrate_5m": 1, "hashrate_1h": 1, "hashrate_24h": 1,
             "workers_active": 1, "shares_1h": 1, "rejected_1h": 0, "last_share_unix_ms": 0,
             "first_seen_unix_ms": 0, "scheme": "base", "blocks_found": 0}
    stub.answers["users/alice"] = (200, known)
    stub.answers["users/alice/balance"] = (401, {"error": "this needs a token"})
    page = browser.new_page()
    page.open(f"{stub.url}/miner?user=alice")
    eventually(lambda: "Only its owner sees" in page.text(), "the way to sign in")
    assert not [path for path, _ in stub.asked if "earnings" in path]
    stub.answers["users/alice/balance"] = (200, {
        "immature": 5, "balance": 4, "locked": 3, "paid": 2, "minimum": 100_000, "frozen": True,
        "held_until_unix_ms": None})
    page.open(f"{stub.url}/blocks")
    eventually(lambda: page.run("location.pathname") == "/blocks", "another page")
    page.open(f"{stub.url}/miner?user=alice#token=tell")
    eventually(lambda: "0.00000005" in page.text() and "frozen" in page.text(), "the balance")
    assert page.run("location.hash") == "", "the token is taken out of the address"
    eventually(lambda: ("users/alice/earnings?limit=10&offset=0", "Bearer tell") in stub.asked,
               "the earnings asked for")
    assert not [path for path, _ in stub.asked if "tell" in path]


def test_the_chart_tells_its_points_to_the_keyboard(browser, stub):
    points = [{"time_unix_ms": 600_000 * n, "hashrate": 1000 * n, "shares": n} for n in range(10)]
    stub.answers["pool/history"] = (200, {"span": "24h", "step_ms": 600_000, "points": points})
    page = browser.new_page()
    page.open(f"{stub.url}/")
    eventually(lambda: page.run("document.querySelector('.chart .line') !== null"), "the line")
    assert page.text("figcaption") == "Latest 9 kH/s, mean 4.5 kH/s, highest 9 kH/s, lowest 0 H/s"
    page.run("document.querySelector('.chart-slider').focus()")
    page.press("ArrowLeft")
    told = page.run("document.querySelector('.chart-slider').getAttribute('aria-valuetext')")
    assert told.endswith("8 kH/s, 8 shares")
    page.run("document.querySelector('.segments input').click()")
    eventually(lambda: any("span=1h" in path for path, _ in stub.asked), "the other span")
