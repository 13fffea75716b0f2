"""How fast the vendors' deliveries are acknowledged, and that the turns are done after it.

Signed deliveries of Slack, WhatsApp and an owner's own system come at a fixed rate, each
from a customer of its own, whether the one before was answered or not; a vendor on
loopback takes what Rapport answers. Prints one JSON object.
"""

import argparse
import base64
import hashlib
import hmac
import http.client
import json
import queue
import subprocess
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CLIENTS = 16
SECRET = "whsec_" + base64.b64encode(b"a secret of the benchmark").decode()
QUESTIONS = ["How many days until a parcel arrives in Munich?", "Do you post abroad, to Tokyo for example?",
             "I would love a warm scarf for under 40 euros", "Good afternoon!"]


class Vendor:
    """Takes what Rapport sends, whoever the vendor is."""

    def __init__(self):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                self.rfile.read(int(self.headers.get("content-length", 0)))
                body = json.dumps({
                    "ok": True, "ts": f"{time.time():.6f}", "channel": "D1", "id": hex(time.time_ns()),
                    "messages": [{"id": f"wamid.{time.time_ns()}"}],
                    "user": {"id": "U1", "profile": {}}, "user_id": "UBOT", "bot_id": "B1", "team_id": "T1",
                }).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def mac(secret: str | bytes, message: bytes) -> bytes:
    return hmac.new(secret if isinstance(secret, bytes) else secret.encode(), message, hashlib.sha256).digest()


def of_slack(who: str, text: str) -> tuple[bytes, dict]:
    now = str(int(time.time()))
    event = {"type": "message", "channel": who, "channel_type": "im", "user": "U" + who[1:], "text": text,
             "ts": f"{time.time():.6f}", "team": "T1"}
    raw = json.dumps({"type": "event_callback", "team_id": "T1", "api_app_id": "A1", "event_id": "Ev" + who,
                      "event_time": int(now), "event": event}).encode()
    signature = mac(SECRET, f"v0:{now}:".encode() + raw).hex()
    return raw, {"X-Slack-Request-Timestamp": now, "X-Slack-Signature": "v0=" + signature}


def of_whatsapp(who: str, text: str) -> tuple[bytes, dict]:
    message = {"from": who, "id": f"wamid.in.{who}", "timestamp": str(int(time.time())), "type": "text",
               "text": {"body": text}}
    value = {"messaging_product": "whatsapp", "metadata": {"display_phone_number": "1", "phone_number_id": "1055"},
             "contacts": [{"wa_id": who, "profile": {"name": "Ann"}}], "messages": [message]}
    entry = [{"id": "1", "changes": [{"field": "messages", "value": value}]}]
    raw = json.dumps({"object": "whatsapp_business_account", "entry": entry}).encode()
    return raw, {"X-Hub-Signature-256": "sha256=" + mac(SECRET, raw).hex()}


def of_own_system(who: str, text: str) -> tuple[bytes, dict]:
    raw = json.dumps({"type": "message", "id": who, "thread": who, "person": {"id": who}, "text": text}).encode()
    now = str(int(time.time()))
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    signature = base64.b64encode(mac(key, f"{who}.{now}.".encode() + raw)).decode()
    return raw, {"webhook-id": who, "webhook-timestamp": now, "webhook-signature": "v1," + signature}


CHANNELS = {
    "slack": (of_slack, lambda url: {"bot_token": "xoxb-bench", "signing_secret": SECRET, "api_base": url},
              lambda i: f"D{i:06}"),
    "whatsapp": (of_whatsapp, lambda url: {"access_token": "EAAbench", "app_secret": SECRET, "verify_token": "bench",
                                           "phone_number_id": "1055", "api_base": url}, lambda i: f"32470{i:06}"),
    "api": (of_own_system, lambda url: {"secret": SECRET, "url": url}, lambda i: f"chat-{i}"),
}


def make_inbox(address: str, token: str, channel: str, credentials: dict) -> str:
    """The path of a new inbox, once it is connected."""
    body = json.dumps({"name": channel, "channel": channel, "credentials": credentials}).encode()
    request = urllib.request.Request(address + "/v1/inboxes", body, {
        "Authorization": "Bearer " + token, "Content-Type": "application/json"})
    path = "/v1/channels/" + json.load(urllib.request.urlopen(request))["id"]
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(urllib.request.Request(address + path, b"{}", method="POST"))
        except urllib.error.HTTPError as refused:
            if refused.code != 404:
                return path
        time.sleep(0.05)
    raise SystemExit(f"the inbox of {channel} was not connected")


def turns(address: str) -> int:
    """How many turns the bot has ended."""
    text = urllib.request.urlopen(address + "/metrics").read().decode()
    return sum(int(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith("rapport_turns_total"))


def deliver(address: str, path: str, kind: str, rate: float, seconds: float) -> dict:
    """Deliveries at that rate; the milliseconds until each was acknowledged."""
    make, _, who = CHANNELS[kind]
    jobs: queue.Queue = queue.Queue()
    waits, wrong, lock = [], [], threading.Lock()

    def client():
        connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=30)
        connection.connect()
        while (job := jobs.get()) is not None:
            raw, headers = make(*job)
            began = time.perf_counter()
            connection.request("POST", path, raw, headers | {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            taken = 1000 * (time.perf_counter() - began)
            with lock:
                waits.append(taken)
                if answer.status != 200:
                    wrong.append(answer.status)

    clients = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for one in clients:
        one.start()
    count, began = int(rate * seconds), time.perf_counter()
    people = [who(i) for i in range(count)]
    for i, person in enumerate(people):
        due = began + i / rate
        if (pause := due - time.perf_counter()) > 0:
            time.sleep(pause)
        jobs.put((person, QUESTIONS[i % len(QUESTIONS)]))
    for _ in clients:
        jobs.put(None)
    for one in clients:
        one.join()
    waits.sort()
    return {"refused": len(wrong), "delivered": count, "rate": round(count / (time.perf_counter() - began), 1),
            "ack_ms": {name: round(waits[min(len(waits) - 1, int(share * len(waits)))], 2)
                       for name, share in (("p50", 0.5), ("p99", 0.99), ("max", 1.0))}}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rapport", type=Path, required=True)
    arguments.add_argument("--url", required=True, help="a running server that may call 127.0.0.1")
    arguments.add_argument("--rate", type=float, default=100.0, help="deliveries a second")
    arguments.add_argument("--seconds", type=float, default=10.0)
    arguments = arguments.parse_args()
    made = subprocess.run([arguments.rapport, "token", "create", "--role", "owner"], stdout=subprocess.PIPE, text=True, check=True)
    report = {}
    for kind, (_, credentials, _) in CHANNELS.items():
        vendor = Vendor()
        path = make_inbox(arguments.url, made.stdout.strip(), kind, credentials(vendor.url))
        before = turns(arguments.url)
        figures = deliver(arguments.url, path, kind, arguments.rate, arguments.seconds)
        ended = time.perf_counter()
        # The bot's turns are done after the acknowledgement. When their words go out is
        # the vendor's pace: Slack takes one message a second.
        while time.perf_counter() < ended + 60 and turns(arguments.url) - before < figures["delivered"]:
            time.sleep(0.02)
        figures["turns"] = turns(arguments.url) - before
        figures["last_turn_s"] = round(time.perf_counter() - ended, 2)
        vendor.server.shutdown()
        report[kind] = figures
        print(f"bench: {kind}: {figures}", file=sys.stderr)
    print(json.dumps(report))


if __name__ == "__main__":
    main()
