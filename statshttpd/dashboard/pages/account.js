// Sign in, by a signed message or by name and password; then what is one's own to see and change.
import { query, request } from "../api.js";
import { element } from "../dom.js";
import { field, form, input, select } from "../form.js";
import { card } from "../part.js";
import { Proof } from "../proof.js";
import { current, sign_in, sign_out } from "../session.js";
import { strings } from "../strings.js";
import * as format from "../format.js";
import { facts } from "../table.js";
import { settings_parts } from "./account_settings.js";

const text = strings.account;

async function open_session(body) {
    sign_in(await request("sessions", { method: "POST", body }));
    location.assign("/account");
    return text.welcome;
}

function by_signature() {
    const user = input({ required: true, maxlength: 128,
        value: new URLSearchParams(location.search).get("user") });
    const scope = select([["watch", text.scopes.watch, true], ["manage", text.scopes.manage]]);
    const proof = new Proof();
    const finish = form({ submit: text.sign_in, send: () => open_session(proof.answer()) },
        proof.node);
    finish.hidden = true;
    const begin = form({
        submit: text.show_message,
        send: async () => {
            await proof.begin({ user: user.value.trim(), action: "session", scope: scope.value });
            finish.hidden = false;
            proof.signature.focus();
        },
    }, field(text.address, user), field(text.scope, scope));
    return card({ title: text.by_signature, wide: true }, element("p", { class: "hint" },
        text.by_signature_hint), begin, finish);
}

function by_password() {
    const name = input({ required: true, maxlength: 128, autocomplete: "username" });
    const password = input({ type: "password", required: true,
        autocomplete: "current-password" });
    const code = input({ inputmode: "numeric", autocomplete: "one-time-code", maxlength: 8 });
    return card({ title: text.by_password }, form({
        submit: text.sign_in,
        send: () => open_session({ name: name.value.trim(), password: password.value,
            ...(code.value.trim() ? { code: code.value.trim() } : {}) }),
    }, field(text.name, name), field(text.password, password),
    field(text.code, code, text.code_hint)));
}

function registration() {
    const name = input({ required: true, maxlength: 128, autocomplete: "username" });
    const password = input({ type: "password", required: true, autocomplete: "new-password" });
    const address = input({ required: true, maxlength: 128 });
    const invite = input({ maxlength: 128 });
    return card({ title: text.register }, form({
        submit: text.register,
        send: async () => {
            const made = await request("accounts", { method: "POST", body: {
                name: name.value.trim(), password: password.value,
                payout_address: address.value.trim(),
                ...(invite.value.trim() ? { invite: invite.value.trim() } : {}),
            } });
            return text.registered(made.user);
        },
    }, field(text.name, name), field(text.password, password), field(text.payout, address),
    field(text.invite, invite, text.invite_hint)));
}

function who(session) {
    const leave = async () => {
        try {
            await request("sessions", { method: "DELETE", token: session.token });
        } finally {
            sign_out();
            location.assign("/account");
        }
        return text.left;
    };
    return card({ title: text.signed_in },
        facts([
            [text.user, element("code", {}, format.shortened(session.user, 12))],
            [text.may, text.scopes[session.scope] ?? session.scope],
            session.expires_unix_ms ? [text.until, format.at(session.expires_unix_ms)] : null,
        ]),
        element("p", { class: "after" }, element("a",
            { href: `/miner${query({ user: session.user })}` }, text.to_miner)),
        form({ submit: text.sign_out, send: leave }));
}

export function account_page() {
    const session = current();
    const title = element("h1", {}, text.title);
    if (!session) {
        return [title, element("div", { class: "grid" }, by_signature(), by_password(),
            registration())];
    }
    return [title, element("div", { class: "grid" }, who(session), ...settings_parts(session))];
}
