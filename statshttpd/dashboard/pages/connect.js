// How to mine here: the addresses of the pool, safest first, what to log in as, what to expect.
import { ApiError, query, request } from "../api.js";
import { element } from "../dom.js";
import { copyable, field, form, input } from "../form.js";
import * as format from "../format.js";
import { card, part } from "../part.js";
import { Source } from "../source.js";
import { strings } from "../strings.js";
import { facts } from "../table.js";
import { first_payment } from "./miner_money.js";

const text = strings.connect;

// "ab12…" as certificates are shown: AB:12:…
const fingerprint = (hex) => hex.toUpperCase().match(/../g).join(":");

function endpoint(each) {
    return element("li", { class: "endpoint" },
        element("p", { class: "endpoint-kind" },
            element("span", { class: "state", "data-state": each.tls ? "good" : "wait" },
                each.tls ? text.encrypted : text.plain),
            each.profile && each.profile !== "default" ? ` ${text.profile(each.profile)}` : null),
        copyable(each.url, text.url),
        facts([
            [text.start_difficulty, format.difficulty(each.start_difficulty)],
            each.certificate_sha256 ? [text.certificate,
                element("code", { class: "fingerprint" },
                    fingerprint(each.certificate_sha256))] : null,
        ]));
}

function endpoints() {
    const source = new Source({ path: () => "connect", every: 300 });
    source.load();
    return part({
        source, title: text.addresses, wide: true,
        show: (found) => found.endpoints.length
            ? [element("ul", { class: "endpoints" }, found.endpoints.map(endpoint)),
                element("h3", {}, text.user), element("p", {}, found.user_format)]
            : element("p", { class: "empty" }, text.no_endpoint),
    });
}

function name_test() {
    const name = input({ required: true, maxlength: 128 });
    const send = async () => {
        const user = name.value.trim();
        const found = await request(`connect${query({ user })}`, { fresh: true });
        if (!found.user_valid) throw new ApiError(400, text.invalid(found.user_reason ?? ""));
        return text.valid(user);
    };
    return card({ title: text.name_test },
        form({ submit: text.test, send }, field(text.name, name, text.name_hint)));
}

export function connect_page() {
    return [
        element("h1", {}, text.title),
        endpoints(),
        element("div", { class: "grid" },
            card({ title: text.steps_title },
                element("ol", { class: "steps" }, text.steps.map((step) =>
                    element("li", {}, step)))),
            name_test(),
            card({ title: text.expectation, wide: true }, first_payment())),
    ];
}
