"""The dashboard in a real browser, on one running pool: what its pages show is what the API says.
Pictures of every page are left in build/results/screenshots."""
import datetime
import json
import re
import urllib.parse

import pytest

from chromium import Chromium
from lode_miner import LodeMiner
from node import Node
from paying import COIN, PAYOUT, WALLET
from pool import ROOT, Pool
from waiting import eventually

SCREENSHOTS = ROOT / "build" / "results" / "screenshots"
PAGES = ["/", "/miner", "/blocks", "/connect", "/account", "/operator"]
BLOCKS = 3
PAGE_SECONDS = 60  # a machine that builds something else beside this takes that long
AWAY_SECONDS = 60  # the page asks a pool that is away every 30 s at most
REFUSALS = ("Failed to load resource", "WebSocket connection")


class Dashboard:
    """A pool that has found blocks for one miner, and a browser that looks at it."""

    def __init__(self, folder):
        self.folder = folder
        self.node = Node(folder / "node")
        self.pool = None
        self.browser = Chromium(folder)
        self.miner = None

    def start(self):
        self.node.start().mine(1)
        self.node.rpc.createwallet(WALLET)
        # An old kind of address: the node's wallet signs messages with no other.
        self.user = self.node.rpc.getnewaddress("", "legacy")
        self.pool = Pool(self.folder / "pool", [self.node], self.node.rpc.getnewaddress(),
                         {"payout": PAYOUT, "chain": [{"maturity": 101}]}).start()
        self.miner = LodeMiner(self.folder / "miner.log", self.pool.stratum_port,
                               f"{self.user}.rig").start()
        eventually(lambda: self.pool.api("blocks")["total"] >= BLOCKS, "blocks", 60)
        assert self.miner.stop() == 0
        self.pool.wait_until_counted()
        eventually(lambda: {block["state"] for block in self.blocks(1000)} == {"accepted"},
                   "every block accepted")
        self.browser.start()
        return self

    def close(self):
        self.browser.close()
        if self.miner:
            self.miner.close()
        if self.pool:
            self.pool.close()
        self.node.stop()

    def blocks(self, limit):
        return self.pool.api(f"blocks?limit={limit}")["blocks"]

    def url(self, path):
        return f"http://127.0.0.1:{self.pool.api_port}{path}"

    def miner_path(self):
        return f"/miner?user={self.user}"

    def open(self, path, page=None, **size):
        """A page once all its parts have been answered."""
        page = page or self.browser.new_page(**size)
        page.open(self.url(path))
        self.settle(page, path)
        return page

    def settle(self, page, path):
        wanted = json.dumps(urllib.parse.urlsplit(path).path)
        eventually(lambda: page.run(
            f"location.pathname === {wanted} && document.querySelector('main') !== null && "
            "document.readyState === 'complete' && !document.body.innerText.includes('Loading…')"),
            f"{path} with all its parts", PAGE_SECONDS)


@pytest.fixture(scope="module", name="dashboard")
def fixture_dashboard(tmp_path_factory):
    made = Dashboard(tmp_path_factory.mktemp("dashboard"))
    try:
        yield made.start()
    finally:
        made.close()


def shown(page, label, part="body"):
    """What stands beside a name in a list of figures."""
    return page.run(f"""[...document.querySelectorAll({json.dumps(part)} + ' dt')]
        .find((each) => each.textContent === {json.dumps(label)})?.nextSibling.textContent""")


def rows(page, caption):
    """The cells of a table, as text."""
    return page.run(f"""[...document.querySelectorAll('table')]
        .find((each) => each.caption.textContent === {json.dumps(caption)})
        ?.querySelectorAll('tbody tr').values().map((row) =>
            [...row.cells].map((cell) => cell.textContent)).toArray() ?? []""")


def number(text):
    return int(re.sub(r"\D", "", text))


