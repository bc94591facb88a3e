// Light or dark as chosen earlier, set before the first paint; without a choice the system's.
"use strict";
{
    let chosen = null;
    try {
        chosen = localStorage.getItem("theme");
    } catch {
        // A browser that forbids storage shows the system's.
    }
    if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
}
