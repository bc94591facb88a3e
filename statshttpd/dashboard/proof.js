// Proving that an address is one's own: the pool's message is shown, signed in the wallet, and the
// signature comes back. The wallet's key never comes here.
import { request } from "./api.js";
import { element } from "./dom.js";
import { copyable, field } from "./form.js";
import * as format from "./format.js";
import { strings } from "./strings.js";

const text = strings.proof;

export class Proof {
    constructor() {
        this.nonce = null;
        this.signature = element("textarea", { rows: 3, required: true, spellcheck: "false",
            autocomplete: "off" });
        this.node = element("div", { class: "proof" });
    }

    // Asks for a message to sign; asked: {user, action, scope}.
    async begin(asked) {
        const made = await request("proofs", { method: "POST", body: asked });
        this.nonce = made.nonce;
        this.signature.value = "";
        this.node.replaceChildren(
            element("p", {}, text.sign_this, " ", format.at(made.expires_unix_ms), "."),
            copyable(made.message, text.message),
            field(text.signature, this.signature, text.signature_hint));
        this.signature.focus();
    }

    // What goes into the request that needs the proof; it counts once.
    answer() {
        return { nonce: this.nonce, signature: this.signature.value.trim() };
    }
}
