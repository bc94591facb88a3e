// The live feed: one WebSocket for the page. It comes back by itself, asks for what it missed, and
// says whether it flows, so that the parts of the page ask more often while it does not.

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

class Live {
    constructor() {
        this.handlers = new Map();  // topic -> functions of the topic's data
        this.watchers = [];  // functions of the state: "open", "waiting"
        this.resets = [];  // called when messages may have been missed
        this.state = "waiting";
        this.epoch = null;  // of the server's run that last_id counts in
        this.last_id = null;
        this.wait = FIRST_WAIT_MS;
        this.token = null;
        this.socket = null;
    }

    on(topic, handler) {
        const known = this.handlers.get(topic);
        if (known) known.push(handler);
        else this.handlers.set(topic, [handler]);
        if (!known && this.state === "open") this.send({ subscribe: [topic] });
    }

    start(token) {
        if (this.socket) return;
        this.token = token;
        this.connect();
    }

    connect() {
        const address = new URL("/api/v1/live", location.href);
        address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
        this.socket = new WebSocket(address);
        this.socket.addEventListener("message", (event) => this.take(JSON.parse(event.data)));
        this.socket.addEventListener("close", () => this.lost());
    }

    lost() {
        this.become("waiting");
        // Half of the wait is random, so that all browsers do not come back at the same moment.
        setTimeout(() => this.connect(), this.wait * (0.5 + Math.random() / 2));
        this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS);
    }

    take(message) {
        if (message.hello) this.greet(message.hello);
        else if (message.reset) this.reset();
        else if (message.topic) {
            this.last_id = message.id;
            for (const handler of this.handlers.get(message.topic) ?? []) handler(message.data);
        }
    }

    greet(hello) {
        const same = this.epoch === hello.epoch;
        const missed = this.epoch !== null && !same;
        const since = same ? this.last_id : null;
        this.epoch = hello.epoch;
        this.last_id = since ?? hello.id;
        if (this.token) this.send({ token: this.token });
        this.send({ subscribe: [...this.handlers.keys()], ...(since === null ? {} : { since }) });
        this.wait = FIRST_WAIT_MS;
        this.become("open");
        if (missed) this.reset();
    }

    send(message) {
        this.socket.send(JSON.stringify(message));
    }

    reset() {
        for (const each of this.resets) each();
    }

    become(state) {
        if (this.state === state) return;
        this.state = state;
        for (const watcher of this.watchers) watcher(state);
    }
}

export const live = new Live();
