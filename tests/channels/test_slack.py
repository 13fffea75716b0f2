"""Slack with its official libraries at the other end: `slack_sdk` and `slack_bolt` prove the
loopback workspace of `slack_rig.py`, sign what is delivered, and judge our blocks."""

from __future__ import annotations

import random
import threading
import time

import pytest
import requests
from slack_bolt import App, BoltRequest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.models.blocks import ActionsBlock, ButtonElement, SectionBlock
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse

from rapport import kinds, storm, until
from slack_rig import BOT_USER, STAFF, Slack, actions, words

PASSWORD = "correct horse battery staple\n"


@pytest.fixture
def slack():
    slack = Slack()
    yield slack
    slack.close()


@pytest.fixture(scope="module")
def erin(server):
    """A colleague whom Slack and Rapport know by the same address."""
    server.run("agent", "create", "--name", "Erin", "--email", "erin@shop.example", "--role", "agent", stdin=PASSWORD)


class Line:
    """An inbox and the workspace behind it, by HTTP or by Socket Mode."""

    def __init__(self, server, slack: Slack, socket: bool = False, staff: bool = False):
        self.server, self.slack, self.socket = server, slack, socket
        credentials = {"bot_token": slack.bot_token, "api_base": slack.api}
        credentials |= {"app_token": slack.app_token} if socket else {"signing_secret": slack.signing_secret}
        if staff:
            credentials["staff_channel"] = STAFF
        self.inbox = server.inbox("slack", credentials)
        self.address = server.url + self.inbox["path"]
        if socket:
            until("the socket", lambda: slack.sockets)

    def deliver(self, payload: dict):
        if not self.socket:
            assert self.slack.deliver(self.address, payload).status_code == 200
            return
        kind = {"event_callback": "events_api", "block_actions": "interactive"}.get(payload.get("type"), "slash_commands")
        id = self.slack.envelope(kind, payload)
        until("the acknowledgement", lambda: id not in self.slack.unacknowledged)

    def say(self, text: str, **more) -> dict:
        payload = self.slack.message(text, **more)
        self.deliver(payload)
        return payload["event"]

    def press(self, message: dict, title: str, user: str = "U0ANN"):
        action = next(one for one in actions(message) if one["text"]["text"] == title)
        self.deliver(self.slack.press(message, action, user))

    def escalate(self, **more) -> tuple[dict, dict]:
        """A customer who wants a person; the conversation, and what colleagues see of it."""
        self.say("I want to talk to a human being now", **more)
        conversation = self.server.agent.conversation(self.inbox)
        headline = self.slack.sees("the escalation", lambda one: one["channel"] == STAFF and "thread_ts" not in one)
        return conversation, headline


