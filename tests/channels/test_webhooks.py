"""Outgoing webhooks, with the official `standardwebhooks` library verifying every delivery: the
whole story, order, crashes, back-off, rotation, replays, and where they must not go."""

from __future__ import annotations

import itertools
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import websocket
from standardwebhooks import Webhook, WebhookVerificationError

from rapport import Server, until


class Receiver:
    """Somebody else's system. What it answers can be changed while it runs."""

    def __init__(self):
        self.secrets: list[str] = []
        # What it answers to each kind of event, or to all: (status, headers).
        self.answers: dict[str, tuple[int, dict]] = {}
        self.tries: list[dict] = []
        self.taken: list[dict] = []
        self.refused: list[str] = []
        self.lock = threading.Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Head and body are two packets, which must not wait for each other's receipt.
            disable_nagle_algorithm = True

            def do_POST(self):
                raw = self.rfile.read(int(self.headers["content-length"]))
                status, headers = receiver.take(raw, {name.lower(): value for name, value in self.headers.items()})
                answer = f"answered {status}".encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.http.server_port}/hook"

    def take(self, raw: bytes, headers: dict) -> tuple[int, dict]:
        with self.lock:
            for secret in self.secrets:
                try:
                    Webhook(secret).verify(raw, headers)
                except WebhookVerificationError as error:
                    self.refused.append(str(error))
                    return 400, {}
            event = json.loads(raw)
            delivery = {"id": headers["webhook-id"], "at": time.monotonic(), "headers": headers, "event": event}
            self.tries.append(delivery)
            status, more = self.answers.get(event["type"]) or self.answers.get("*") or (200, {})
            if status < 300:
                self.taken.append(delivery)
            return status, more

    def answer(self, status: int, kind: str = "*", **headers: str):
        with self.lock:
            self.answers[kind] = (status, {name.replace("_", "-"): value for name, value in headers.items()})

    def events(self, conversation: str | None = None) -> list[dict]:
        with self.lock:
            taken = [one["event"] for one in self.taken if one["event"]["type"] != "ping"]
        return [one for one in taken if conversation in (None, one["data"]["conversation_id"])]

    def hears(self, what: str, fits) -> dict:
        return until(what, lambda: next((one for one in self.events() if fits(one)), None))

    def hears_kind(self, kind: str, conversation: str) -> dict:
        return self.hears(kind, lambda one: one["type"] == kind and one["data"]["conversation_id"] == conversation)


class Customer:
    """Somebody at the widget's socket."""

    _names = itertools.count(1)

    def __init__(self, server: Server):
        self.socket = websocket.create_connection(server.url.replace("http", "ws") + "/v1/chat?inbox=demo", timeout=30)
        self.send(type="hello", locale="en")
        self.conversation = self.until(lambda frame: frame["type"] == "welcome")["conversation_id"]

    def send(self, **frame):
        self.socket.send(json.dumps(frame))

    def until(self, fits) -> dict:
        while True:
            frame = json.loads(self.socket.recv())
            if fits(frame):
                return frame

    def say(self, text: str) -> int:
        id = f"00000000-0000-4000-8000-{next(self._names):012d}"
        self.send(type="message", client_msg_id=id, text=text)
        return self.until(lambda frame: frame["type"] == "ack" and frame["client_msg_id"] == id)["seq"]

    def hears(self, kind: str) -> dict:
        return self.until(lambda frame: frame["type"] == "event" and frame["content"]["type"] == kind)

    def close(self):
        self.socket.close()


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.http.shutdown()
    assert receiver.refused == [], "each delivery verifies"


@pytest.fixture
def hook(server, receiver):
    """A webhook of everything that leads to the receiver."""
    yield from webhook(server, receiver)


def webhook(server: Server, receiver: Receiver, **more):
    made = server.agent.post("/v1/webhooks", {"url": receiver.url, **more})
    receiver.secrets = [made["secret"]]
    yield made
    server.agent.call("DELETE", f"/v1/webhooks/{made['id']}")


