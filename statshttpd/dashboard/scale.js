// The arithmetic of the chart: round marks of its axes, and where a value lies.

// Round values from 0 to at least `highest`, `wanted` or so of them.
export function value_marks(highest, wanted = 4) {
    if (!(highest > 0)) return [0, 1];
    const rough = highest / wanted;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = power * ([1, 2, 2.5, 5].find((each) => each * power >= rough) ?? 10);
    const marks = [];
    for (let number = 0; marks.length === 0 || marks.at(-1) < highest; number += 1) {
        marks.push(number * step);
    }
    return marks;
}

const MINUTE = 60_000;
const TIME_STEPS = [5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10080, 20160]
    .map((minutes) => minutes * MINUTE);

// Round local times between two moments, at most `most` of them.
export function time_marks(from, to, most) {
    const step = TIME_STEPS.find((each) => (to - from) / each <= most) ?? TIME_STEPS.at(-1);
    const shift = new Date(from).getTimezoneOffset() * MINUTE;
    const marks = [];
    for (let at = Math.ceil((from - shift) / step) * step + shift; at <= to; at += step) {
        marks.push(at);
    }
    return { step, marks };
}

// A function that takes [from_low, from_high] to [to_low, to_high] along a line.
export function line_between([from_low, from_high], [to_low, to_high]) {
    const width = from_high - from_low || 1;
    return (value) => to_low + (value - from_low) / width * (to_high - to_low);
}
