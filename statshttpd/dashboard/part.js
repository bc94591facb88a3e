// A part of a page: a card that shows what a source says. It says plainly when that cannot be
// reached, keeps what it knew meanwhile, and comes back by itself.
import { element, fresh_id, replace } from "./dom.js";
import { strings } from "./strings.js";

const REFUSALS = [401, 403, 404];

export function card({ title, controls = null, wide = false }, ...children) {
    const id = fresh_id("part");
    return element("section", { class: wide ? "card wide" : "card", "aria-labelledby": id },
        element("div", { class: "card-head" }, element("h2", { id }, title), controls),
        ...children);
}

function reason(error) {
    return error.status === 0 ? strings.unreachable
        : strings.comes_back(error.message.replace(/\.$/, ""));
}

function not_offered() {
    return element("p", { class: "empty" }, strings.not_offered);
}

// show(data): the nodes, or undefined when it has changed what is there itself; refused(error):
// the nodes for a 401, 403 or 404, without which a 404 is a part that this pool does not offer;
// title: none for a part that is no card; controls, wide: the card's.
export function part({ source, show, refused, ...framing }) {
    const body = element("div", { class: "card-body" },
        element("p", { class: "quiet" }, strings.loading));
    const notice = element("p", { class: "notice", role: "status", hidden: true });
    let shown = null;  // as text: the same again changes nothing
    const fill = (key, make) => {
        if (key === shown) return;
        shown = key;
        const made = make();
        if (made !== undefined) replace(body, made);
    };
    source.readers.push(() => {
        const { error, data } = source;
        const answer = refused ?? (error?.status === 404 ? not_offered : null);
        const is_refusal = answer && REFUSALS.includes(error?.status);
        notice.hidden = !error || Boolean(is_refusal);
        notice.textContent = notice.hidden ? "" : reason(error);
        body.classList.toggle("stale", !notice.hidden);
        if (is_refusal) fill(`refused ${error.status}`, () => answer(error));
        else if (data !== null) fill(JSON.stringify(data), () => show(data));
        else fill("nothing", () => []);
    });
    return framing.title ? card(framing, notice, body) : element("div", {}, notice, body);
}