def shown(server: Server, hook: dict) -> dict:
    return next(one for one in server.agent.get("/v1/webhooks")["items"] if one["id"] == hook["id"])


def deliveries(server: Server, hook: dict, state: str = "all") -> list[dict]:
    return server.agent.get(f"/v1/webhooks/{hook['id']}/messages?state={state}&limit=200")["items"]


def test_the_whole_story_in_order(server, receiver, hook):
    agent, ann = server.agent, Customer(server)
    assert hook["health"] == "new" and hook["events"] == []
    ann.say("How long do I have to send something back?")
    answer = ann.hears("answer")
    ann.send(type="rate", seq=answer["seq"], helpful=True)
    ann.say("I want to talk to a human being now")
    ann.hears("handoff")
    agent.take(ann.conversation)
    agent.reply(ann.conversation, "Your parcel leaves today.")
    ann.say("Thank you")
    agent.resolve(ann.conversation)
    survey = ann.hears("survey")
    ann.send(type="survey", seq=survey["seq"], score=5, comment="Quick.")
    receiver.hears_kind("survey.answered", ann.conversation)

    log = agent.entries(ann.conversation)
    events = receiver.events(ann.conversation)
    kinds = [event["type"] for event in events]
    assert kinds[:3] == ["conversation.created", "message.received", "message.sent"]
    assert kinds[-1] == "survey.answered"
    for kind in ("rating.given", "conversation.queued", "conversation.assigned", "conversation.resolved", "survey.sent"):
        assert kinds.count(kind) == 1, (kind, kinds)
    seqs = [event["data"]["seq"] for event in events[1:]]
    assert seqs == [entry["seq"] for entry in log], "each entry once, in the order of the log"
    for event, entry in zip(events[1:], log):
        assert event["data"]["content"] == entry["content"]
        assert event["data"]["author"] == entry["author"]
        assert event["timestamp"] == entry["at"]
    assert events[1]["data"]["inbox_id"].startswith("inb_") and events[1]["data"]["customer_id"].startswith("cus_")
    said = next(event for event in events if event["data"]["content"]["type"] == "answer")
    assert said["data"]["in_reply_to"] == 1 and said["data"]["analysis"]["intent"]["name"]
    schema = agent.get("/v1/webhooks/events")["schema"]
    assert set(schema["required"]) == {"type", "timestamp", "data"}

    def noted():
        one = shown(server, hook)
        return one["health"] == "good" and one["waiting"] == 0 and one.get("last_sent_at")

    until("all is noted as sent", noted)
    sent = deliveries(server, hook, "sent")
    assert len({one["id"] for one in sent}) == len(sent) == len(receiver.events())
    assert all(one["status"] == 200 and one["answer"] == "answered 200" and one["attempts"] == 1 for one in sent)


def test_only_the_wanted_kinds_are_told(server, receiver):
    for hook in webhook(server, receiver, events=["conversation.queued", "message.received"]):
        ann = Customer(server)
        ann.say("I want to talk to a human being now")
        ann.hears("handoff")
        receiver.hears_kind("conversation.queued", ann.conversation)
        assert [one["type"] for one in receiver.events(ann.conversation)] == ["message.received", "conversation.queued"]
        server.agent.patch(f"/v1/webhooks/{hook['id']}", {"events": ["message.sent"]})
        before = len(receiver.events(ann.conversation))
        ann.say("What does shipping cost?")
        receiver.hears_kind("message.sent", ann.conversation)
        assert {one["type"] for one in receiver.events(ann.conversation)[before:]} == {"message.sent"}