@pytest.mark.parametrize("socket", [False, True], ids=["events-api", "socket-mode"])
def test_the_whole_story(server, slack, socket):
    line, agent = Line(server, slack, socket), server.agent
    line.say("How many days do I have to return something?")
    answer = slack.sees("a sourced answer", lambda one: "30 days" in words(one))
    assert answer["channel"] == "D0ANN" and "thread_ts" not in answer, "a direct message is one conversation"
    assert "30 days" in answer["text"], "notifications have words"
    sources = [block for block in answer["blocks"] if block["type"] == "context"]
    assert f"<{server.url}/help/" in sources[0]["elements"][0]["text"]

    line.say("I would love a warm scarf for under 40 euros")
    products = slack.sees("products", lambda one: any(a["text"]["text"] == "Tell me more" for a in actions(one)))
    section = products["blocks"][0]
    assert section["accessory"]["image_url"].startswith(server.url)
    assert "EUR" in section["text"]["text"] and len(section["text"]["text"].splitlines()) > 1, "price and reason"
    assert any(action.get("url", "").startswith("http") for action in actions(products))

    line.say("This is the third time I ask and nobody helps me. I am really angry, this is unacceptable!")
    line.say("I want to talk to a human being now")
    conversation = agent.conversation(line.inbox)
    agent.entry(conversation, "the handoff", lambda entry: entry["content"]["type"] == "handoff")
    story = agent.story(conversation)
    assert story["customer"]["name"] == "Ann Field" and story["customer"]["email"] == "ann@mail.example"
    agent.take(conversation)
    slack.sees("who has come", lambda one: "is here now" in words(one))
    agent.reply(conversation, "I am **sorry**. Your parcel leaves today.")
    slack.sees("the agent's words", lambda one: "I am *sorry*. Your parcel leaves today." in words(one))
    before = len(slack.posted)
    line.say("Thank you")
    agent.entry(conversation, "the thanks", lambda entry: entry["content"].get("text") == "Thank you")
    agent.resolve(conversation)
    survey = slack.sees("the survey", lambda one: len(actions(one)) == 5)
    assert len(slack.posted) == before + 1, "while a person holds the conversation, the bot is silent"
    line.press(survey, "5")
    result = agent.entry(conversation, "the score", lambda entry: entry["content"]["type"] == "survey_result")
    assert result["content"]["score"] == 5
    until("the buttons are gone", lambda: survey.get("updated") and not actions(survey) and "✓ 5" in words(survey))
    assert agent.story(conversation)["status"] == "resolved", "a score opens nothing again"
    assert slack.rejected == []


def test_the_workspace_is_one_that_slacks_own_library_understands(slack):
    client = WebClient(token=slack.bot_token, base_url=slack.api + "/")
    assert client.auth_test()["user_id"] == BOT_USER
    assert client.users_info(user="U0ANN")["user"]["is_email_confirmed"] is True
    assert client.conversations_info(channel=STAFF)["channel"]["is_member"] is True
    blocks = [SectionBlock(text="*hello*"), ActionsBlock(elements=[ButtonElement(text="One", action_id="a", value="1")])]
    ts = client.chat_postMessage(channel="D0ANN", text="hello", blocks=blocks)["ts"]
    client.chat_update(channel="D0ANN", ts=ts, text="done", blocks=[SectionBlock(text="done")])
    assert slack.posted[0]["text"] == "done" and slack.posted[0]["blocks"][0]["type"] == "section"
    client.chat_postEphemeral(channel="D0ANN", user="U0ANN", text="only you")
    client.files_upload_v2(channel="D0ANN", filename="a.txt", content="hello", title="A")
    assert next(iter(slack.files.values()))["bytes"] == b"hello" and slack.shared[0]["channel_id"] == "D0ANN"
    for call, error in [
        (lambda: client.chat_postMessage(channel="C0GONE", text="x"), "channel_not_found"),
        (lambda: client.chat_postMessage(channel="D0ANN", text="x", blocks=[{"type": "section"}]), "invalid_blocks"),
        (lambda: WebClient(token="xoxb-no", base_url=slack.api + "/").auth_test(), "invalid_auth"),
    ]:
        with pytest.raises(SlackApiError) as refused:
            call()
        assert refused.value.response["error"] == error
    slack.script["chat.postMessage"] = [{"status": 429, "headers": {"Retry-After": "7"}}]
    with pytest.raises(SlackApiError) as limited:
        client.chat_postMessage(channel="D0ANN", text="x")
    assert limited.value.response.headers["Retry-After"] == "7"


