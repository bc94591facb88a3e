// Numbers, amounts and times as people read them, by the browser's own Intl.
import { element } from "./dom.js";
import { strings } from "./strings.js";

const LANGUAGE = "en";
const PREFIXES = ["", "k", "M", "G", "T", "P", "E", "Z", "Y"];
export const COIN_DIGITS = 8;
const BASE_UNITS = 10n ** BigInt(COIN_DIGITS);

const whole = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat(LANGUAGE, { maximumSignificantDigits: 3 });
const precise = new Intl.NumberFormat(LANGUAGE, { maximumSignificantDigits: 4 });
const readable = new Intl.NumberFormat(LANGUAGE, { maximumSignificantDigits: 6 });
const percentage = new Intl.NumberFormat(LANGUAGE, { style: "percent", maximumFractionDigits: 2 });
const date = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "medium" });
const moment = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "medium", timeStyle: "short" });
const utc = new Intl.DateTimeFormat(LANGUAGE, {
    dateStyle: "medium", timeStyle: "medium", timeZone: "UTC",
});
const relative = new Intl.RelativeTimeFormat(LANGUAGE, { numeric: "auto", style: "short" });

const missing = (value) => value === null || value === undefined || value === "";

export function integer(value) {
    return missing(value) ? strings.none : whole.format(value);
}

// Such as "1.23 T": three or four digits and the SI prefix.
function scaled(value, digits) {
    let rest = Number(value);
    let prefix = 0;
    // 999.5 is 1.00 of the next prefix once it is rounded.
    while (rest >= 999.5 && prefix < PREFIXES.length - 1) {
        rest /= 1000;
        prefix += 1;
    }
    return `${digits.format(rest)} ${PREFIXES[prefix]}`;
}

// From hashes per second.
export function hashrate(value) {
    return missing(value) ? strings.none : `${scaled(value, short)}H/s`;
}

// From decimal text: all of it while that is readable.
export function difficulty(value) {
    if (missing(value)) return strings.none;
    return Number(value) < 1e6 ? readable.format(value) : scaled(value, precise);
}

// From decimal text in which 1 is all of it.
export function percent(value) {
    return missing(value) ? strings.none : percentage.format(Number(value));
}

export function parts_per_million(value) {
    return missing(value) ? strings.none : percentage.format(value / 1e6);
}

// From base units, exactly: "0.00012345", with the sign and all eight digits.
export function coin(value) {
    if (missing(value)) return strings.none;
    const units = BigInt(value);
    const size = units < 0n ? -units : units;
    const fraction = String(size % BASE_UNITS).padStart(COIN_DIGITS, "0");
    return `${units < 0n ? "\u2212" : ""}${whole.format(size / BASE_UNITS)}.${fraction}`;
}

// Base units as text from what was typed as coins, such as "0.001"; null when it is no amount.
export function base_units(text) {
    const match = /^(\d{1,9})(?:\.(\d{1,8}))?$/.exec(text.trim());
    if (!match) return null;
    const fraction = (match[2] ?? "").padEnd(COIN_DIGITS, "0");
    return Number(BigInt(match[1]) * BASE_UNITS + BigInt(fraction));
}

// Its two ends, for what is too long for its place.
export function ends(text, kept = 8) {
    return text.length <= 2 * kept + 1 ? text : `${text.slice(0, kept)}…${text.slice(-kept)}`;
}

// A long text in its place: shown by its two ends, whole in its title and to screen readers.
export function shortened(text, kept = 8) {
    if (text.length <= 2 * kept + 1) return text;
    return element("span", { title: text },
        element("span", { "aria-hidden": "true" }, ends(text, kept)),
        element("span", { class: "unseen" }, text));
}

const SPANS = [["year", 31557600], ["month", 2629800], ["day", 86400], ["hour", 3600],
    ["minute", 60], ["second", 1]];

// "about 3 days", from seconds.
export function duration(seconds) {
    if (missing(seconds) || !Number.isFinite(Number(seconds))) return strings.none;
    const [unit, size] = SPANS.find(([, each]) => seconds >= each) ?? SPANS.at(-1);
    return new Intl.NumberFormat(LANGUAGE, {
        style: "unit", unit, unitDisplay: "long",
        maximumFractionDigits: unit === "second" || seconds / size >= 10 ? 0 : 1,
    }).format(seconds / size);
}

function ago(unix_ms) {
    const seconds = Math.max((Date.now() - unix_ms) / 1000, 0);
    const [unit, size] = SPANS.find(([, each]) => seconds >= each) ?? SPANS.at(-1);
    return relative.format(-Math.floor(seconds / size), unit);
}

function time_element(unix_ms, text, attributes) {
    return element("time", {
        datetime: new Date(unix_ms).toISOString(),
        title: `${utc.format(unix_ms)} UTC`,
        ...attributes,
    }, text);
}

// How long ago, which keeps counting; the moment itself, in UTC, in its title.
export function since(unix_ms) {
    return missing(unix_ms) ? strings.none
        : time_element(unix_ms, ago(unix_ms), { "data-since": unix_ms });
}

// The moment itself, local; in UTC in its title.
export function at(unix_ms) {
    return missing(unix_ms) ? strings.none : time_element(unix_ms, moment.format(unix_ms), {});
}

// Its day only.
export function day(unix_ms) {
    return missing(unix_ms) ? strings.none : time_element(unix_ms, date.format(unix_ms), {});
}

export function moment_text(unix_ms) {
    return moment.format(unix_ms);
}

export function keep_times_true() {
    setInterval(() => {
        for (const node of document.querySelectorAll("time[data-since]")) {
            const text = ago(Number(node.dataset.since));
            if (node.textContent !== text) node.textContent = text;
        }
    }, 1000);
}