def test_what_is_down_pauses_as_a_whole_and_goes_on_in_order(server, receiver, hook):
    ann = Customer(server)
    receiver.answer(503)
    ann.say("What does shipping cost?")
    until("a second try", lambda: len(receiver.tries) >= 2)
    first, second = receiver.tries[:2]
    assert first["id"] == second["id"], "the same event, under the same id"
    assert second["at"] - first["at"] >= 3.9, "after a pause"
    assert first["headers"]["webhook-timestamp"] < second["headers"]["webhook-timestamp"]
    failing = shown(server, hook)
    assert failing["health"] == "failing" and failing["trouble"] == "it answered 503" and failing["next_try_at"]
    waiting = deliveries(server, hook, "waiting")
    assert waiting[-1]["attempts"] == 2 and waiting[-1]["status"] == 503 and waiting[-1]["answer"] == "answered 503"
    receiver.answer(200)
    # Somebody has mended it, and does not want to wait for the next try.
    server.agent.post(f"/v1/webhooks/{hook['id']}/messages/{first['id']}/replay")
    receiver.hears_kind("message.sent", ann.conversation)
    kinds = [one["type"] for one in receiver.events(ann.conversation)]
    assert kinds[:3] == ["conversation.created", "message.received", "message.sent"]
    until("its health", lambda: shown(server, hook)["health"] == "good")


def test_a_pause_that_is_asked_for_is_granted(server, receiver, hook):
    ann = Customer(server)
    receiver.answer(429, retry_after="2")
    ann.say("What does shipping cost?")
    until("three tries", lambda: len(receiver.tries) >= 3)
    receiver.answer(200)
    tries = [one["at"] for one in receiver.tries[:3]]
    gaps = [later - earlier for earlier, later in zip(tries, tries[1:])]
    assert all(1.9 <= gap < 4.5 for gap in gaps), f"not the growing pauses of its own: {gaps}"
    receiver.hears_kind("message.sent", ann.conversation)


def test_gone_disables_at_once_and_nothing_is_lost(server, receiver, hook):
    agent, ann = server.agent, Customer(server)
    receiver.answer(410)
    ann.say("What does shipping cost?")
    disabled = until("it is disabled", lambda: (one := shown(server, hook))["health"] == "disabled" and one)
    assert "410" in disabled["trouble"] and not disabled["enabled"] and disabled["disabled_at"]
    assert len(receiver.tries) == 1
    receiver.answer(200)
    ann.hears("answer")
    until("what happens meanwhile is kept", lambda: shown(server, hook)["waiting"] >= 3)
    refused = agent.call("POST", f"/v1/webhooks/{hook['id']}/replay")
    assert refused.status_code == 409 and refused.json()["code"] == "disabled"
    assert len(receiver.tries) == 1, "nothing is sent while it is disabled"
    agent.patch(f"/v1/webhooks/{hook['id']}", {"enabled": True})
    receiver.hears_kind("message.sent", ann.conversation)
    kinds = [one["type"] for one in receiver.events(ann.conversation)]
    assert kinds[:3] == ["conversation.created", "message.received", "message.sent"]

    # Or somebody wants none of what was missed; later they may.
    agent.patch(f"/v1/webhooks/{hook['id']}", {"enabled": False})
    ben = Customer(server)
    ben.say("What does shipping cost?")
    ben.hears("answer")
    until("it is kept", lambda: shown(server, hook)["waiting"] >= 3)
    skipped = agent.patch(f"/v1/webhooks/{hook['id']}", {"enabled": True, "skip_waiting": True})
    assert skipped["waiting"] == 0 and skipped["failed"] >= 3
    assert receiver.events(ben.conversation) == []
    assert agent.post(f"/v1/webhooks/{hook['id']}/replay")["replayed"] == skipped["failed"]
    receiver.hears_kind("message.sent", ben.conversation)


def test_admins_are_told_by_mail_that_a_webhook_was_disabled(tmp_path, receiver):
    # Nobody listens there: the mail waits in the outbox, where it can be read.
    config = '[mail]\nhost = "127.0.0.1"\nport = 1\nfrom = "Shop <chat@shop.example>"\n'
    with Server(tmp_path, config) as server:
        for role, name in (("admin", "ann"), ("agent", "ben")):
            words = ["agent", "create", "--role", role, "--name", name, "--email", f"{name}@shop.example"]
            server.run(*words, stdin="a few plain words\n")
        for hook in webhook(server, receiver, description="CRM"):
            receiver.answer(410)
            Customer(server).say("What does shipping cost?")
            until("it is disabled", lambda: shown(server, hook)["health"] == "disabled")
            mails = server.agent.get("/v1/mails?state=all")["items"]
            told = [mail for mail in mails if mail["kind"] == "webhook"]
            assert [mail["to"] for mail in told] == ["ann@shop.example"]
            assert "CRM" in told[0]["subject"]


