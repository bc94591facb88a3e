// The settings of who is signed in: payouts, second factor, alerts, and links for watchers.
import { request, segment } from "../api.js";
import { element, replace } from "../dom.js";
import { action, check, copyable, field, form, input, select } from "../form.js";
import * as format from "../format.js";
import { card, part } from "../part.js";
import { Proof } from "../proof.js";
import { Source } from "../source.js";
import { strings } from "../strings.js";
import { facts, table } from "../table.js";

const text = strings.settings;
const SCHEMES = ["base", "pps", "pps_plus", "fpps"];

class Own {
    constructor(session) {
        this.session = session;
        this.may_change = session.scope === "manage";
    }

    source(path) {
        const made = new Source({ path: () => this.path(path), every: 60,
            token: () => this.session.token });
        made.load();
        return made;
    }

    path(path) {
        return `users/${segment(this.session.user)}/${path}`;
    }

    send(method, path, body) {
        return request(path, { method, body, token: this.session.token });
    }
}

function settings_now(source) {
    return part({
        source, title: text.title,
        show: (now) => facts([
            [text.minimum, format.coin(now.minimum)],
            [text.address, now.address
                ? element("code", {}, format.shortened(now.address)) : strings.none],
            [text.scheme, strings.schemes[now.scheme] ?? now.scheme ?? strings.none],
        ]),
    });
}

// What was filled in, with the proof: a signature, or an account's second factor.
function settings_change(own, source) {
    const minimum = input({ inputmode: "decimal", maxlength: 20 });
    const address = input({ maxlength: 128 });
    const scheme = select([["", text.as_it_is, true],
        ...SCHEMES.map((each) => [each, strings.schemes[each]])]);
    const code = input({ inputmode: "numeric", autocomplete: "one-time-code", maxlength: 8 });
    const proof = new Proof();
    const ask = action(text.sign_instead, () => proof.begin(
        { user: own.session.user, action: "settings", scope: "manage" }));
    const send = async () => {
        const units = format.base_units(minimum.value);
        const body = {
            ...(minimum.value.trim() ? { minimum: units } : {}),
            ...(address.value.trim() ? { address: address.value.trim() } : {}),
            ...(scheme.value ? { scheme: scheme.value } : {}),
            ...(proof.nonce ? proof.answer() : { code: code.value.trim() }),
        };
        await own.send("PUT", own.path("settings"), body);
        source.reload();
        return text.kept;
    };
    minimum.pattern = "[0-9]{1,9}(\\.[0-9]{1,8})?";
    return card({ title: text.change }, form({ submit: text.keep, send },
        field(text.minimum, minimum, text.minimum_hint), field(text.address, address),
        field(text.scheme, scheme), field(text.code, code, text.code_hint), ask, proof.node));
}

function second_factor(own) {
    const path = `accounts/${segment(own.session.user)}/second-factor`;
    const shown = element("div");
    const code = input({ required: true, inputmode: "numeric", maxlength: 8,
        autocomplete: "one-time-code" });
    const begin = form({
        submit: text.factor_begin,
        send: async () => {
            const made = await own.send("POST", path, {});
            replace(shown, element("p", {}, text.factor_enter),
                copyable(made.secret, text.factor_secret), copyable(made.uri, text.factor_uri));
        },
    });
    const choice = select([["PUT", text.factor_confirm, true], ["DELETE", text.factor_end]]);
    const finish = form({
        submit: text.factor_send,
        send: async () => {
            await own.send(choice.value, path, { code: code.value.trim() });
            return text.kept;
        },
    }, field(text.factor_action, choice), field(text.code, code));
    return card({ title: text.factor }, element("p", { class: "hint" }, text.factor_hint), begin,
        shown, finish);
}

function alerts(own) {
    const source = own.source("alerts");
    const webhook = input({ type: "url", maxlength: 500 });
    const mail = input({ type: "email", maxlength: 254 });
    const offline = input({ type: "number", min: 1 });
    const reject = input({ type: "number", min: 0, max: 100, step: "any" });
    const payment = element("input", { type: "checkbox" });
    const send = async () => {
        await own.send("PUT", own.path("alerts"), {
            webhook: webhook.value.trim() || null, mail: mail.value.trim() || null,
            worker_offline_minutes: offline.value ? Number(offline.value) : null,
            reject_ppm: reject.value ? Math.round(Number(reject.value) * 10_000) : null,
            payment: payment.checked,
        });
        source.reload();
        return text.kept;
    };
    const made = form({ submit: text.keep, send },
        field(text.webhook, webhook), field(text.mail, mail),
        field(text.offline, offline, text.offline_hint),
        field(text.reject, reject, text.reject_hint), check(text.payment, payment));
    return part({
        source, title: text.alerts,
        show: (now) => {
            webhook.value = now.webhook ?? "";
            mail.value = now.mail ?? "";
            offline.value = now.worker_offline_minutes ?? "";
            reject.value = now.reject_ppm === null || now.reject_ppm === undefined ? ""
                : now.reject_ppm / 10_000;
            payment.checked = Boolean(now.payment);
            return made.isConnected ? undefined : made;
        },
    });
}

function watchers(own) {
    const source = own.source("tokens");
    const name = input({ required: true, maxlength: 64 });
    const made = element("div");
    const send = async () => {
        const { token } = await own.send("POST", own.path("tokens"),
            { name: name.value.trim(), scope: "watch" });
        const link = new URL(`/miner?user=${segment(own.session.user)}#token=${token}`, location);
        replace(made, element("p", {}, text.link_once), copyable(link.href, text.link));
        source.reload();
        return text.link_made;
    };
    const end = (id) => async () => {
        await own.send("DELETE", own.path(`tokens/${id}`));
        source.reload();
    };
    const list = part({
        source, title: text.links,
        show: ({ tokens }) => table({
            caption: text.links, rows: tokens, empty: text.no_links,
            columns: [
                { title: text.link_name, cell: (each) => each.name },
                { title: text.link_scope, cell: (each) => each.scope },
                { title: text.link_end, cell: (each) => action(text.end, end(each.id),
                    { "aria-label": text.end_of(each.name) }) },
            ],
        }),
    });
    list.append(form({ submit: text.make_link, send }, field(text.link_name, name)), made);
    return list;
}

export function settings_parts(session) {
    const own = new Own(session);
    const source = own.source("settings");
    if (!own.may_change) return [settings_now(source)];
    return [settings_now(source), settings_change(own, source), alerts(own), watchers(own),
        second_factor(own)];
}
