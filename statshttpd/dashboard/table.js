// Tables with headers for screen readers, and the two buttons that turn their pages.
import { element } from "./dom.js";
import { strings } from "./strings.js";
import { integer } from "./format.js";

// columns: {title, cell(row), number: right-aligned, wide: not on a phone}; the first one names its
// row. `empty` is said when there is no row.
export function table({ caption, columns, rows, empty }) {
    if (rows.length === 0) return element("p", { class: "empty" }, empty);
    const kind = (column) => [column.number && "number", column.wide && "wide-only"]
        .filter(Boolean).join(" ") || null;
    const cell = (column, index, row) => element(index === 0 ? "th" : "td",
        { scope: index === 0 ? "row" : null, class: kind(column) }, column.cell(row));
    return element("div", { class: "scroll" },
        element("table", {},
            element("caption", { class: "unseen" }, caption),
            element("thead", {}, element("tr", {}, columns.map((column) =>
                element("th", { scope: "col", class: kind(column) }, column.title)))),
            element("tbody", {}, rows.map((row) => element("tr", {},
                columns.map((column, index) => cell(column, index, row)))))));
}

// Nothing while all fits on one page; turn(offset) goes to another.
export function pager({ total, limit, offset }, turn) {
    if (total <= limit) return null;
    const button = (text, to, possible) => element("button", {
        type: "button", class: "plain", disabled: !possible, click: () => turn(to),
    }, text);
    return element("nav", { class: "pager", "aria-label": strings.pages },
        button(strings.newer, Math.max(offset - limit, 0), offset > 0),
        element("span", { class: "quiet" }, strings.range(integer(offset + 1),
            integer(Math.min(offset + limit, total)), integer(total))),
        button(strings.older, offset + limit, offset + limit < total));
}

// Names and their values; rows: [name, value, hint?].
export function facts(rows, kind = "facts") {
    return element("dl", { class: kind }, rows.filter(Boolean).map(([name, value, hint]) =>
        element("div", {}, element("dt", {}, name), element("dd", {}, value),
            hint ? element("dd", { class: "hint" }, hint) : null)));
}

// A bar for each row: {label, value, text}; lengths are shares of the longest.
export function bars(rows) {
    const longest = Math.max(...rows.map((row) => row.value), 1);
    return element("ul", { class: "bars" }, rows.map((row) => {
        const fill = element("span", { class: "bar-fill" });
        fill.style.width = `${100 * row.value / longest}%`;
        return element("li", {}, element("span", { class: "bar-label" }, row.label),
            element("span", { class: "bar", "aria-hidden": "true" }, fill),
            element("span", { class: "bar-text" }, row.text));
    }));
}
