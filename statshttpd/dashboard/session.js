// Who is signed in, in this tab: the token, its scope and its user. A watcher link brings a token
// behind the # of its address, which is never sent to the server and is taken out of the address.

const KEY = "session";
const ADMIN_KEY = "admin";

function read(key) {
    try {
        return JSON.parse(sessionStorage.getItem(key));
    } catch {
        return null;
    }
}

function write(key, value) {
    try {
        if (value === null) sessionStorage.removeItem(key);
        else sessionStorage.setItem(key, JSON.stringify(value));
    } catch {
        // A browser that forbids storage stays signed in for this page only.
    }
}

let session = read(KEY);
let admin = read(ADMIN_KEY);

export function current() {
    if (session?.expires_unix_ms && session.expires_unix_ms < Date.now()) sign_out();
    return session;
}

export function sign_in(made) {
    session = made;
    write(KEY, made);
}

export function sign_out() {
    session = null;
    write(KEY, null);
}

export function admin_token() {
    return admin;
}

export function set_admin_token(token) {
    admin = token;
    write(ADMIN_KEY, token);
}

// Takes what `#token=…` says, for the user of this address.
export function take_link(user) {
    const token = new URLSearchParams(location.hash.slice(1)).get("token");
    if (!token) return;
    sign_in({ token, scope: "watch", user, expires_unix_ms: null });
    history.replaceState(null, "", location.pathname + location.search);
}
