// Making and replacing nodes. Text only ever becomes text nodes: nothing that comes from the API is
// parsed as markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
        if (value === null || value === undefined || value === false) continue;
        if (typeof value === "function") node.addEventListener(name, value);
        else node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined)
        .map((child) => (child instanceof Node ? child : String(child))));
    return node;
}

// An HTML element; an attribute whose value is a function is a listener of that event.
export function element(name, attributes = {}, ...children) {
    return fill(document.createElement(name), attributes, children);
}

export function svg(name, attributes = {}, ...children) {
    return fill(document.createElementNS(SVG, name), attributes, children);
}

const FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex]";

// New children for a node; what had the focus among the old ones has it among the new.
export function replace(node, ...children) {
    const index = [...node.querySelectorAll(FOCUSABLE)].indexOf(document.activeElement);
    node.replaceChildren();
    fill(node, {}, children);
    if (index >= 0) node.querySelectorAll(FOCUSABLE)[index]?.focus({ preventScroll: true });
}

let last_id = 0;

// An id for a label or a description, used once on this page.
export function fresh_id(prefix) {
    last_id += 1;
    return `${prefix}-${last_id}`;
}