def test_one_event_that_is_refused_steps_aside(server, receiver, hook):
    """A receiver that fails at one kind only: the others must not wait for it for ever."""
    ann = Customer(server)
    receiver.answer(500, kind="message.received")
    ann.say("What does shipping cost?")

    def poked():
        # Somebody who presses "try again" spares this test the growing pauses.
        waiting = deliveries(server, hook, "waiting")
        stuck = [one for one in waiting if one["type"] == "message.received"]
        server.agent.patch(f"/v1/webhooks/{hook['id']}", {"url": receiver.url})
        return stuck and stuck[0]["attempts"] >= 4

    until("four tries", poked)
    receiver.hears_kind("message.sent", ann.conversation)
    stuck = [one for one in deliveries(server, hook, "waiting") if one["type"] == "message.received"]
    assert len(stuck) == 1, "it is not lost"
    receiver.answer(200, kind="message.received")
    server.agent.post(f"/v1/webhooks/{hook['id']}/messages/{stuck[0]['id']}/replay")
    receiver.hears_kind("message.received", ann.conversation)


def test_both_secrets_verify_for_a_day_after_a_rotation(server, receiver, hook):
    agent, ann = server.agent, Customer(server)
    old = agent.get(f"/v1/webhooks/{hook['id']}/secret")
    assert old == {"secret": hook["secret"]}
    rotated = agent.post(f"/v1/webhooks/{hook['id']}/secret")
    assert rotated["secret"] != old["secret"] and rotated["old_secret_until"]
    # The receiver verifies every delivery with each of them.
    receiver.secrets = [old["secret"], rotated["secret"]]
    ann.say("What does shipping cost?")
    receiver.hears_kind("message.sent", ann.conversation)
    header = receiver.taken[0]["headers"]["webhook-signature"]
    assert len(header.split(" ")) == 2 and all(one.startswith("v1,") for one in header.split(" "))
    assert shown(server, hook)["old_secret_until"] == rotated["old_secret_until"]
    assert "secret" not in shown(server, hook), "it is told once, and when it is asked for"


def test_a_ping_tells_how_it_went(server, receiver, hook):
    agent = server.agent
    good = agent.post(f"/v1/webhooks/{hook['id']}/test")
    assert good["works"] and good["status"] == 200 and good["answer"] == "answered 200" and good["duration_ms"] >= 0
    assert receiver.taken[-1]["event"]["type"] == "ping"
    assert receiver.taken[-1]["event"]["data"] == {"webhook_id": hook["id"]}
    receiver.answer(500)
    bad = agent.post(f"/v1/webhooks/{hook['id']}/test")
    assert not bad["works"] and bad["error"] == "it answered 500"
    assert shown(server, hook)["health"] == "new", "a test is no delivery"
    agent.patch(f"/v1/webhooks/{hook['id']}", {"url": "http://127.0.0.1:1/hook"})
    silent = agent.post(f"/v1/webhooks/{hook['id']}/test")
    assert not silent["works"] and "the connection failed" in silent["error"] and "status" not in silent


