// Every page: header, news of the live feed, footer, and the page that the path names.
import { element } from "./dom.js";
import { ends, keep_times_true } from "./format.js";
import { live } from "./live.js";
import { current } from "./session.js";
import { strings } from "./strings.js";
import { account_page } from "./pages/account.js";
import { blocks_page } from "./pages/blocks.js";
import { connect_page } from "./pages/connect.js";
import { miner_page } from "./pages/miner.js";
import { operator_page } from "./pages/operator.js";
import { pool_page } from "./pages/pool.js";

// path -> what makes its nodes; those of the header first.
const PAGES = new Map([["/", pool_page], ["/miner", miner_page], ["/blocks", blocks_page],
    ["/connect", connect_page], ["/account", account_page], ["/operator", operator_page]]);
const IN_HEADER = ["/", "/miner", "/blocks", "/connect", "/account"];
const THEMES = ["auto", "light", "dark"];

function link(path, here) {
    return element("a", { href: path, "aria-current": path === here ? "page" : null },
        strings.pages_by_path[path]);
}

function theme_choice() {
    const root = document.documentElement;
    const choose = (theme) => {
        if (theme === "auto") delete root.dataset.theme;
        else root.dataset.theme = theme;
        try {
            localStorage.setItem("theme", theme);
        } catch {
            // It then holds for this page only.
        }
    };
    const select = element("select", { "aria-label": strings.theme, id: "theme",
        change: () => choose(select.value) },
    THEMES.map((theme) => element("option", { value: theme,
        selected: theme === (root.dataset.theme ?? "auto") }, strings.themes[theme])));
    return select;
}

function live_state() {
    const node = element("p", { class: "live-state", role: "status" });
    const show = (state) => {
        node.dataset.state = state;
        node.textContent = strings.live[state];
    };
    show(live.state);
    live.watchers.push(show);
    return node;
}

// Says each found block, to eyes and to screen readers.
function news() {
    const node = element("div", { class: "news", "aria-live": "polite", role: "log",
        "aria-label": strings.news });
    const said = new Set();
    live.on("block", (block) => {
        // Only what has just been found; a known block's changes are in the tables.
        if (said.has(block.hash) || Date.now() - block.found_unix_ms > 60_000) return;
        said.add(block.hash);
        node.replaceChildren(element("p", {}, strings.found_block(block.height, ends(block.user))));
        setTimeout(() => node.replaceChildren(), 12_000);
    });
    return node;
}

function build() {
    const here = PAGES.has(location.pathname) ? location.pathname : "/";
    document.title = strings.title(strings.pages_by_path[here]);
    document.body.replaceChildren(
        element("a", { class: "skip", href: "#content" }, strings.skip),
        element("header", { class: "top" }, element("div", { class: "inner" },
            element("a", { class: "brand", href: "/" },
                element("img", { src: "/assets/icon.svg", alt: "", width: 26, height: 26 }),
                strings.name),
            element("nav", { "aria-label": strings.main_navigation },
                IN_HEADER.map((path) => link(path, here))))),
        element("main", { id: "content", tabindex: "-1" }, PAGES.get(here)()),
        element("footer", {}, element("div", { class: "inner" }, live_state(),
            element("nav", { "aria-label": strings.more },
                element("a", { href: "/api/docs" }, strings.api), link("/operator", here)),
            theme_choice())),
        news());
    keep_times_true();
    live.start(current()?.token ?? null);
}

build();
