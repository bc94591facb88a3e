"""Chromium without a window, driven by its DevTools protocol over a pair of pipes: nothing lies
between the test and the browser that is installed."""
import base64
import json
import os
import pathlib
import queue
import shutil
import subprocess
import tempfile
import threading

ANSWER_SECONDS = 20
# Pipes as 3 and 4, which is where --remote-debugging-pipe reads and writes; any shell but bash
# knows no descriptor above 9.
WITH_PIPES = 'exec "$@" 3<&"$READ" 4>&"$WRITE"'
SWITCHES = [
    "--headless=new", "--remote-debugging-pipe", "--disable-gpu", "--disable-dev-shm-usage",
    "--hide-scrollbars", "--mute-audio", "--no-first-run", "--no-default-browser-check",
    # Nothing of the browser's own on the wire, and no name but this machine's.
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-default-apps", "--disable-extensions", "--no-pings",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]


class Chromium:
    """One browser process with a profile of its own."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.process = None
        self.pages = {}  # session -> Page
        self.waiting = {}  # id of a command -> queue of its one answer
        self.last_id = 0
        self.lock = threading.Lock()

    def start(self):
        program = shutil.which("chromium")
        assert program, "chromium is not installed; run deploy/install-dependencies --tests"
        read_here, write_there = os.pipe()
        read_there, write_here = os.pipe()
        profile = tempfile.mkdtemp(prefix="profile-", dir=self.folder)
        arguments = SWITCHES + [f"--user-data-dir={profile}"]
        if os.geteuid() == 0:
            arguments.append("--no-sandbox")  # which root cannot have
        with open(self.folder / "chromium.log", "ab") as log:
            self.process = subprocess.Popen(
                ["bash", "-c", WITH_PIPES, "bash", program, *arguments],
                env={**os.environ, "READ": str(read_there), "WRITE": str(write_there)},
                pass_fds=(read_there, write_there), stdin=subprocess.DEVNULL, stdout=log,
                stderr=log)
        os.close(read_there)
        os.close(write_there)
        self.to_browser = os.fdopen(write_here, "wb", buffering=0)
        self.from_browser = os.fdopen(read_here, "rb")
        threading.Thread(target=self._read, daemon=True).start()
        return self

    def close(self):
        if not self.process:
            return
        try:
            self.command("Browser.close")
            self.process.wait(ANSWER_SECONDS)
        except (AssertionError, OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        self.to_browser.close()

    def new_page(self, width=1280, height=900):
        # A context of its own: nobody is signed in there, nothing is cached.
        context = self.command("Target.createBrowserContext")["browserContextId"]
        target = self.command("Target.createTarget", url="about:blank",
                              browserContextId=context)["targetId"]
        session = self.command("Target.attachToTarget", targetId=target,
                               flatten=True)["sessionId"]
        page = self.pages[session] = Page(self, session)
        for domain in ("Page", "Runtime", "Log", "Network"):
            page.command(f"{domain}.enable")
        page.resize(width, height)
        return page

    def command(self, method, session=None, **parameters):
        """The command's result."""
        answer = queue.SimpleQueue()
        with self.lock:
            self.last_id += 1
            number = self.last_id
            self.waiting[number] = answer
            message = {"id": number, "method": method, "params": parameters}
            if session:
                message["sessionId"] = session
            self.to_browser.write(json.dumps(message).encode() + b"\0")
        try:
            found = answer.get(timeout=ANSWER_SECONDS)
        except queue.Empty:
            raise AssertionError(f"Chromium never answered {method}") from None
        assert "error" not in found, f"{method}: {found['error']}"
        return found["result"]

    def _read(self):
        text = b""
        while chunk := self.from_browser.read1(65_536):
            *messages, text = (text + chunk).split(b"\0")
            for message in map(json.loads, messages):
                if "id" in message:
                    self.waiting.pop(message["id"]).put(message)
                elif page := self.pages.get(message.get("sessionId")):
                    page.told(message["method"], message["params"])
        self.from_browser.close()


class Page:
    """One tab: where it was, what its console said and what it asked for."""

    def __init__(self, browser, session):
        self.browser = browser
        self.session = session
        self.problems = []  # errors and warnings, as text
        self.requests = []  # urls

    def command(self, method, **parameters):
        return self.browser.command(method, self.session, **parameters)

    def told(self, method, event):
        if method == "Network.requestWillBeSent":
            self.requests.append(event["request"]["url"])
        elif method == "Network.webSocketCreated":
            self.requests.append(event["url"])
        elif method == "Runtime.exceptionThrown":
            details = event["exceptionDetails"]
            self.problems.append(details.get("exception", {}).get("description", details["text"]))
        elif method == "Runtime.consoleAPICalled" and event["type"] in ("error", "warning"):
            self.problems.append(" ".join(str(each.get("value")) for each in event["args"]))
        elif method == "Log.entryAdded" and event["entry"]["level"] in ("error", "warning"):
            self.problems.append(f"{event['entry']['text']} {event['entry'].get('url', '')}")

    def resize(self, width, height):
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height,
                     deviceScaleFactor=1, mobile=width < 600)

    def colours(self, scheme):
        """Light or dark, as the system of the one who looks would say."""
        self.command("Emulation.setEmulatedMedia",
                     features=[{"name": "prefers-color-scheme", "value": scheme}])

    def open(self, url):
        self.command("Page.navigate", url=url)

    def run(self, expression):
        """The value of an expression of JavaScript, promises awaited."""
        found = self.command("Runtime.evaluate", expression=expression, awaitPromise=True,
                             returnByValue=True)
        assert "exceptionDetails" not in found, f"{expression}: {found['exceptionDetails']}"
        return found["result"].get("value")

    def text(self, selector="body"):
        """What an element shows, all of it in one line."""
        shown = self.run(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''")
        return " ".join(shown.split())

    def press(self, key, code=None, text=None, modifiers=0):
        """One key, down and up."""
        about = {"key": key, "code": code or key, "modifiers": modifiers,
                 "windowsVirtualKeyCode": KEYS.get(key, 0)}
        self.command("Input.dispatchKeyEvent", type="keyDown", **about,
                     **({"text": text} if text else {}))
        self.command("Input.dispatchKeyEvent", type="keyUp", **about)

    def write(self, text):
        """Text where the focus is."""
        self.command("Input.insertText", text=text)

    def screenshot(self, file):
        """The whole page, however long, as PNG."""
        size = self.command("Page.getLayoutMetrics")["cssContentSize"]
        made = self.command("Page.captureScreenshot", format="png", captureBeyondViewport=True,
                            clip={"x": 0, "y": 0, "width": size["width"],
                                  "height": size["height"], "scale": 1})
        pathlib.Path(file).write_bytes(base64.b64decode(made["data"]))


KEYS = {"Tab": 9, "Enter": 13, " ": 32, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39,
        "ArrowDown": 40, "Home": 36, "End": 35}