def test_what_was_sent_is_replayed_one_by_one_or_since_a_time(server, receiver, hook):
    agent, ann = server.agent, Customer(server)
    ann.say("What does shipping cost?")
    receiver.hears_kind("message.sent", ann.conversation)
    ann.close()
    until("all is sent", lambda: deliveries(server, hook) and not deliveries(server, hook, "waiting"))
    sent = deliveries(server, hook, "sent")
    first, before = sent[-1], len(receiver.taken)
    agent.post(f"/v1/webhooks/{hook['id']}/messages/{first['id']}/replay")
    until("it comes again", lambda: len(receiver.taken) > before)
    assert receiver.taken[-1]["id"] == first["id"] == receiver.taken[0]["id"]
    assert receiver.taken[-1]["event"] == receiver.taken[0]["event"]
    until("it is noted", lambda: len(deliveries(server, hook, "sent")) == len(sent))
    before = len(receiver.taken)
    replayed = agent.post(f"/v1/webhooks/{hook['id']}/replay", {"since": first["created_at"]})["replayed"]
    assert replayed == len(sent)
    until("all come again", lambda: len(receiver.taken) == before + replayed)
    assert [one["id"] for one in receiver.taken[before:]] == [one["id"] for one in reversed(sent)]
    page = agent.get(f"/v1/webhooks/{hook['id']}/messages?limit=2")
    rest = agent.get(f"/v1/webhooks/{hook['id']}/messages?limit=200&cursor={page['next_cursor']}")
    assert [one["id"] for one in page["items"] + rest["items"]] == [one["id"] for one in sent]


def test_each_event_arrives_though_the_server_is_killed_again_and_again(own_server, receiver):
    server = own_server
    agent = server.agent
    made = agent.post("/v1/webhooks", {"url": receiver.url})
    receiver.secrets = [made["secret"]]
    log: list[tuple[str, int]] = []
    for round in range(3):
        for n in range(4):
            customer = Customer(server)
            log.append((customer.conversation, customer.say(f"What does shipping cost, {round} {n}?")))
            customer.close()
        # In the middle of whatever it does just now.
        server.kill()
        server.start()
    told = lambda: {(one["data"]["conversation_id"], one["data"]["seq"]) for one in receiver.events()}
    until("each acknowledged message", lambda: set(log) <= told())
    for conversation in {conversation for conversation, _ in log}:
        # Each turn ends, and each of its entries is told.
        agent.entry(conversation, "an answer", lambda entry: entry["author"]["kind"] == "bot")
        entries = {(conversation, entry["seq"]) for entry in agent.entries(conversation)}
        until("each entry", lambda: entries <= told())
        ids: dict[tuple[str, int], set[str]] = {}
        for one in list(receiver.taken):
            event = one["event"]
            if event["data"]["conversation_id"] == conversation:
                ids.setdefault((event["type"], event["data"]["seq"]), set()).add(one["id"])
        assert all(len(each) == 1 for each in ids.values()), "what comes twice has the same id"


def test_nothing_is_sent_inside_the_network(tmp_path):
    with Server(tmp_path, "[network]\nprivate_hosts = []\n") as server:
        for url in (
            "http://127.0.0.1:9/hook",
            "http://2130706433/hook",
            "http://[::1]/hook",
            "http://[::ffff:10.0.0.1]/hook",
            "http://169.254.169.254/latest/meta-data",
            "file:///etc/passwd",
            "shop.example/hook",
        ):
            refused = server.agent.call("POST", "/v1/webhooks", {"url": url})
            assert refused.status_code == 422, url
        # A name shows where it leads only when it is called.
        made = server.agent.post("/v1/webhooks", {"url": "http://localhost:9/hook"})
        tested = server.agent.post(f"/v1/webhooks/{made['id']}/test")
        assert not tested["works"] and "private network" in tested["error"], tested
        moved = server.agent.call("PATCH", f"/v1/webhooks/{made['id']}", {"url": "http://10.0.0.1/hook"})
        assert moved.status_code == 422
        assert server.agent.get("/v1/webhooks")["items"][0]["url"] == "http://localhost:9/hook"


def test_only_admins_see_them(server, receiver, hook):
    token = server.run("token", "create", "--role", "agent").strip()
    for path in ("/v1/webhooks", f"/v1/webhooks/{hook['id']}/messages", f"/v1/webhooks/{hook['id']}/secret"):
        assert server.agent.session.get(server.url + path, headers={"Authorization": f"Bearer {token}"}).status_code == 403
    assert server.agent.call("POST", "/v1/webhooks", {"url": receiver.url, "events": ["nothing"]}).status_code == 422