def test_what_is_delivered_is_what_slacks_own_library_takes(slack):
    heard = []
    client = WebClient(token=slack.bot_token, base_url=slack.api + "/")
    app = App(signing_secret=slack.signing_secret, client=client, process_before_response=True)
    app.event("message")(lambda event: heard.append(event["text"]))
    app.action("c1.0")(lambda ack, action: (ack(), heard.append(action["value"])))
    app.command("/resolve")(lambda ack, command: (ack(), heard.append(command["command"])))
    message = {"channel": "D0ANN", "ts": "1.2", "blocks": []}
    button = {"type": "button", "action_id": "c1.0", "block_id": "choice", "text": {"type": "plain_text", "text": "One"}, "value": "c1.0"}
    for payload in [slack.message("hello"), slack.press(message, button), slack.command("/resolve")]:
        body, headers = slack.signed(payload)
        assert app.dispatch(BoltRequest(body=body.decode(), headers=headers)).status == 200
        body, headers = slack.signed(payload, at=int(time.time()) - 400)
        assert app.dispatch(BoltRequest(body=body.decode(), headers=headers)).status == 401
    assert heard == ["hello", "c1.0", "/resolve"]

    taken = threading.Event()
    socket = SocketModeClient(app_token=slack.app_token, web_client=client)

    def listener(client, request):
        client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))
        heard.append(request.payload["event"]["text"])
        taken.set()

    socket.socket_mode_request_listeners.append(listener)
    socket.connect()
    try:
        until("the library's socket", lambda: slack.sockets)
        id = slack.envelope("events_api", slack.message("by socket"))
        assert taken.wait(20) and heard[-1] == "by socket"
        until("the acknowledgement", lambda: id not in slack.unacknowledged)
    finally:
        socket.close()


def test_only_what_slack_signed_just_now_is_believed(server, slack):
    line = Line(server, slack)
    payload = slack.message("hello")
    body, headers = slack.signed(payload)
    missing = {name: value for name, value in headers.items() if name != "X-Slack-Signature"}
    other = Slack.signed(type("", (), {"signing_secret": "0" * 32, "body": slack.body})(), payload)[1]
    for bad, raw in [
        (missing, body),
        (headers | {"X-Slack-Signature": "v0=" + "0" * 64}, body),
        (other, body),
        (headers, body + b" "),
        (headers | {"X-Slack-Request-Timestamp": str(int(time.time()) + 1)}, body),
        (slack.signed(payload, at=int(time.time()) - 301)[1], body),
        (slack.signed(payload, at=int(time.time()) + 400)[1], body),
    ]:
        assert requests.post(line.address, data=raw, headers=bad, timeout=10).status_code == 401
    challenge = {"type": "url_verification", "challenge": "3eZbrw1aB"}
    unsigned = requests.post(line.address, json=challenge, timeout=10)
    assert unsigned.status_code == 401, "even the challenge is signed"
    answer = slack.deliver(line.address, challenge)
    assert answer.status_code == 200 and answer.json() == {"challenge": "3eZbrw1aB"}
    limited = {"type": "app_rate_limited", "team_id": "T0SHOP", "minute_rate_limited": 1518467820, "api_app_id": "A0"}
    assert slack.deliver(line.address, limited).status_code == 200
    # What follows shows that nothing of it was kept before.
    for _ in range(3):
        assert requests.post(line.address, data=body, headers=headers, timeout=10).status_code == 200
    slack.sees("an answer", lambda one: one["channel"] == "D0ANN")
    entries = server.agent.entries(server.agent.conversation(line.inbox))
    assert sum(entry["author"]["kind"] == "customer" for entry in entries) == 1, "a replay adds nothing"


