// The chart of a hash rate over time, in SVG. A range control lies over it: pointer, arrow keys and
// screen readers choose a point by it and are told its time and value.
import { element, replace, svg } from "./dom.js";
import { hashrate, integer, moment_text } from "./format.js";
import { line_between, time_marks, value_marks } from "./scale.js";
import { strings } from "./strings.js";

const HEIGHT = 240;
const EDGE = { left: 76, right: 14, top: 14, bottom: 28 };
const PIXELS_A_MARK = 90;
const DAY_MS = 86_400_000;

const clock = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hour12: false });
const date = new Intl.DateTimeFormat("en", { month: "short", day: "numeric" });

function summary(points) {
    const rates = points.map((point) => point.hashrate);
    const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
    return strings.chart_summary(hashrate(rates.at(-1)), hashrate(mean),
        hashrate(Math.max(...rates)), hashrate(Math.min(...rates)));
}

export class Chart {
    constructor(label) {
        this.points = [];
        this.step_ms = 0;
        this.drawing = svg("svg", { "aria-hidden": "true" });
        this.readout = element("p", { class: "readout", "aria-hidden": "true" });
        this.slider = element("input", {
            type: "range", class: "chart-slider", min: 0, "aria-label": label,
            input: () => this.mark(Number(this.slider.value)),
            focus: () => this.mark(Number(this.slider.value)),
            blur: () => this.mark(null),
        });
        this.caption = element("figcaption", { class: "quiet" });
        this.stage = element("div", {
            class: "chart-stage",
            pointermove: (event) => this.point_at(event),
            pointerleave: () => this.mark(null),
        }, this.drawing, this.readout, this.slider);
        this.node = element("figure", { class: "chart" }, this.stage, this.caption);
        new ResizeObserver(() => this.draw()).observe(this.stage);
    }

    show({ points, step_ms: step }) {
        this.points = points;
        this.step_ms = step;
        this.stage.hidden = points.length === 0;
        this.caption.textContent = points.length ? summary(points) : strings.chart_empty;
        this.slider.max = Math.max(points.length - 1, 0);
        if (document.activeElement !== this.slider) this.slider.value = this.slider.max;
        this.draw();
    }

    draw() {
        const width = this.stage.clientWidth;
        if (!this.points.length || !width) return;
        const marks = value_marks(Math.max(...this.points.map((point) => point.hashrate)));
        const first = this.points[0].time_unix_ms;
        const last = this.points.at(-1).time_unix_ms;
        this.x = line_between([first, last], [EDGE.left, width - EDGE.right]);
        this.y = line_between([0, marks.at(-1)], [HEIGHT - EDGE.bottom, EDGE.top]);
        this.cursor = svg("g", { class: "cursor" });
        this.drawing.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
        replace(this.drawing, this.values(marks, width), this.times(first, last, width),
            ...this.curve(), this.cursor);
    }

    values(marks, width) {
        return svg("g", { class: "axis" }, marks.map((mark) => [
            svg("line", { x1: EDGE.left, x2: width - EDGE.right, y1: this.y(mark),
                y2: this.y(mark) }),
            svg("text", { x: EDGE.left - 10, y: this.y(mark) + 4, "text-anchor": "end" },
                hashrate(mark)),
        ]));
    }

    times(first, last, width) {
        const most = Math.max((width - EDGE.left) / PIXELS_A_MARK, 2);
        const { step, marks } = time_marks(first, last, most);
        const text = (mark) => (step >= DAY_MS || new Date(mark).getHours() * 60 +
            new Date(mark).getMinutes() === 0 ? date : clock).format(mark);
        return svg("g", { class: "axis" }, marks.map((mark) =>
            svg("text", { x: this.x(mark), y: HEIGHT - 6, "text-anchor": "middle" }, text(mark))));
    }

    // The line, and the area under it.
    curve() {
        const path = this.points.map((point, index) => `${index ? "L" : "M"}` +
            `${this.x(point.time_unix_ms).toFixed(1)} ${this.y(point.hashrate).toFixed(1)}`);
        const floor = this.y(0);
        const from = this.x(this.points[0].time_unix_ms).toFixed(1);
        const to = this.x(this.points.at(-1).time_unix_ms).toFixed(1);
        return [
            svg("path", { class: "area", d: `${path.join("")}L${to} ${floor}L${from} ${floor}Z` }),
            svg("path", { class: "line", d: path.join("") }),
        ];
    }

    point_at(event) {
        const box = this.stage.getBoundingClientRect();
        const from = this.x(this.points[0].time_unix_ms);
        const to = this.x(this.points.at(-1).time_unix_ms);
        const index = Math.round((event.clientX - box.left - from) / (to - from || 1) *
            (this.points.length - 1));
        this.mark(Math.min(Math.max(index, 0), this.points.length - 1));
    }

    // Shows one point's time and value; null shows none.
    mark(index) {
        const point = index === null ? null : this.points[index];
        this.readout.hidden = !point;
        if (!point) {
            this.cursor?.replaceChildren();
            return;
        }
        const text = strings.chart_point(moment_text(point.time_unix_ms), hashrate(point.hashrate),
            integer(point.shares));
        this.slider.setAttribute("aria-valuetext", text);
        this.readout.textContent = text;
        const x = this.x(point.time_unix_ms);
        this.readout.classList.toggle("left", x > this.stage.clientWidth / 2);
        replace(this.cursor,
            svg("line", { x1: x, x2: x, y1: EDGE.top, y2: HEIGHT - EDGE.bottom }),
            svg("circle", { cx: x, cy: this.y(point.hashrate), r: 4 }));
    }
}
