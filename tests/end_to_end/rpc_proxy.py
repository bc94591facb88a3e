"""A proxy before a node's RPC that can change its answers, refuse or lose calls and count them."""
import http.client
import http.server
import json
import threading

ANSWER_SECONDS = 120  # longer than any call but a long poll, which the pool itself gives up


class ProxiedNode:
    """Stands for the node where a pool is given one; `change(method, function)` alters results.

    The function takes the node's result, when it is an object, and returns what the pool sees.
    """

    def __init__(self, node):
        self.node = node
        self.network = node.network
        self.cookie_file = node.cookie_file
        self.facts = node.facts
        self.calls = []  # (method, params), in order
        self.changes = {}
        self.before = self.after = None  # called around each call; true: the caller hears nothing
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            """One kept connection of the pool."""
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if proxy.before and proxy.before():
                    self.close_connection = True
                    return
                status, answer = proxy.forward(body, self.headers["Authorization"], self.path)
                if proxy.after and proxy.after():
                    self.close_connection = True
                    return
                try:
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)
                except OSError:
                    self.close_connection = True  # the pool has gone

            def log_message(self, *unused):
                """Not on the terminal."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def payout_address(self):
        return self.node.payout_address()

    def change(self, method, function):
        self.changes[method] = function

    def restore(self, method):
        del self.changes[method]

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def forward(self, body, authorization, path):
        request = json.loads(body)
        self.calls.append((request["method"], request["params"]))
        connection = http.client.HTTPConnection("127.0.0.1", self.node.facts["rpc_port"],
                                                timeout=ANSWER_SECONDS)
        try:
            connection.request("POST", path, body, {"Authorization": authorization})
            response = connection.getresponse()
            status, answer = response.status, response.read()
        except (OSError, http.client.HTTPException):
            return 502, b""
        finally:
            connection.close()
        change = self.changes.get(request["method"])
        reply = json.loads(answer) if change and status == 200 else {}
        if isinstance(reply.get("result"), dict):
            reply["result"] = change(reply["result"])
            answer = json.dumps(reply).encode()
        return status, answer