def test_who_is_called_answers_and_nobody_else(server, slack):
    line, agent = Line(server, slack), server.agent
    line.say("nobody asked the bot", channel="C0HELP")
    line.say("not even here", channel="C0HELP", thread_ts="1700000000.000001")
    line.deliver(slack.message("by another app", bot_id="B0OTHER"))
    line.deliver(slack.message("edited", subtype="message_changed"))
    first = slack.message(f"<@{BOT_USER}> How many days do I have to return something?", channel="C0HELP")
    mention = slack.callback({**first["event"], "type": "app_mention"})
    line.deliver(first)
    line.deliver(mention)
    root = first["event"]["ts"]
    answer = slack.sees("an answer", lambda one: "30 days" in words(one))
    assert answer["channel"] == "C0HELP" and answer["thread_ts"] == root
    # The thread is ours now, and others may ask in it; they are not Ann.
    line.say("And what does it cost to send it back?", channel="C0HELP", thread_ts=root)
    line.say("I would like to know, too.", user="U0BEA", channel="C0HELP", thread_ts=root)
    conversation = agent.conversation(line.inbox)
    agent.entry(conversation, "Bea's words", lambda entry: "know, too" in entry["content"].get("text", ""))
    said = [entry["content"]["text"] for entry in agent.entries(conversation) if entry["author"]["kind"] == "customer"]
    assert said[0] == "How many days do I have to return something?" and len(said) == 3
    # Bea's own message, in a channel that is shared with her company: another customer.
    line.say("Where are you?", user="U0BEA", channel="D0BEA")
    mine = until("two conversations", lambda: len(agent.conversations(line.inbox)) == 2 and agent.conversations(line.inbox))
    customers = {agent.story(one)["customer"]["id"] for one in mine}
    assert len(customers) == 2
    assert all(one["thread_ts"] == root for one in slack.posted if one["channel"] == "C0HELP")


def test_addresses_link_only_where_they_are_proven(server, slack):
    line, agent = Line(server, slack), server.agent
    other = Line(server, other_slack := Slack())
    try:
        # The same address in two workspaces: confirmed in both, so one customer.
        line.say("Hello from Ann")
        other.say("Hello from Ann elsewhere")
        ann = agent.story(agent.conversation(line.inbox))["customer"]["id"]
        assert agent.story(agent.conversation(other.inbox))["customer"]["id"] == ann
        # Cem's address is told by another workspace's admins, Bea's is not confirmed.
        for who, channel in [("U0CEM", "D0CEM"), ("U0BEA", "D0BEA")]:
            other_slack.users[who]["profile"]["email"] = "ann@mail.example"
            other.say("Hello, I am Ann", user=who, channel=channel)
        all_of_them = until(
            "three conversations", lambda: len(agent.conversations(other.inbox)) == 3 and agent.conversations(other.inbox)
        )
        customers = {agent.story(one)["customer"]["id"] for one in all_of_them}
        assert len(customers) == 3
    finally:
        other_slack.close()


def test_choices_are_buttons_and_what_was_chosen_is_shown(server, slack):
    line, agent = Line(server, slack), server.agent
    line.say("I would love a warm scarf for under 40 euros")
    products = slack.sees("products", lambda one: any(a["text"]["text"] == "Tell me more" for a in actions(one)))
    conversation = agent.conversation(line.inbox)
    link = next(action for action in actions(products) if "url" in action)
    line.deliver(slack.press(products, link))
    line.press(products, "Tell me more")
    said = agent.entry(
        conversation,
        "the product that was pressed",
        lambda entry: entry["author"]["kind"] == "customer" and entry["content"].get("postback"),
    )
    assert said["content"]["postback"] in words(products)
    assert actions(products), "a product can be asked about again"


def test_files_go_both_ways(server, slack):
    line, agent = Line(server, slack), server.agent
    photo = b"\x89PNG\r\n\x1a\n" + random.Random(1).randbytes(200_000)
    ours = slack.put("photo.png", "image/png", photo)
    theirs = slack.put("from elsewhere.png", "image/png", photo[:1000])
    lost = slack.put("lost.txt", "text/plain", b"x")
    outside = {**slack.file(lost), "url_private": "http://localhost:9/steal"}
    huge = {**slack.file(lost), "name": "film.mov", "size": 10**9}
    files = [slack.file(ours), {"id": theirs, "file_access": "check_file_info"}, outside, huge]
    line.deliver(slack.message("This arrived broken", subtype="file_share", files=files))
    conversation = agent.conversation(line.inbox)
    agent.entry(conversation, "the words", lambda entry: "broken" in entry["content"].get("text", ""))
    entries = [entry["content"] for entry in agent.entries(conversation) if entry["author"]["kind"] == "customer"]
    kept = [content for content in entries if content["type"] == "file"]
    assert [content["name"] for content in kept] == ["photo.png", "from elsewhere.png"]
    assert agent.call("GET", kept[0]["url"]).content == photo
    told = entries[-1]["text"]
    assert "lost.txt: it lies outside Slack" in told and "film.mov: 1000000000 bytes" in told

    agent.take(conversation)
    path = f"/v1/conversations/{conversation['id']}/files"
    sent = agent.call("POST", path, files={"file": ("label 7.pdf", b"%PDF-1.7 ...", "application/pdf")})
    assert sent.ok, sent.text
    shared = until("the agent's file", lambda: slack.shared)[-1]
    label = slack.files[shared["files"][0]["id"]]
    assert label["bytes"] == b"%PDF-1.7 ..." and label["name"] == "label 7.pdf"


