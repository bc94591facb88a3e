// For the operator, by an admin token: services, spool and lag, bans, the audit log, and commands.
import { query, request, segment } from "../api.js";
import { element } from "../dom.js";
import { action, field, form, input, select } from "../form.js";
import * as format from "../format.js";
import { card, part } from "../part.js";
import { admin_token, set_admin_token } from "../session.js";
import { Source } from "../source.js";
import { strings } from "../strings.js";
import { facts, pager, table } from "../table.js";

const text = strings.operator;
const AUDIT = 15;

function source_of(path, every) {
    const made = new Source({ path: typeof path === "function" ? path : () => path, every,
        token: admin_token });
    made.load();
    return made;
}

const command = (method, path, body) =>
    request(`admin/${path}`, { method, body, token: admin_token() });

function sign_in() {
    const token = input({ type: "password", required: true });
    return card({ title: text.sign_in }, element("p", { class: "hint" }, text.sign_in_hint), form({
        submit: text.sign_in,
        send: async () => {
            await request("admin/services", { token: token.value.trim() });
            set_admin_token(token.value.trim());
            location.reload();
            return text.welcome;
        },
    }, field(text.token, token)));
}

// What the answer says beside its services: names as they are, numbers as people read them.
function other_facts(found) {
    return facts(Object.entries(found).filter(([, value]) => typeof value === "number")
        .map(([name, value]) => [strings.figures[name] ?? name.replaceAll("_", " "),
            format.integer(value)]));
}

function services() {
    return part({
        source: source_of("admin/services", 5), title: text.services, wide: true,
        show: (found) => [
            table({
                caption: text.services, rows: found.services, empty: text.no_services,
                columns: [
                    { title: text.service, cell: (each) => each.name },
                    { title: text.state, cell: (each) => element("span",
                        { class: "state", "data-state": each.ready ? "good" : "bad" },
                        each.ready ? text.ready : text.not_ready) },
                    { title: text.detail, cell: (each) => each.detail || strings.none },
                    { title: text.at, wide: true, cell: (each) => each.address ?? strings.none },
                ],
            }),
            other_facts(found),
        ],
    });
}

function bans() {
    const source = source_of("admin/bans", 15);
    const lift = (address) => async () => {
        await command("DELETE", `bans/${segment(address)}`);
        source.reload();
    };
    const address = input({ required: true, maxlength: 45 });
    const minutes = input({ type: "number", min: 1, value: "60", required: true });
    const reason = input({ required: true, maxlength: 200 });
    const list = part({
        source, title: text.bans, wide: true,
        show: (page) => table({
            caption: text.bans, rows: page.bans, empty: text.no_bans,
            columns: [
                { title: text.address, cell: (ban) => ban.address },
                { title: text.reason, wide: true, cell: (ban) => ban.reason ?? strings.none },
                { title: text.until, cell: (ban) => format.at(ban.until_unix_ms) },
                { title: text.lift, cell: (ban) => action(text.lift, lift(ban.address),
                    { "aria-label": text.lift_of(ban.address) }) },
            ],
        }),
    });
    list.append(form({
        submit: text.ban, danger: true,
        send: async () => {
            await command("POST", "bans", { address: address.value.trim(),
                seconds: 60 * Number(minutes.value), reason: reason.value.trim() });
            source.reload();
            return text.done;
        },
    }, field(text.address, address), field(text.minutes, minutes), field(text.reason, reason)));
    return list;
}

function pause(title, path) {
    const choice = select([["pause", text.pause, true], ["resume", text.resume]]);
    const reason = input({ required: true, maxlength: 200 });
    return card({ title }, form({
        submit: text.send, danger: true,
        send: async () => {
            await command("POST", path, { paused: choice.value === "pause",
                reason: reason.value.trim() });
            return text.done;
        },
    }, field(text.action, choice), field(text.reason, reason)));
}

function message() {
    const user = input({ maxlength: 128 });
    const words = input({ required: true, maxlength: 200 });
    return card({ title: text.message }, form({
        submit: text.send,
        send: async () => {
            await command("POST", "message", { user: user.value.trim() || null,
                text: words.value.trim() });
            return text.done;
        },
    }, field(text.user, user, text.all_users), field(text.words, words)));
}

function disconnect() {
    const user = input({ required: true, maxlength: 128 });
    const worker = input({ maxlength: 64 });
    return card({ title: text.disconnect }, form({
        submit: text.disconnect, danger: true,
        send: async () => {
            await command("POST", "disconnect", { user: user.value.trim(),
                ...(worker.value.trim() ? { worker: worker.value.trim() } : {}) });
            return text.done;
        },
    }, field(text.user, user), field(text.worker, worker, text.all_workers)));
}

function audit() {
    let offset = 0;
    const source = source_of(() => `admin/audit${query({ limit: AUDIT, offset })}`, 30);
    const turn = (to) => {
        offset = to;
        source.load();
    };
    return part({
        source, title: text.audit, wide: true,
        show: (page) => [table({
            caption: text.audit, rows: page.entries, empty: text.no_audit,
            columns: [
                { title: text.when, cell: (row) => format.at(row.time_unix_ms) },
                { title: text.actor, wide: true, cell: (row) => row.actor ?? strings.none },
                { title: text.action, cell: (row) => row.action },
                { title: text.detail, cell: (row) => row.detail ?? strings.none },
            ],
        }), pager(page, turn)],
    });
}

function sign_out() {
    return element("p", { class: "after" }, element("button", { type: "button", class: "plain",
        click: () => {
            set_admin_token(null);
            location.reload();
        } }, text.sign_out));
}

export function operator_page() {
    const title = element("h1", {}, text.title);
    if (!admin_token()) return [title, element("div", { class: "grid" }, sign_in())];
    return [title, services(),
        element("div", { class: "grid" }, pause(text.payouts, "payouts"),
            pause(text.mining, "mining"), message(), disconnect()),
        bans(), audit(), sign_out()];
}
