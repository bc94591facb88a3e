// Requests to the API. A refusal is an error with the status and the API's own sentence.
import { strings } from "./strings.js";

const TIMEOUT_MS = 15_000;  // the database has 5 s, a password check may queue behind others

export class ApiError extends Error {
    // status 0: no answer at all
    constructor(status, message) {
        super(message);
        this.status = status;
    }
}

function parse(text) {
    try {
        return text ? JSON.parse(text) : null;
    } catch {
        return null;
    }
}

// The parsed body. Options: method, body (an object), token, fresh: not out of the browser's cache.
export async function request(path, { method = "GET", body, token, fresh } = {}) {
    const headers = {};
    if (token) headers.Authorization = `Bearer ${token}`;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    let answer;
    let text;
    try {
        answer = await fetch(`/api/v1/${path}`, {
            method, headers, body: body === undefined ? undefined : JSON.stringify(body),
            cache: fresh ? "no-cache" : "default", credentials: "omit",
            signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        text = await answer.text();
    } catch {
        throw new ApiError(0, strings.unreachable);
    }
    const parsed = parse(text);
    if (!answer.ok) {
        throw new ApiError(answer.status, parsed?.error ?? strings.refused(answer.status));
    }
    return parsed;
}

export const segment = encodeURIComponent;

// "?a=1&b=2" of what is set.
export function query(parameters) {
    const set = Object.entries(parameters).filter(([, value]) => value !== null &&
        value !== undefined && value !== "");
    return set.length ? `?${new URLSearchParams(set)}` : "";
}
