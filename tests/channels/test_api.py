"""The smallest channel, with the official `standardwebhooks` library at the other end: the
whole story, signatures, a storm of redeliveries, and every way in which the other side fails."""

from __future__ import annotations

import base64
import json
import os
import threading
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
from standardwebhooks import Webhook

from rapport import Server, kinds, storm, until


class App:
    """An owner's own system: takes Rapport's messages, each with a verified signature."""

    def __init__(self):
        self.secret = "whsec_" + base64.b64encode(os.urandom(24)).decode()
        self.webhook = Webhook(self.secret)
        self.taken: list[dict] = []
        self.tries = 0
        # What it answers next: (status, headers), or a number of seconds to say nothing.
        self.script: list = []
        app = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                app.webhook.verify(body, dict(self.headers))
                message = json.loads(body)
                app.tries += 1
                status, headers = app.script.pop(0) if app.script else (200, {})
                answer = b"{}"
                if status == 200:
                    app.taken.append(message)
                    answer = json.dumps({"id": f"out-{len(app.taken)}"}).encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.http.server_port}/rapport"

    def credentials(self) -> dict[str, str]:
        return {"secret": self.secret, "url": self.url}

    def signed(self, body: dict, id: str | None = None, at: datetime | None = None) -> tuple[bytes, dict]:
        raw = json.dumps(body).encode()
        id, at = id or os.urandom(6).hex(), at or datetime.now(timezone.utc)
        signature = self.webhook.sign(id, at, raw.decode())
        return raw, {
            "webhook-id": id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": signature,
        }

    def said(self) -> list[dict]:
        return [message for post in list(self.taken) if post["type"] == "messages" for message in post["messages"]]

    def hears(self, what: str, fits) -> dict:
        return until(what, lambda: next((message for message in self.said() if fits(message)), None))


@pytest.fixture
def app():
    app = App()
    yield app
    app.http.shutdown()


def message(text: str | None, id: str | None = None, thread: str = "t1", **more) -> dict:
    return {
        "type": "message",
        "id": id or os.urandom(6).hex(),
        "thread": thread,
        "person": {"id": f"person of {thread}", "name": "Ann"},
        "text": text,
        **more,
    }


def post(server: Server, inbox: dict, app: App, body: dict) -> requests.Response:
    raw, headers = app.signed(body)
    return requests.post(server.url + inbox["path"], data=raw, headers=headers, timeout=30)


def held_by_agent(server: Server, app: App) -> tuple[dict, dict]:
    """A new inbox, and its conversation in an agent's hands."""
    inbox = server.inbox("api", app.credentials())
    post(server, inbox, app, message("hello"))
    app.hears("the greeting", lambda one: one["type"] in ("text", "options"))
    conversation = server.agent.conversation(inbox)
    server.agent.take(conversation)
    app.hears("who has come", lambda one: "is here now" in one.get("text", ""))
    return inbox, conversation


def test_the_whole_story(server, app):
    inbox = server.inbox("api", app.credentials())
    agent = server.agent

    def say(text: str, **more):
        assert post(server, inbox, app, message(text, **more)).status_code == 200

    say("How many days do I have to return something?")
    answer = app.hears("a sourced answer", lambda one: "30 days" in one.get("text", ""))
    assert f"({server.url}/help/" in answer["text"], "the source is a link that leads somewhere"

    say("I would love a warm scarf for under 40 euros")
    cards = app.hears("products", lambda one: one["type"] == "products")["items"]
    assert all(float(card["product"]["price"]) < 40 for card in cards)
    assert cards[0]["product"]["url"].startswith("http")

    say("This is the third time I ask and nobody helps me. I am really angry, this is unacceptable!")
    say("I want to talk to a human being now")
    conversation = agent.conversation(inbox)
    agent.entry(conversation, "the handoff", lambda entry: entry["content"]["type"] == "handoff")
    agent.take(conversation)
    app.hears("who has come", lambda one: "is here now" in one.get("text", ""))
    agent.reply(conversation, "I am **sorry**. Your parcel leaves today.")
    app.hears("the agent's words", lambda one: "Your parcel leaves today." in one.get("text", ""))
    before = len(app.said())
    say("Thank you")
    agent.entry(conversation, "the thanks", lambda entry: entry["content"].get("text") == "Thank you")
    agent.resolve(conversation)
    survey = app.hears("the survey", lambda one: one["type"] == "options" and len(one["options"]) == 5)
    assert len(app.said()) == before + 1, "while a person holds the conversation, the bot is silent"
    say("", pressed=survey["options"][4]["id"])
    result = agent.entry(conversation, "the score", lambda entry: entry["content"]["type"] == "survey_result")
    assert result["content"]["score"] == 5
    assert agent.story(conversation)["status"] == "resolved", "a score opens nothing again"


