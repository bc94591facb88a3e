// A hash rate's chart as a part of a page, with the choice of its span.
import { query } from "./api.js";
import { Chart } from "./chart.js";
import { element, fresh_id } from "./dom.js";
import { part } from "./part.js";
import { Source } from "./source.js";
import { strings } from "./strings.js";

const EVERY_S = { "1h": 30, "24h": 60, "7d": 300, "90d": 600 };

// path: the history's, without the span.
export function history_part({ title, path }) {
    let span = "24h";
    const chart = new Chart(title);
    const source = new Source({ path: () => `${path}${query({ span })}`, every: EVERY_S[span] });
    const choose = (chosen) => {
        span = chosen;
        source.every = EVERY_S[span];
        source.load();
    };
    const name = fresh_id("span");
    const controls = element("fieldset", { class: "segments" },
        element("legend", { class: "unseen" }, strings.span),
        Object.keys(EVERY_S).map((each) => element("label", {},
            element("input", { type: "radio", name, value: each, checked: each === span,
                change: () => choose(each) }),
            element("span", {}, strings.windows[each]))));
    source.load();
    return part({
        source, title, controls, wide: true,
        show: (data) => {
            chart.show(data);
            return chart.node.isConnected ? undefined : chart.node;
        },
    });
}
