// What a miner has and may expect: what a block would bring now, when the first payment is due, and
// the private parts: balance, earnings, payments.
import { query, segment } from "../api.js";
import { element } from "../dom.js";
import { RATE_UNITS, seconds_to_first_payment } from "../expectation.js";
import { field, input, select } from "../form.js";
import * as format from "../format.js";
import { part } from "../part.js";
import { current } from "../session.js";
import { Source } from "../source.js";
import { strings } from "../strings.js";
import { facts, pager, table } from "../table.js";

const text = strings.money;
const ROWS = 10;
const PAYMENT_STATES = { settled: "good", cancelled: "bad" };

const token = () => current()?.token;

function sign_in_first(user) {
    return element("p", { class: "empty" }, text.is_private, " ",
        element("a", { href: `/account${query({ user })}` }, text.sign_in));
}

function payment_state(payment) {
    const kind = PAYMENT_STATES[payment.state] ?? "wait";
    return element("span", { class: "state", "data-state": kind },
        strings.payment_states[payment.state] ?? payment.state);
}

function what_if(user) {
    const source = new Source({ path: () => `payouts/simulate${query({ user })}`, every: 30,
        token });
    source.load();
    return part({
        source, title: text.what_if,
        show: (found) => facts([
            [text.would_earn, format.coin(found.user?.amount ?? 0)],
            [text.part_of_block, format.parts_per_million(found.user?.share_ppm ?? 0)],
            [text.reward, format.coin(found.reward)],
            [text.scheme, strings.schemes[found.scheme] ?? found.scheme ?? strings.none],
            [text.first_payment, found.expected_seconds_to_minimum === null ? strings.none
                : format.duration(found.expected_seconds_to_minimum)],
        ]),
    });
}

// How long to the first payment, by a hash rate that is typed in.
export function first_payment() {
    const pool = new Source({ path: () => "pool", every: 60 });
    const block = new Source({ path: () => "payouts/simulate", every: 60 });
    const terms = new Source({ path: () => "terms", every: 600 });
    const rate = input({ type: "number", min: "0", step: "any", value: "100",
        inputmode: "decimal", input: () => show() });
    const unit = select(RATE_UNITS.map(([name, size]) => [size, name, name === "TH/s"]),
        { "aria-label": text.unit, change: () => show() });
    const answer = element("p", { class: "answer", role: "status" });
    const detail = element("p", { class: "hint" });
    const show = () => {
        const minimum = terms.data?.minimum;
        const seconds = seconds_to_first_payment({
            hashrate: Number(rate.value) * Number(unit.value),
            difficulty: pool.data?.network_difficulty,
            reward: block.data?.reward, fee_ppm: pool.data?.fee_ppm, minimum,
        });
        answer.textContent = seconds === null ? strings.not_known : format.duration(seconds);
        detail.textContent = minimum === undefined ? "" : text.to_minimum(format.coin(minimum));
    };
    for (const source of [pool, block, terms]) {
        source.readers.push(show);
        source.load();
    }
    return element("div", {},
        element("div", { class: "row" }, field(text.your_rate, rate), unit), answer, detail,
        element("p", { class: "hint" }, text.only_expected));
}

function balance(user, source) {
    return part({
        source, title: text.balance, refused: () => sign_in_first(user),
        show: (found) => [
            facts([
                [text.spendable, format.coin(found.balance)],
                [text.immature, format.coin(found.immature)],
                [text.locked, format.coin(found.locked)],
                [text.paid, format.coin(found.paid)],
                [text.minimum, format.coin(found.minimum)],
            ]),
            found.frozen ? element("p", { class: "notice" }, text.frozen) : null,
            found.held_until_unix_ms
                ? element("p", { class: "notice" }, text.held, " ",
                    format.at(found.held_until_unix_ms)) : null,
        ],
    });
}

// A paged private table.
function pages({ user, path, title, rows, columns, empty }) {
    let offset = 0;
    const source = new Source({ every: 60, token,
        path: () => `users/${segment(user)}/${path}${query({ limit: ROWS, offset })}` });
    const turn = (to) => {
        offset = to;
        source.load();
    };
    source.load();
    return part({
        source, title, wide: true,
        show: (page) => [table({ caption: title, columns, rows: page[rows], empty }),
            pager(page, turn)],
    });
}

function earnings(user) {
    const amount = (name, wide = false) => ({ title: text[name], number: true, wide,
        cell: (day) => format.coin(day[name]) });
    return pages({ user, path: "earnings", title: text.earnings, rows: "days",
        empty: text.no_earnings,
        columns: [{ title: text.day, cell: (day) => day.day }, amount("credited"),
            amount("matured", true), amount("pps", true), amount("orphaned", true),
            amount("paid")] });
}

function payments(user) {
    return pages({ user, path: "payments", title: text.payments, rows: "payments",
        empty: text.no_payments,
        columns: [
            { title: text.when, cell: (payment) => format.at(payment.created_unix_ms) },
            { title: text.state, cell: payment_state },
            { title: text.amount, number: true, cell: (payment) => format.coin(payment.amount) },
            { title: text.fee, number: true, wide: true,
                cell: (payment) => format.coin(payment.fee) },
            { title: text.address, wide: true,
                cell: (payment) => element("code", {}, format.shortened(payment.address)) },
            { title: text.txid, wide: true, cell: (payment) => payment.txid
                ? element("code", {}, format.shortened(payment.txid)) : strings.none },
        ] });
}

// Earnings and payments are asked for only where the balance was given.
export function money_parts(user) {
    const source = new Source({ path: () => `users/${segment(user)}/balance`, every: 30, token });
    const node = element("div", {},
        element("div", { class: "grid" }, what_if(user), balance(user, source)));
    source.readers.push(() => {
        if (source.data && node.children.length === 1) node.append(earnings(user), payments(user));
    });
    source.load();
    return node;
}