def test_a_number_that_is_typed_back_is_the_choice(server, app):
    inbox = server.inbox("api", app.credentials())
    post(server, inbox, app, message("do you have candles?"))
    items = app.hears("products", lambda one: one["type"] == "products")["items"]
    post(server, inbox, app, message("2"))
    conversation = server.agent.conversation(inbox)
    said = server.agent.entry(conversation, "the number", lambda entry: entry["content"].get("text") == "2")
    assert said["content"]["postback"] == items[1]["product"]["title"]


def test_only_genuine_and_fresh_deliveries_are_kept(server, app):
    inbox = server.inbox("api", app.credentials())
    address = server.url + inbox["path"]
    raw, headers = app.signed(message("hello"))

    def status(raw: bytes, headers: dict) -> int:
        return requests.post(address, data=raw, headers=headers, timeout=10).status_code

    assert status(raw, {}) == 401
    assert status(raw + b" ", headers) == 401
    assert status(raw, headers | {"webhook-signature": "v1," + base64.b64encode(bytes(32)).decode()}) == 401
    old = datetime.now(timezone.utc) - timedelta(seconds=301)
    assert status(*app.signed(message("hello"), at=old)) == 401
    assert status(*app.signed({"type": "nonsense"})) == 400
    assert requests.post(server.url + "/v1/channels/inb_none", data=raw, headers=headers, timeout=10).status_code == 404
    assert server.agent.conversations(inbox) == []
    # The same delivery again is nothing new.
    assert [status(raw, headers), status(raw, headers)] == [200, 200]
    conversation = server.agent.conversation(inbox)
    server.agent.entry(conversation, "an answer", lambda entry: entry["author"]["kind"] == "bot")
    assert sum(entry["author"]["kind"] == "customer" for entry in server.agent.entries(conversation)) == 1


def test_a_storm_of_redeliveries_leaves_one_message_each(own_server, app):
    """Every webhook five times, in shuffled order, by eight clients, with a kill in between."""
    server = own_server
    inbox = server.inbox("api", app.credentials())
    agent = server.agent
    post(server, inbox, app, message("Where is my parcel?", thread="first"))
    app.hears("an answer", lambda one: one["type"] in ("text", "options"))
    told = [{"type": "delivery", "message": "out-1", "delivery": state} for state in ("delivered", "read", "sent")]
    said = [message(f"message {i} of thread {i % 6}", id=f"storm-{i}", thread=f"t{i % 6}") for i in range(60)]
    storm(server, told + said, lambda body: post(server, inbox, app, body).status_code)

    def everything() -> list[dict] | None:
        found = agent.conversations(inbox)
        entries = [entry for one in found for entry in agent.entries(one)]
        texts = [entry["content"].get("text") for entry in entries if entry["author"]["kind"] == "customer"]
        return entries if len(found) == 7 and len(texts) >= 61 else None

    entries = until("all messages", everything)
    texts = sorted(entry["content"]["text"] for entry in entries if entry["author"]["kind"] == "customer")
    assert texts == sorted(["Where is my parcel?"] + [one["text"] for one in said])

    def answered() -> bool:
        return all(agent.entries(one)[-1]["author"]["kind"] != "customer" for one in agent.conversations(inbox))

    until("an answer to each", answered)
    first = next(one for one in agent.conversations(inbox) if agent.entries(one)[0]["content"].get("text") == "Where is my parcel?")
    states = [entry["content"]["delivery"] for entry in agent.entries(first) if entry["content"].get("delivery")]
    ranks = [["sent", "delivered", "read"].index(state) for state in states]
    assert states[-1] == "read" and ranks == sorted(set(ranks)), states


