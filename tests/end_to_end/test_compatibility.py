"""Other pools' APIs as Lode answers them: their fields hold what our own API says."""
import json
import urllib.error
import urllib.request

from waiting import eventually

BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"


def fetch(pool, path, accept="*/*"):
    """The body's text and its content type."""
    request = urllib.request.Request(f"http://127.0.0.1:{pool.api_port}{path}",
                                     headers={"Accept": accept})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read().decode(), answer.headers["Content-Type"]


def read(pool, path):
    return json.loads(fetch(pool, path)[0])


def test_dashboards_and_widgets_of_other_pools_find_what_they_read(pool, node, make_miner):
    user = node.payout_address(1)
    miner = make_miner(pool, f"{user}.rig")
    eventually(lambda: pool.api("blocks")["total"] >= 2, "two blocks", 60)
    assert miner.stop() == 0
    accepted = pool.wait_until_counted()
    eventually(lambda: pool.api("pool")["shares_1h"] == accepted, "every share in the window")
    ours = pool.api("pool")
    work = int(ours["work_1h"]) >> 32  # in units of difficulty 1

    # btcpool: its front page is ours for a browser.
    body, kind = fetch(pool, "/")
    front = json.loads(body)
    assert kind == "application/json" and front["err_no"] == 0
    assert front["data"]["pool"]["accept"][3] == work
    assert front["data"]["pool"]["accept_count"] == accepted
    assert (front["data"]["pool"]["users"], front["data"]["pool"]["workers"]) == (1, 1)
    body, kind = fetch(pool, "/", BROWSER)
    assert kind.startswith("text/html") and body.lower().startswith("<!doctype html>")
    for path in ("/worker_status", "/worker_status/"):
        found = read(pool, f"{path}?user_id={user}&worker_id=0,rig,nobody")["data"]
        assert [found[name]["accept_count"] for name in ("0", "rig", "nobody")] == \
            [accepted, accepted, 0]
    merged = read(pool, f"/worker_status?user_id={user}&worker_id=rig,nobody&is_merge=true")
    assert merged["data"]["merge"]["accept"][3] == work
    assert read(pool, "/worker_status?user_id=x")["err_no"] == 1
    assert abs(read(pool, "/flush_db_time")["data"]["flush_db_time"] * 1000
               - read(pool, "/api/v1/workers")["workers"][0]["last_share_unix_ms"]) < 60_000

    # public-pool.
    blocks = pool.api("blocks?limit=100")["blocks"]
    listed = [{"height": block["height"], "minerAddress": user, "worker": "rig", "sessionId": ""}
              for block in blocks]
    assert read(pool, "/api/info")["blockData"] == listed
    assert read(pool, "/api/pool")["blocksFound"] == listed
    assert read(pool, "/api/pool")["blockHeight"] == ours["height"]
    assert read(pool, "/api/network")["blocks"] == ours["height"]
    assert len(read(pool, "/api/info/chart")) == len(read(pool, f"/api/client/{user}/chart")) == 144
    client = read(pool, f"/api/client/{user}")
    assert [worker["name"] for worker in client["workers"]] == ["rig"]
    assert read(pool, f"/api/client/{user}/rig")["name"] == "rig"
    try:
        fetch(pool, f"/api/client/{user}/nobody")
        raise AssertionError("a worker that is none")
    except urllib.error.HTTPError as error:
        assert error.code == 404

    # ckpool's files and the short paths.
    lines = [json.loads(line) for line in fetch(pool, "/pool/pool.status")[0].splitlines()]
    assert (lines[0]["Users"], lines[0]["Workers"]) == (1, 1)
    assert lines[2]["accepted"] == ours["shares_24h"]
    status = read(pool, f"/users/{user}")
    assert [worker["workername"] for worker in status["worker"]] == [f"{user}.rig"]
    assert read(pool, "/api/status")["status"] == "ok"
    assert read(pool, "/api/stats")["shares_1h"] == accepted
    assert read(pool, "/api/workers")["total"] == 1