def iso(unix_ms):
    """As a browser writes a moment."""
    moment = datetime.datetime.fromtimestamp(unix_ms / 1000, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{unix_ms % 1000:03}Z"


def coins(units):
    return f"{units // COIN:,}.{units % COIN:08}"


def fill(page, label, text):
    """Types into the first visible field of that label."""
    assert page.run(f"""(() => {{
        const label = [...document.querySelectorAll('label')].find((each) =>
            each.textContent === {json.dumps(label)} && each.offsetParent);
        const control = document.getElementById(label?.htmlFor);
        control?.focus();
        control?.select?.();
        return Boolean(control);
    }})()"""), f"no field {label}"
    page.write(text)


def click(page, words):
    assert page.run(f"""(() => {{
        const button = [...document.querySelectorAll('button')].find((each) =>
            each.textContent === {json.dumps(words)} && each.offsetParent && !each.disabled);
        button?.click();
        return Boolean(button);
    }})()"""), f"no button {words}"


def test_the_pool_page_shows_what_the_api_says(dashboard):
    page = dashboard.open("/")
    pool = dashboard.pool.api("pool")
    assert number(shown(page, "Shares in 24 hours")) == pool["shares_24h"] > 0
    assert number(shown(page, "Miners")) == pool["users"] == 1
    assert number(shown(page, "Height")) == pool["height"]
    blocks = dashboard.blocks(6)
    assert [number(row[0]) for row in rows(page, "Latest blocks")] == \
        [block["height"] for block in blocks]
    assert blocks[0]["reward"] and coins(blocks[0]["reward"]) in rows(page, "Latest blocks")[0]
    assert page.run("document.querySelector('.headline time').dateTime") == \
        iso(pool["last_block"]["found_unix_ms"])


def test_the_miner_page_shows_what_the_api_says(dashboard):
    page = dashboard.open(dashboard.miner_path())
    user = dashboard.pool.api(f"users/{dashboard.user}")
    assert page.text(".who") == dashboard.user
    assert number(shown(page, "Blocks found")) == user["blocks_found"] >= BLOCKS
    worker, = rows(page, "Workers")
    assert worker[0] == "rig"
    assert number(worker[5]) == user["shares_1h"] > 0
    assert worker[1] == "Online"
    assert "Only its owner sees" in page.text()


def test_the_blocks_page_turns_its_pages(dashboard):
    page = dashboard.open("/blocks")
    all_blocks = dashboard.pool.api("blocks?limit=1000")
    heights = [block["height"] for block in all_blocks["blocks"]]
    assert [number(row[0]) for row in rows(page, "Blocks found here")] == heights[:25]
    if len(heights) > 25:
        click(page, "Next")
        eventually(lambda: [number(row[0]) for row in rows(page, "Blocks found here")] ==
                   heights[25:50], "the next page")


PROBLEMS_OF_ACCESS = """(() => {
    const found = [];
    const named = (node) => node.getAttribute("aria-label") ||
        document.getElementById(node.getAttribute("aria-labelledby"))?.textContent;
    for (const node of document.querySelectorAll("input, select, textarea"))
        if (!node.labels?.length && !named(node)) found.push(`no label: ${node.outerHTML}`);
    for (const node of document.querySelectorAll("button, a"))
        if (!node.textContent.trim() && !named(node)) found.push(`no name: ${node.outerHTML}`);
    for (const node of document.querySelectorAll("th"))
        if (!node.scope) found.push(`no scope: ${node.outerHTML}`);
    for (const node of document.querySelectorAll("img"))
        if (!node.hasAttribute("alt")) found.push(`no alt: ${node.outerHTML}`);
    for (const node of document.querySelectorAll("section, nav"))
        if (!named(node)) found.push(`no name: ${node.outerHTML.slice(0, 80)}`);
    for (const name of ["main", "header", "footer", "h1"])
        if (document.querySelectorAll(`body ${name}`).length !== 1) found.push(`not one ${name}`);
    const wide = document.documentElement.scrollWidth - innerWidth;
    if (wide > 0) found.push(`${wide} pixels wider than the window`);
    return found;
})()"""


@pytest.mark.parametrize("width", [390, 1280])
def test_every_page_is_sound_in_light_and_dark(dashboard, width):
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page = dashboard.browser.new_page(width=width)
    for path in [*PAGES, dashboard.miner_path()]:
        dashboard.open(path, page)
        assert page.run(PROBLEMS_OF_ACCESS) == [], path
        name = "one-miner" if "?" in path else path.strip("/") or "pool"
        grounds = set()
        for scheme in ("light", "dark"):
            page.colours(scheme)
            grounds.add(page.run("getComputedStyle(document.body).backgroundColor"))
            page.screenshot(SCREENSHOTS / f"{name}-{scheme}-{width}.png")
        assert len(grounds) == 2, path
    # What the API refuses the browser notes by itself; anything else is the pages' own fault.
    assert [each for each in page.problems if not each.startswith(REFUSALS)] == []
    here = dashboard.url("").replace("http://", "")
    assert {urllib.parse.urlsplit(url).netloc for url in page.requests} == {here}


def focused(page):
    return page.run("""(() => { const node = document.activeElement;
        return node.getAttribute("aria-label") || node.value || node.textContent; })()""")


def test_the_keyboard_reaches_the_main_controls(dashboard):
    page = dashboard.open("/")
    page.press("Tab")
    assert focused(page) == "Skip to the content"
    walked = []
    while len(walked) < 9:
        page.press("Tab")
        walked.append(focused(page))
    assert walked[:6] == ["Lode", "Pool", "Miners", "Blocks", "Connect", "Account"]
    assert walked[6] == "24h"
    page.press("ArrowLeft")  # back from the chart's control, or along the spans
    page.run("document.querySelector('.segments input:checked').focus()")
    page.press("ArrowRight")
    assert page.run("document.querySelector('.segments input:checked').value") == "7d"
    page.run("document.querySelector('#theme').focus()")
    page.press("ArrowDown")
    assert page.run("document.documentElement.dataset.theme") == "light"
    dashboard.open("/miner", page)
    fill(page, "Address or name", dashboard.user)
    page.press("Enter", text="\r")
    dashboard.settle(page, "/miner")
    eventually(lambda: page.text(".who") == dashboard.user, "the miner's page")
    assert page.run("document.documentElement.dataset.theme") == "light"


def test_a_pool_that_goes_away_is_said_so_and_comes_back(dashboard):
    page = dashboard.open("/blocks")
    known = rows(page, "Blocks found here")
    assert dashboard.pool.stop() == 0
    # Whoever turns to another state of blocks asks at once.
    page.run("""(() => { const state = document.querySelector('main select');
        state.value = 'accepted'; state.dispatchEvent(new Event('change')); })()""")
    eventually(lambda: "cannot be reached" in page.text(), "the notice")
    assert rows(page, "Blocks found here") == known, "what was known stays in sight"
    dashboard.pool.start()
    eventually(lambda: "cannot be reached" not in page.text(), "the page as before", AWAY_SECONDS)
    assert [row[0] for row in rows(page, "Blocks found here")] == [row[0] for row in known]