@pytest.mark.parametrize(
    "script, words",
    [
        ([(429, {"retry-after": "1"})], "asks for a pause"),
        ([(500, {})], "answers 500"),
        ([(503, {"retry-after": "1"})], "answers 503"),
    ],
)
def test_what_passes_delays_and_is_told(server, app, script, words):
    _, conversation = held_by_agent(server, app)
    app.script = list(script)
    before = app.tries
    server.agent.reply(conversation, "It arrives late.")
    waits = until("why it waits", lambda: server.agent.story(conversation)["waits"])
    assert words in waits[0]["error"], waits
    app.hears("the words", lambda one: one.get("text") == "It arrives late.")
    assert app.tries == before + 1 + len(script)
    until("nothing waits", lambda: not server.agent.story(conversation)["waits"])


def test_what_never_passes_is_told_and_the_next_goes_out(server, app):
    _, conversation = held_by_agent(server, app)
    app.script = [(422, {})]
    server.agent.reply(conversation, "This is refused.")
    failed = server.agent.entry(conversation, "that it failed", lambda entry: entry["content"].get("delivery") == "failed")
    assert "refuses the message" in failed["content"]["reason"]
    server.agent.reply(conversation, "This is not.")
    app.hears("the next", lambda one: one.get("text") == "This is not.")
    assert "status" in kinds(server.agent.entries(conversation))


def test_a_revoked_right_holds_the_inbox_until_it_is_renewed(server, app):
    inbox, conversation = held_by_agent(server, app)
    app.script = [(401, {})]
    server.agent.reply(conversation, "Held back.")

    def trouble() -> str | None:
        inboxes = server.agent.get("/v1/inboxes")["items"]
        return next(one for one in inboxes if one["id"] == inbox["id"]).get("trouble")

    assert "401" in until("the inbox's trouble", trouble)
    assert not any(one.get("text") == "Held back." for one in app.said())
    server.agent.patch(f"/v1/inboxes/{inbox['id']}", {"credentials": app.credentials()})
    app.hears("what was held back", lambda one: one.get("text") == "Held back.")
    until("no trouble", lambda: not trouble())


def test_a_wait_can_be_ended_by_hand(server, app):
    _, conversation = held_by_agent(server, app)
    app.script = [(429, {"retry-after": "3600"})]
    server.agent.reply(conversation, "At last.")
    until("why it waits", lambda: server.agent.story(conversation)["waits"])
    server.agent.post(f"/v1/conversations/{conversation['id']}/deliver")
    app.hears("the words", lambda one: one.get("text") == "At last.")


def test_credentials_are_tested_and_never_shown(server, app):
    tested = server.agent.post("/v1/channels/test", {"channel": "api", "credentials": app.credentials()})
    assert tested["works"] and app.url in tested["findings"][0]
    app.script = [(401, {})]
    tested = server.agent.post("/v1/channels/test", {"channel": "api", "credentials": app.credentials()})
    assert not tested["works"] and "401" in tested["findings"][0]
    missing = server.agent.post("/v1/channels/test", {"channel": "api", "credentials": {"secret": app.secret}})
    assert not missing["works"] and "`url` is missing" in missing["findings"][0]
    inbox = server.inbox("api", app.credentials())
    assert inbox["credentials"] == {"secret": "…", "url": app.url}
    assert inbox["webhook_url"].endswith(inbox["path"])
    stored = (server.data / "rapport.db").read_bytes() + (server.data / "rapport.db-wal").read_bytes()
    assert app.secret.encode() not in stored and app.secret.removeprefix("whsec_").encode() not in stored


def test_the_command_line_makes_an_inbox(server, app):
    address = server.run(
        "inbox", "create", "by-hand", "--channel", "api", "--set", f"url={app.url}", "--set", "secret=-", stdin=app.secret
    )
    assert address.strip().startswith(server.url + "/v1/channels/inb_")
    assert app.url in server.run("inbox", "test", "by-hand")
    listed = json.loads(server.run("inbox", "list", "--json"))["inboxes"]
    assert next(one for one in listed if one["key"] == "by-hand")["channel"] == "api"
    refused = server.run("inbox", "create", "other", "--channel", "api", check=False)
    assert refused == ""
