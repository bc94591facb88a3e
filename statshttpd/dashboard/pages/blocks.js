// All blocks we found, page by page, and those of one state.
import { blocks_part } from "../block_table.js";
import { element } from "../dom.js";
import { field, select } from "../form.js";
import { strings } from "../strings.js";

const text = strings.blocks;
const STATES = ["found", "submitted", "accepted", "confirmed", "orphaned", "rejected"];
const LIMIT = 25;

export function blocks_page() {
    let state = "";
    const blocks = blocks_part({ title: text.title, limit: LIMIT, paged: true,
        filter: () => ({ state }) });
    const choice = select([["", text.any_state, true],
        ...STATES.map((each) => [each, strings.block_states[each]])],
    { change: (event) => {
        state = event.target.value;
        blocks.turn(0);
    } });
    return [element("h1", {}, text.page_title), field(text.state, choice), blocks.node,
        element("p", { class: "hint after" }, text.effort_hint)];
}