def test_failures_of_slack_delay_or_fail_in_words_and_lose_nothing(server, slack):
    line, agent = Line(server, slack), server.agent
    line.say("How many days do I have to return something?")
    slack.sees("an answer", lambda one: "30 days" in words(one))
    conversation = agent.conversation(line.inbox)
    agent.take(conversation)
    slack.sees("who has come", lambda one: "is here now" in words(one))

    def waits() -> str:
        return " ".join(one["error"] for one in agent.story(conversation)["waits"])

    slack.script["chat.postMessage"] = [{"status": 429, "headers": {"Retry-After": "3"}}]
    began = time.monotonic()
    agent.reply(conversation, "After the limit")
    until("the reason", lambda: "429" in waits())
    slack.sees("the words after the limit", lambda one: "After the limit" in words(one))
    assert time.monotonic() - began >= 3, "not before Slack allows it"

    slack.script["chat.postMessage"] = [{"status": 500}, {"error": "internal_error"}]
    agent.reply(conversation, "After the trouble")
    until("the reason", lambda: "out of order" in waits())
    slack.sees("the words after the trouble", lambda one: "After the trouble" in words(one))

    for error, reason in [("is_archived", "archived"), ("channel_not_found", "does not find"), ("not_in_channel", "invite")]:
        slack.script["chat.postMessage"] = [{"error": error}]
        agent.reply(conversation, f"Lost to {error}")
        failed = agent.entry(
            conversation,
            "the failure in the log",
            lambda entry: entry["content"].get("delivery") == "failed" and error in entry["content"]["reason"],
        )
        assert reason in failed["content"]["reason"]

    slack.script["chat.postMessage"] = [{"error": "token_revoked"}]
    agent.reply(conversation, "Before the new token")
    agent.reply(conversation, "And after it")
    until("the reason", lambda: "token_revoked" in waits())
    inbox = next(one for one in agent.get("/v1/inboxes")["items"] if one["id"] == line.inbox["id"])
    assert "does not know this token" in inbox["trouble"]
    slack.bot_token = "xoxb-new"
    agent.patch(f"/v1/inboxes/{line.inbox['id']}", {"credentials": {"bot_token": "xoxb-new"}})
    slack.sees("what waited", lambda one: "And after it" in words(one))
    told = [words(one) for one in slack.posted]
    assert told.index("Before the new token") < told.index("And after it")
    assert len(told) == len(set(told)), "nothing twice"
    assert slack.rejected == []


def test_a_picture_out_of_reach_does_not_cost_the_answer(server, slack):
    line = Line(server, slack)

    class Everything:
        def __contains__(self, address):
            return address is not None

    slack.unfetchable = Everything()
    line.say("I would love a warm scarf for under 40 euros")
    products = slack.sees("products", lambda one: any(a["text"]["text"] == "Tell me more" for a in actions(one)))
    assert not any("accessory" in block for block in products["blocks"])
    assert slack.rejected == []


