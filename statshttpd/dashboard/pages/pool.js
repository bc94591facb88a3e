// The pool: its hash rate, what it found and expects, its network, nodes, miners and events.
import { query } from "../api.js";
import { blocks_part } from "../block_table.js";
import { element } from "../dom.js";
import * as format from "../format.js";
import { history_part } from "../history.js";
import { part } from "../part.js";
import { Source } from "../source.js";
import { bars, facts, table } from "../table.js";
import { strings } from "../strings.js";

const text = strings.pool;
const VERDICTS = ["accepted", "stale", "duplicate", "low_difficulty", "unauthorized", "other"];
const BLOCKS = 6;
const EVENTS = 10;
const MINERS = 8;

function headline(pool) {
    const last = pool.last_block;
    return facts([
        [text.hashrate, format.hashrate(pool.hashrate_5m), text.over_5m],
        [text.miners, format.integer(pool.users), text.workers(format.integer(pool.workers))],
        [text.effort, format.percent(pool.effort), text.effort_hint],
        [text.last_block, last ? format.since(last.found_unix_ms) : text.no_block_yet,
            last ? text.height(format.integer(last.height)) : null],
    ], "headline");
}

function rates(pool) {
    return facts([
        ...["1m", "5m", "15m", "1h", "24h"].map((span) =>
            [strings.windows[span], format.hashrate(pool[`hashrate_${span}`])]),
        [text.shares_24h, format.integer(pool.shares_24h)],
    ]);
}

function verdicts(pool) {
    const counts = pool.shares_by_verdict_1h;
    if (!counts) return element("p", { class: "empty" }, strings.not_known);
    const total = VERDICTS.reduce((sum, verdict) => sum + (counts[verdict] ?? 0), 0);
    if (total === 0) return element("p", { class: "empty" }, text.no_shares);
    return bars(VERDICTS.map((verdict) => {
        const count = counts[verdict] ?? 0;
        return { label: strings.verdicts[verdict], value: count,
            text: `${format.integer(count)} · ${format.percent(count / total)}` };
    }));
}

function luck(pool) {
    return facts([
        ...["24h", "7d", "30d"].map((span) =>
            [text.luck_over(strings.windows[span]), format.percent(pool[`luck_${span}`])]),
        [text.fee, format.parts_per_million(pool.fee_ppm)],
        [text.scheme, strings.schemes[pool.scheme] ?? pool.scheme ?? strings.none],
    ]);
}

function nodes(pool) {
    return table({
        caption: text.nodes,
        columns: [
            { title: text.node, cell: (node) => node.node },
            { title: text.state, cell: (node) => element("span",
                { class: "state", "data-state": node.usable ? "good" : "bad" },
                node.usable ? text.usable : text.unusable(node.reason ?? "")) },
            { title: text.since, cell: (node) => format.since(node.since_unix_ms) },
        ],
        rows: pool.nodes ?? [],
        empty: text.no_nodes,
    });
}

function network(pool) {
    return [facts([
        [text.chain, `${pool.chain} · ${pool.coin}`],
        [text.tip, format.integer(pool.height)],
        [text.difficulty, format.difficulty(pool.network_difficulty)],
        [text.network_hashrate, format.hashrate(pool.network_now?.hashrate)],
        [text.job, pool.job ? text.job_of(format.integer(pool.job.height)) : strings.none],
    ]), nodes(pool)];
}

function miners() {
    const source = new Source({ path: () => `users${query({ limit: MINERS })}`, every: 30 });
    source.load();
    return part({
        source, title: text.miners_title,
        show: (page) => table({
            caption: text.miners_title,
            columns: [
                { title: text.miner, cell: (user) => element("a",
                    { href: `/miner${query({ user: user.user })}` },
                    format.shortened(user.user)) },
                { title: text.workers_title, number: true,
                    cell: (user) => format.integer(user.workers) },
                { title: strings.windows["1h"], number: true,
                    cell: (user) => format.hashrate(user.hashrate_1h) },
            ],
            rows: page.users,
            empty: [text.no_miners, " ", element("a", { href: "/connect" }, text.connect_one)],
        }),
    });
}

function distribution() {
    const source = new Source({ path: () => "distribution", every: 60 });
    source.load();
    const range = ({ from_hashrate: from, to_hashrate: to }) => to === null
        ? text.from(format.hashrate(from)) : text.below(format.hashrate(to));
    return part({
        source, title: text.distribution,
        show: ({ buckets }) => buckets.some((bucket) => bucket.users > 0)
            ? bars(buckets.filter((bucket) => bucket.users > 0).map((bucket) => ({
                label: range(bucket), value: bucket.users,
                text: `${text.users(bucket.users)} · ${format.hashrate(bucket.hashrate)}`,
            })))
            : element("p", { class: "empty" }, text.no_miners),
    });
}

function events() {
    const source = new Source({ path: () => `events${query({ limit: EVENTS })}`, every: 15 });
    source.load();
    return part({
        source, title: text.events, wide: true,
        show: ({ events: known }) => known.length
            ? element("ol", { class: "events" }, known.map((event) => element("li", {},
                element("span", { class: "kind" }, strings.kinds[event.kind] ?? event.kind),
                element("span", {}, event.text), format.since(event.time_unix_ms))))
            : element("p", { class: "empty" }, text.no_events),
    });
}

export function pool_page() {
    const pool = new Source({ path: () => "pool", every: 5, topic: "pool" });
    const nodes_of = [
        element("h1", {}, text.title),
        part({ source: pool, show: headline }),
        history_part({ title: text.history, path: "pool/history" }),
        element("div", { class: "grid" },
            part({ source: pool, show: rates, title: text.rates }),
            part({ source: pool, show: luck, title: text.luck }),
            part({ source: pool, show: verdicts, title: text.verdicts }),
            part({ source: pool, show: network, title: text.network })),
        blocks_part({ title: text.blocks, limit: BLOCKS }).node,
        element("p", { class: "after" }, element("a", { href: "/blocks" }, text.all_blocks)),
        element("div", { class: "grid" },
            miners(), distribution()),
        events(),
    ];
    pool.load();
    return nodes_of;
}
