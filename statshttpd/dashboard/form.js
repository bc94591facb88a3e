// Forms: labelled fields, one answer line that screen readers hear, no second send while one is
// under way.
import { element, fresh_id } from "./dom.js";
import { strings } from "./strings.js";

// A control with its label and, if given, its hint; control: an input, select or textarea.
export function field(label, control, hint = null) {
    const id = control.id || fresh_id("field");
    control.id = id;
    if (hint) control.setAttribute("aria-describedby", `${id}-hint`);
    return element("div", { class: "field" },
        element("label", { for: id }, label), control,
        hint ? element("p", { class: "hint", id: `${id}-hint` }, hint) : null);
}

export function input(attributes) {
    return element("input", { type: "text", autocomplete: "off", spellcheck: "false",
        ...attributes });
}

export function select(options, attributes = {}) {
    return element("select", attributes, options.map(([value, text, selected]) =>
        element("option", { value, selected }, text)));
}

export function check(label, control) {
    return element("label", { class: "check" }, control, element("span", {}, label));
}

// send() is called on submit and may return what to say; an error's own sentence is shown.
export function form({ submit, send, danger = false }, ...children) {
    const said = element("p", { class: "said", role: "status" });
    const button = element("button", { type: "submit", class: danger ? "danger" : "main" }, submit);
    const say = (text, kind) => {
        said.textContent = text ?? "";
        said.dataset.kind = kind;
    };
    const sent = async (event) => {
        event.preventDefault();
        if (button.disabled) return;
        button.disabled = true;
        say(strings.sending, "wait");
        try {
            say(await send(), "good");
        } catch (error) {
            if (error.status === undefined) throw error;
            say(error.message, "bad");
        } finally {
            button.disabled = false;
        }
    };
    return element("form", { submit: sent }, ...children,
        element("div", { class: "actions" }, button, said));
}

// A text to take along, with a button that copies it.
export function copyable(text, label) {
    const said = element("span", { class: "unseen", role: "status" });
    const button = element("button", { type: "button", class: "plain" }, strings.copy);
    button.addEventListener("click", async () => {
        try {
            await navigator.clipboard.writeText(text);
            button.textContent = strings.copied;
            said.textContent = strings.copied;
        } catch {
            // Without leave to copy, the text is there to be chosen by hand.
            getSelection().selectAllChildren(code);
        }
    });
    const code = element("code", { class: "copy-text" }, text);
    return element("div", { class: "copyable", role: "group", "aria-label": label }, code, button,
        said);
}

// A button that does one thing at once; an error's own sentence is shown beside it.
export function action(words, act, attributes = {}) {
    const said = element("span", { class: "said", role: "status", "data-kind": "bad" });
    const button = element("button", { type: "button", class: "plain", ...attributes }, words);
    button.addEventListener("click", async () => {
        button.disabled = true;
        said.textContent = "";
        try {
            await act();
        } catch (error) {
            if (error.status === undefined) throw error;
            said.textContent = error.message;
        } finally {
            button.disabled = false;
        }
    });
    return element("span", { class: "action" }, button, said);
}