def test_a_vendor_that_hangs_is_tried_again(server, slack):
    line = Line(server, slack)
    slack.script["users.info"] = [{"status": 503}]
    slack.script["chat.postMessage"] = [{"status": 502}]
    line.say("How many days do I have to return something?")
    slack.sees("an answer after all", lambda one: "30 days" in words(one))
    assert slack.count("users.info") == 2


def test_agents_work_from_slack(server, slack, erin):
    line, agent = Line(server, slack, staff=True), server.agent
    conversation, headline = line.escalate()
    thread = headline["ts"]
    assert "Ann Field waits for a person" in words(headline) and "human being" in words(headline)
    assert [action["text"]["text"] for action in actions(headline)] == ["Take", "Hand back", "Resolve"]

    def said(text: str, user: str = "U0ERIN", **more) -> dict:
        return line.say(text, user=user, channel=STAFF, **({"thread_ts": thread} | more))

    # Who is no colleague is told so, and nobody else sees it.
    said("let me in", user="U0NOBODY")
    told = until("words for the stranger", lambda: [one for one in slack.ephemeral if one["user"] == "U0NOBODY"])
    assert "knows no colleague" in told[0]["text"] and told[0]["thread_ts"] == thread
    # Talk beside the thread is nobody's business.
    said("lunch?", thread_ts="1700000000.000009")
    line.say("lunch!", user="U0NOBODY", channel=STAFF)

    line.press(headline, "Take", user="U0ERIN")
    slack.sees("who has come, for the customer", lambda one: one["channel"] == "D0ANN" and "Erin is here now" in words(one))
    slack.sees("the same, for colleagues", lambda one: one.get("thread_ts") == thread and "has taken" in words(one))
    said("Your parcel leaves <https://a.example|today> &amp; arrives on Friday.")
    reply = slack.sees("Erin's words", lambda one: one["channel"] == "D0ANN" and "arrives on Friday" in words(one))
    assert "today (https://a.example) &amp; arrives" in words(reply)
    line.say("Wonderful, thanks")
    slack.sees("the customer's words", lambda one: one.get("thread_ts") == thread and "Wonderful" in words(one))
    echo = [one for one in slack.posted if one["channel"] == STAFF and "arrives on Friday" in words(one)]
    assert echo == [], "what was written in the thread is not told to it"

    said(" /resolve")
    survey = slack.sees("the survey", lambda one: one["channel"] == "D0ANN" and len(actions(one)) == 5)
    slack.sees("the end, for colleagues", lambda one: one.get("thread_ts") == thread and "Resolved" in words(one))
    line.press(survey, "4")
    slack.sees("the score", lambda one: one.get("thread_ts") == thread and "gave 4" in words(one))
    entries = agent.entries(conversation)
    assert "survey_result" in kinds(entries)
    assert any(entry["author"].get("name") == "Erin" and entry["author"]["kind"] == "agent" for entry in entries)
    assert slack.rejected == []


@pytest.mark.parametrize("socket", [False, True], ids=["events-api", "socket-mode"])
def test_commands_mean_the_conversation_that_the_agent_has(server, slack, erin, socket):
    line, agent = Line(server, slack, socket, staff=True), server.agent
    conversation, headline = line.escalate()

    def command(*parts: str) -> str:
        before = len(slack.responses)
        line.deliver(slack.command(*parts))
        until("an answer that only Erin sees", lambda: len(slack.responses) > before)
        assert slack.responses[before]["response_type"] == "ephemeral"
        return slack.responses[before]["text"]

    assert command("/resolve") == "You have no conversation now."
    line.press(headline, "Take", user="U0ERIN")
    slack.sees("who has come", lambda one: "Erin is here now" in words(one))
    assert "Which one?" in command("/resolve", "Somebody Else")
    assert "The assistant has it again" in command("/handback", "ann field")
    line.press(headline, "Take", user="U0ERIN")
    until("Erin has it again", lambda: sum("Erin is here now" in words(one) for one in slack.posted) == 2)
    assert "It is resolved" in command("/shop-resolve")
    assert agent.story(conversation)["status"] == "resolved"


