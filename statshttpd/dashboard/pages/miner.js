// One miner, by address or name: rates, chart, workers, blocks, and what it has and may expect.
import { query, segment } from "../api.js";
import { blocks_part } from "../block_table.js";
import { element } from "../dom.js";
import { field, input } from "../form.js";
import * as format from "../format.js";
import { history_part } from "../history.js";
import { part } from "../part.js";
import { current, take_link } from "../session.js";
import { Source } from "../source.js";
import { strings } from "../strings.js";
import { facts, pager, table } from "../table.js";
import { money_parts } from "./miner_money.js";

const text = strings.miner;
const WORKERS = 25;
const MINERS = 25;
const BLOCKS = 5;
const STATES = { online: "good", idle: "wait", offline: "bad" };

// Named by ?user= or, as short links do, behind the #.
function named() {
    const user = new URLSearchParams(location.search).get("user");
    if (user) return user.trim();
    const hash = location.hash.slice(1);
    return hash.includes("=") ? "" : decodeURIComponent(hash);
}

// The title, with the search for another miner beside it.
function title_row(title, user = null) {
    const search = element("form",
        { method: "get", action: "/miner", role: "search", class: "search" },
        field(text.find, input({ name: "user", required: true, maxlength: 128 })),
        element("button", { type: "submit", class: "main" }, text.show));
    return element("div", { class: "title-row" },
        element("div", {}, element("h1", {}, title),
            user ? element("p", { class: "who" }, element("code", {}, user)) : null),
        search);
}

function numbers(user) {
    const shares = user.shares_1h + user.rejected_1h;  // not a number where refusals are not told
    return facts([
        [text.hashrate, format.hashrate(user.hashrate_5m), text.over_5m],
        [text.workers, format.integer(user.workers_active), text.active],
        [text.last_share, format.since(user.last_share_unix_ms),
            text.shares_1h(format.integer(user.shares_1h))],
        [text.blocks_found, format.integer(user.blocks_found),
            strings.schemes[user.scheme] ?? user.scheme ?? null],
        [strings.windows["1h"], format.hashrate(user.hashrate_1h)],
        [strings.windows["24h"], format.hashrate(user.hashrate_24h)],
        [text.rejected, format.integer(user.rejected_1h),
            shares ? format.percent(user.rejected_1h / shares) : null],
        [text.first_seen, format.day(user.first_seen_unix_ms)],
    ], "headline");
}

function workers(user) {
    let offset = 0;
    const source = new Source({
        path: () => `users/${segment(user)}/workers${query({ limit: WORKERS, offset })}`, every: 10,
    });
    const turn = (to) => {
        offset = to;
        source.load();
    };
    source.load();
    const rejected = (worker) => {
        const all = worker.shares_1h + worker.rejected_1h;
        return all ? format.percent(worker.rejected_1h / all) : strings.none;
    };
    const columns = [
        { title: text.worker, cell: (worker) => worker.worker || text.unnamed },
        { title: text.state, cell: (worker) => element("span",
            { class: "state", "data-state": STATES[worker.state] }, text.states[worker.state]) },
        { title: text.last_share, cell: (worker) => format.since(worker.last_share_unix_ms) },
        { title: text.rate_5m, number: true,
            cell: (worker) => format.hashrate(worker.hashrate_5m) },
        { title: text.rate_1h, number: true, wide: true,
            cell: (worker) => format.hashrate(worker.hashrate_1h) },
        { title: text.shares, number: true, wide: true,
            cell: (worker) => format.integer(worker.shares_1h) },
        { title: text.rejected, number: true, wide: true, cell: rejected },
    ];
    return part({
        source, title: text.workers_title, wide: true,
        refused: () => element("p", { class: "empty" }, text.no_workers),
        show: (page) => [table({
            caption: text.workers_title, columns, rows: page.workers,
            empty: [text.no_workers, " ", element("a", { href: "/connect" }, text.connect_one)],
        }), pager(page, turn)],
    });
}

function unknown(user) {
    return element("div", { class: "empty" }, element("p", {}, text.unknown(user)),
        element("p", {}, element("a", { href: "/connect" }, text.connect)));
}

function one_miner(user) {
    const source = new Source({ path: () => `users/${segment(user)}`, every: 10,
        topic: `user:${user}`, take: (data, message) => ({ ...data, ...message }) });
    const rest = element("div");
    // The rest asks once the miner is known, so that a typing error makes one request.
    source.readers.push(() => {
        if (source.data === null || rest.hasChildNodes()) return;
        rest.append(
            history_part({ title: text.history, path: `users/${segment(user)}/history` }),
            workers(user),
            money_parts(user),
            blocks_part({ title: text.blocks, limit: BLOCKS, filter: () => ({ user }) }).node);
    });
    const nodes = [
        title_row(text.title, user),
        part({ source, show: numbers, refused: () => unknown(user) }),
        rest,
    ];
    source.load();
    return nodes;
}

function all_miners() {
    let offset = 0;
    let prefix = "";
    const source = new Source({ every: 30,
        path: () => `users${query({ limit: MINERS, offset, search: prefix })}` });
    const turn = (to) => {
        offset = to;
        source.load();
    };
    const narrowed = input({ type: "search", maxlength: 128, input: (event) => {
        prefix = event.target.value.trim();
        turn(0);
    } });
    const columns = [
        { title: text.miner, cell: (user) => element("a",
            { href: `/miner${query({ user: user.user })}` }, format.shortened(user.user, 12)) },
        { title: text.workers, number: true, cell: (user) => format.integer(user.workers) },
        { title: text.rate_5m, number: true, cell: (user) => format.hashrate(user.hashrate_5m) },
        { title: text.rate_1h, number: true, wide: true,
            cell: (user) => format.hashrate(user.hashrate_1h) },
        { title: text.last_share, wide: true,
            cell: (user) => format.since(user.last_share_unix_ms) },
    ];
    source.load();
    return [
        title_row(text.all_title),
        part({
            source, title: text.all, wide: true, controls: field(text.begins_with, narrowed),
            show: (page) => [table({
                caption: text.all, columns, rows: page.users,
                empty: [text.no_miner, " ", element("a", { href: "/connect" }, text.connect_one)],
            }), pager(page, turn)],
        }),
    ];
}

export function miner_page() {
    const user = named() || current()?.user || "";
    take_link(user);
    addEventListener("hashchange", () => location.reload());
    return user ? one_miner(user) : all_miners();
}
