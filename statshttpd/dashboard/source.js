// One path of the API, asked again and again: more often while the live feed does not tell what
// changes, later and later while it cannot be reached. Any number of parts show what it says.
import { request } from "./api.js";
import { live } from "./live.js";

const EVERY_LIVE_S = 30;  // between two requests while the live feed tells what changes
const RETRY_S = 5;
const RETRY_MAX_S = 30;

export class Source {
    // path(): what to ask for, or null for nothing yet; every: seconds between two requests; topic
    // and take(data, message): what the live feed says and the data it makes of the data so far,
    // null to ask anew; token(): who asks.
    constructor({ path, every = 15, topic = null, take = (_, message) => message, token = null }) {
        Object.assign(this, { path, every, topic, take, token });
        this.data = null;
        this.error = null;
        this.readers = [];  // functions that are called after each change of data or error
        this.begun = 0;  // how many requests were begun: an older one's answer counts for nothing
        this.failures = 0;
        this.timer = null;
        this.late = false;  // something was left unasked while nobody looked
        if (topic) live.on(topic, (message) => this.told(message));
        live.resets.push(() => this.reload());
        document.addEventListener("visibilitychange", () => {
            if (!document.hidden && this.late) this.reload();
        });
    }

    reload() {
        this.load({ fresh: true });
    }

    async load({ fresh = false } = {}) {
        clearTimeout(this.timer);
        this.late = document.hidden && this.data !== null;
        const path = this.path();
        if (this.late || path === null) return;
        this.begun += 1;
        const number = this.begun;
        let [data, failure] = [null, null];
        try {
            data = await request(path, { token: this.token?.(), fresh });
        } catch (error) {
            if (error.status === undefined) throw error;
            failure = error;
        }
        if (number !== this.begun) return;
        this.failures = failure ? this.failures + 1 : 0;
        this.error = failure;
        if (!failure) this.data = data;
        this.tell();
        this.timer = setTimeout(() => this.load(), 1000 * this.pause());
    }

    pause() {
        if (this.failures) return Math.min(RETRY_S * this.failures, RETRY_MAX_S);
        const told = this.topic && live.state === "open";
        return told ? Math.max(this.every, EVERY_LIVE_S) : this.every;
    }

    told(message) {
        const data = this.data === null ? null : this.take(this.data, message);
        if (data === null) {
            this.reload();
            return;
        }
        this.begun += 1;  // an answer under way is older than this
        this.data = data;
        this.error = null;
        this.tell();
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.load(), 1000 * this.pause());
    }

    tell() {
        for (const reader of this.readers) reader();
    }
}
