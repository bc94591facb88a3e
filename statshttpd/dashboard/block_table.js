// The blocks we found as a table that the live feed keeps true.
import { query } from "./api.js";
import { element } from "./dom.js";
import * as format from "./format.js";
import { part } from "./part.js";
import { Source } from "./source.js";
import { pager, table } from "./table.js";
import { strings } from "./strings.js";

const text = strings.blocks;
const STATES = { accepted: "good", confirmed: "good", mature: "good", pending: "wait",
    submitted: "wait", orphaned: "bad", rejected: "bad" };

// The page of blocks with one that is new or has changed; null when that takes a request.
function with_block(page, block) {
    const known = page.blocks.findIndex((each) => each.hash === block.hash);
    if (known >= 0) {
        return { ...page, blocks: page.blocks.with(known, { ...page.blocks[known], ...block }) };
    }
    if (page.offset > 0 || block.height < (page.blocks[0]?.height ?? 0)) return null;
    return { ...page, total: page.total + 1,
        blocks: [block, ...page.blocks].slice(0, page.limit) };
}

const columns = [
    { title: text.height, cell: (block) => format.integer(block.height) },
    { title: text.found, cell: (block) => format.since(block.found_unix_ms) },
    { title: text.state, cell: (block) => element("span",
        { class: "state", "data-state": STATES[block.state] ?? "wait" },
        strings.block_states[block.state] ?? block.state) },
    { title: text.miner, cell: (block) => element("a",
        { href: `/miner${query({ user: block.user })}` }, format.shortened(block.user, 5)) },
    { title: text.effort, number: true, wide: true, cell: (block) => format.percent(block.effort) },
    { title: text.reward, number: true, wide: true, cell: (block) => format.coin(block.reward) },
    { title: text.credit, wide: true, cell: (block) =>
        strings.credits[block.credit] ?? block.credit ?? strings.none },
    { title: text.confirmations, number: true, wide: true,
        cell: (block) => format.integer(block.confirmations) },
    { title: text.hash, wide: true, cell: (block) => element("code", {},
        format.shortened(block.hash, 6)) },
];

// limit: blocks on a page; filter(): further parameters; paged: whether pages can be turned.
export function blocks_part({ title, limit, filter = () => ({}), paged = false }) {
    let offset = 0;
    const source = new Source({
        path: () => `blocks${query({ limit, offset, ...filter() })}`,
        every: 15, topic: "block",
        // A filtered page is asked anew: whether a block belongs there is the server's to say.
        take: (page, block) => Object.values(filter()).some(Boolean) ? null
            : with_block(page, block),
    });
    const turn = (to) => {
        offset = to;
        source.load();
    };
    const node = part({
        source, title, wide: true,
        show: (page) => [
            table({ caption: title, columns, rows: page.blocks, empty: text.none }),
            paged ? pager(page, turn) : null,
        ],
    });
    source.load();
    return { node, turn };
}