def test_socket_mode_loses_nothing_when_the_connection_goes(server, slack):
    line, agent = Line(server, slack, socket=True), server.agent
    line.say("first")
    opened = slack.opened
    slack.disconnect("refresh_requested")
    until("a new connection", lambda: slack.opened == opened + 1)
    line.say("second")
    slack.drop()
    until("the connection is gone", lambda: not slack.sockets)
    lost = [slack.message("while it was gone"), slack.message("and again")]
    for payload in lost:
        slack.envelope("events_api", payload)
    until("they are acknowledged", lambda: not slack.unacknowledged)
    for payload in lost:
        line.deliver(payload)
    conversation = agent.conversation(line.inbox)

    def said():
        texts = [one["content"]["text"] for one in agent.entries(conversation) if one["author"]["kind"] == "customer"]
        return len(texts) >= 4 and texts

    assert sorted(until("all four", said)) == ["and again", "first", "second", "while it was gone"]


def test_a_storm_of_redeliveries_is_one_message_each(own_server, slack):
    line, agent = Line(own_server, slack), own_server.agent
    payloads = [slack.message(f"question number {index}", channel="D0ANN") for index in range(20)]

    def deliver(payload) -> int:
        body, headers = slack.signed(payload)
        headers = headers | {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}
        return requests.post(line.address, data=body, headers=headers, timeout=10).status_code

    storm(own_server, payloads, deliver)
    conversation = agent.conversation(line.inbox)

    def said():
        texts = [one["content"]["text"] for one in agent.entries(conversation) if one["author"]["kind"] == "customer"]
        return len(texts) >= 20 and texts

    texts = until("all twenty", said, patience=120)
    assert sorted(texts) == sorted(f"question number {index}" for index in range(20))


def test_credentials_are_tested_in_words(server, slack):
    agent = server.agent

    def test(**fields) -> dict:
        credentials = {"bot_token": slack.bot_token, "api_base": slack.api, "signing_secret": "x"} | fields
        return agent.post("/v1/channels/test", {"channel": "slack", "credentials": credentials})

    found = test(app_token=slack.app_token, staff_channel=STAFF)
    assert found["works"] and "rapport in the workspace Anders & Wick" in found["findings"][0]
    assert "Socket Mode works" in found["findings"][1] and STAFF.lower() in found["findings"][2]
    assert not test(bot_token="xoxb-wrong")["works"] and "invalid_auth" in test(bot_token="xoxb-wrong")["findings"][0]
    assert "Socket Mode does not work" in test(app_token="xapp-wrong")["findings"][1]
    assert "channel_not_found" in test(staff_channel="C0GONE")["findings"][1]
    assert "no channel's id" in test(staff_channel="#support")["findings"][0]
    slack.scopes = "chat:write,im:history"
    found = test()
    assert found["works"] and any("files:read is missing" in one for one in found["findings"])
    slack.scopes = "im:history"
    assert not test()["works"]


def test_long_answers_fit_and_links_stay_whole(server, slack):
    line, agent = Line(server, slack), server.agent
    line.say("Hello")
    slack.sees("a greeting", lambda one: one["channel"] == "D0ANN")
    conversation = agent.conversation(line.inbox)
    agent.take(conversation)
    before = len(slack.posted)
    link = "[our page about everything that there is](https://shop.example/a?b=1&c=2)"
    long = " ".join([f"Sentence {index} leads to {link}." for index in range(90)]) + " " + "👨‍👩‍👧‍👦" * 60 + " שלום"
    agent.reply(conversation, long[:8000])
    until("all of it", lambda: len(slack.posted) > before and "Sentence 60" in "".join(map(words, slack.posted[before:])))
    for message in slack.posted[before:]:
        for block in message["blocks"]:
            text = block["text"]["text"]
            assert text.count("<") == text.count(">")
    assert slack.rejected == []
