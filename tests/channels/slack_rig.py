"""Slack on loopback: its Web API, its files, and Socket Mode, as far as Rapport uses them.

What it demands is what Slack demands: the token in the header, arguments in the form that a
method takes, blocks that Slack's own library finds valid. `test_slack.py` has the official
`slack_sdk` talk to it as well, so it is not only Rapport that understands it.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import threading
import time
from urllib.parse import urlencode

import requests
from aiohttp import WSMsgType, web
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.signature import SignatureVerifier

from rapport import until

TEAM = "T0SHOP"
ELSEWHERE = "T0OTHER"
BOT_USER = "U0RAPPORT"
STAFF = "C0STAFF"
SCOPES = (
    "chat:write,im:history,app_mentions:read,channels:history,groups:history,channels:read,groups:read,"
    "users:read,users:read.email,files:read,files:write,commands"
)
# Methods that read: Slack takes no JSON there.
READING = {"users.info", "conversations.info", "files.info", "files.getUploadURLExternal"}


def user(id: str, name: str, email: str | None, team: str = TEAM, confirmed: bool = True, bot: bool = False) -> dict:
    profile = {"real_name": name, "display_name": name.lower()}
    if email:
        profile["email"] = email
    return {
        "id": id, "team_id": team, "name": name.lower(), "profile": profile, "is_bot": bot,
        "is_email_confirmed": confirmed, "locale": "en-US",
    }  # fmt: skip


def problems_of(blocks) -> list[str]:
    """What Slack's own library finds wrong, and the limits that it does not look at."""
    problems = []
    if len(blocks) > 50:
        problems.append("more than 50 blocks")
    for index, raw in enumerate(blocks):
        try:
            parsed = Block.parse(raw)
            if parsed is None:
                raise SlackObjectFormationError(f"no such block: {raw.get('type')}")
            parsed.validate_json()
        except SlackObjectFormationError as error:
            problems.append(f"/blocks/{index}: {error}")
            continue
        if raw["type"] == "section" and not 1 <= len(raw["text"]["text"]) <= 3000:
            problems.append(f"/blocks/{index}/text: {len(raw['text']['text'])} signs")
        if raw["type"] == "context" and not 1 <= len(raw["elements"]) <= 10:
            problems.append(f"/blocks/{index}/elements")
        if raw["type"] == "actions":
            ids = [element.get("action_id") for element in raw["elements"]]
            if not 1 <= len(ids) <= 25 or len(set(ids)) != len(ids):
                problems.append(f"/blocks/{index}/elements: {ids}")
            for element in raw["elements"]:
                if element["type"] == "button" and len(element["text"]["text"]) > 75:
                    problems.append(f"/blocks/{index}: a button's text")
                if len(element.get("value", "")) > 2000:
                    problems.append(f"/blocks/{index}: a button's value")
    return problems


class Slack:
    """One workspace with one app in it."""

    def __init__(self):
        self.bot_token = "xoxb-" + os.urandom(8).hex()
        self.app_token = "xapp-" + os.urandom(8).hex()
        self.signing_secret = os.urandom(16).hex()
        self.users = {
            one["id"]: one
            for one in [
                user(BOT_USER, "Rapport", None, bot=True),
                user("U0ANN", "Ann Field", "ann@mail.example"),
                user("U0BEA", "Bea Hill", "bea@mail.example", confirmed=False),
                user("U0CEM", "Cem Far", "cem@elsewhere.example", team=ELSEWHERE),
                user("U0ERIN", "Erin", "erin@shop.example"),
                user("U0NOBODY", "Nobody", "nobody@shop.example"),
            ]
        }
        self.channels = {STAFF, "C0HELP", "C0PARTNER", "D0ANN", "D0BEA", "D0CEM"}
        self.scopes = SCOPES
        # Every call: (method, arguments); what was posted; what Slack would not have taken.
        self.calls: list[tuple[str, dict]] = []
        self.posted: list[dict] = []
        self.ephemeral: list[dict] = []
        self.responses: list[dict] = []
        self.rejected: list[str] = []
        self.files: dict[str, dict] = {}
        self.shared: list[dict] = []
        # method -> what it answers next, each once: {"status"} or {"error"} or {"hang"}.
        self.script: dict[str, list[dict]] = {}
        # Pictures that Slack cannot fetch.
        self.unfetchable: set[str] = set()
        # Socket Mode: open sockets, envelopes that nobody has acknowledged, opened in all.
        self.sockets: list[web.WebSocketResponse] = []
        self.unacknowledged: dict[str, dict] = {}
        self.opened = 0
        self._ids = itertools.count(1)
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()
        threading.Thread(target=self._run, args=(ready,), daemon=True).start()
        ready.wait(10)
        self.url = f"http://127.0.0.1:{self.port}"
        self.api = f"{self.url}/api"

    def close(self):
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _run(self, ready: threading.Event):
        asyncio.set_event_loop(self._loop)
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/api/{method}", self._call)
        app.router.add_post("/upload/{file}", self._upload)
        app.router.add_get("/files-pri/{file}", self._download)
        app.router.add_post("/commands/{id}", self._response)
        app.router.add_get("/link", self._link)
        runner = web.AppRunner(app)
        self._loop.run_until_complete(runner.setup())
        site = web.TCPSite(runner, "127.0.0.1", 0, shutdown_timeout=0.1)
        self._loop.run_until_complete(site.start())
        self.port = runner.addresses[0][1]
        ready.set()
        self._loop.run_forever()

    # -- The Web API

    async def _call(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        arguments = dict(request.query)
        if request.content_type == "application/json":
            if method not in READING:
                arguments |= json.loads(await request.text() or "{}")
        else:
            arguments |= dict(await request.post())
        for name in ("blocks", "files"):
            if isinstance(arguments.get(name), str):
                arguments[name] = json.loads(arguments[name])
        self.calls.append((method, arguments))
        scripted = self.script.get(method)
        if scripted:
            step = scripted.pop(0)
            if "hang" in step:
                await asyncio.sleep(step["hang"])
            if "status" in step:
                return web.Response(status=step["status"], headers=step.get("headers", {}), text="oh")
            if "error" in step:
                return self._answer({"ok": False, **step})
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or arguments.get("token", "")
        expected = self.app_token if method == "apps.connections.open" else self.bot_token
        if token != expected:
            return self._answer({"ok": False, "error": "invalid_auth" if token else "not_authed"})
        handler = getattr(self, "do_" + method.replace(".", "_"), None)
        return self._answer(handler(arguments) if handler else {"ok": False, "error": "unknown_method"})

    def _answer(self, body: dict) -> web.Response:
        headers = {"x-oauth-scopes": self.scopes}
        return web.json_response({"ok": True, **body}, headers=headers)

    def do_auth_test(self, _) -> dict:
        return {"url": self.url, "team": "Anders & Wick", "user": "rapport", "team_id": TEAM, "user_id": BOT_USER}

    def do_users_info(self, arguments) -> dict:
        found = self.users.get(arguments.get("user"))
        return {"user": found} if found else {"ok": False, "error": "user_not_found"}

    def do_conversations_info(self, arguments) -> dict:
        channel = arguments.get("channel")
        if channel not in self.channels:
            return {"ok": False, "error": "channel_not_found"}
        return {"channel": {"id": channel, "name": channel.lower(), "is_member": True}}

    def do_chat_postMessage(self, arguments) -> dict:
        wrong = self._wrong(arguments)
        if wrong:
            return wrong
        message = {key: value for key, value in arguments.items() if key != "token"}
        message["ts"] = self.ts()
        self.posted.append(message)
        return {"channel": message["channel"], "ts": message["ts"], "message": message}

    def do_chat_postEphemeral(self, arguments) -> dict:
        wrong = self._wrong(arguments)
        if wrong:
            return wrong
        self.ephemeral.append(arguments)
        return {"message_ts": self.ts()}

    def do_chat_update(self, arguments) -> dict:
        message = next((one for one in self.posted if one["ts"] == arguments.get("ts")), None)
        if message is None:
            return {"ok": False, "error": "message_not_found"}
        wrong = self._wrong(arguments)
        if wrong:
            return wrong
        message |= {"text": arguments["text"], "blocks": arguments["blocks"], "updated": True}
        return {"channel": message["channel"], "ts": message["ts"], "text": message["text"]}

    def _wrong(self, arguments) -> dict | None:
        if arguments.get("channel") not in self.channels:
            return {"ok": False, "error": "channel_not_found"}
        blocks = arguments.get("blocks") or []
        if not arguments.get("text") and not blocks:
            return {"ok": False, "error": "no_text"}
        if any(block.get("accessory", {}).get("image_url") in self.unfetchable for block in blocks):
            return {"ok": False, "error": "invalid_blocks", "errors": ["downloading image failed"]}
        problems = problems_of(blocks)
        if len(arguments.get("text", "")) > 40_000:
            problems.append("text above 40,000 signs")
        if problems:
            self.rejected.extend(problems)
            return {"ok": False, "error": "invalid_blocks", "errors": problems}
        return None

    # -- Files

    def do_files_getUploadURLExternal(self, arguments) -> dict:
        id = f"F{next(self._ids):05}"
        self.files[id] = {"name": arguments["filename"], "length": int(arguments["length"]), "bytes": None}
        return {"upload_url": f"{self.url}/upload/{id}", "file_id": id}

    def do_files_completeUploadExternal(self, arguments) -> dict:
        for file in arguments["files"]:
            kept = self.files[file["id"]]
            if kept["bytes"] is None or len(kept["bytes"]) != kept["length"]:
                return {"ok": False, "error": "file_not_found"}
        self.shared.append(arguments)
        return {"files": arguments["files"]}

    def do_files_info(self, arguments) -> dict:
        id = arguments.get("file")
        return {"file": self.file(id)} if id in self.files else {"ok": False, "error": "file_not_found"}

    async def _upload(self, request: web.Request) -> web.Response:
        data = await request.read()
        if request.content_type.startswith("multipart/"):
            data = data.split(b"\r\n\r\n", 1)[1].rsplit(b"\r\n--", 1)[0]
        self.files[request.match_info["file"]]["bytes"] = data
        return web.Response(text=f"OK - {len(data)}")

    async def _download(self, request: web.Request) -> web.Response:
        file = self.files[request.match_info["file"]]
        if request.headers.get("Authorization") != f"Bearer {self.bot_token}":
            return web.Response(text="<html>sign in</html>", content_type="text/html")
        return web.Response(body=file["bytes"], content_type=file["mimetype"])

    def put(self, name: str, mimetype: str, data: bytes) -> str:
        id = f"F{next(self._ids):05}"
        self.files[id] = {"name": name, "mimetype": mimetype, "bytes": data, "length": len(data)}
        return id

    def file(self, id: str) -> dict:
        file = self.files[id]
        return {
            "id": id, "name": file["name"], "mimetype": file["mimetype"], "size": file["length"],
            "url_private": f"{self.url}/files-pri/{id}",
        }  # fmt: skip

    async def _response(self, request: web.Request) -> web.Response:
        self.responses.append(await request.json())
        return web.Response(text="ok")

    # -- Socket Mode

    def do_apps_connections_open(self, _) -> dict:
        return {"url": f"ws://127.0.0.1:{self.port}/link?ticket={os.urandom(6).hex()}&app_id=A0RAPPORT"}

    async def _link(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(heartbeat=5)
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A0RAPPORT"}})
        self.sockets.append(socket)
        self.opened += 1
        # What nobody has acknowledged comes again.
        for envelope in list(self.unacknowledged.values()):
            await socket.send_json(envelope)
        async for frame in socket:
            if frame.type == WSMsgType.TEXT:
                self.unacknowledged.pop(json.loads(frame.data).get("envelope_id"), None)
        if socket in self.sockets:
            self.sockets.remove(socket)
        return socket

    def envelope(self, kind: str, payload: dict) -> str:
        """Delivers through the socket; the id by which it is acknowledged."""
        id = os.urandom(8).hex()
        envelope = {
            "envelope_id": id, "type": kind, "payload": payload, "accepts_response_payload": kind != "events_api",
        }  # fmt: skip
        self.unacknowledged[id] = envelope
        self._do(self._send(envelope))
        return id

    async def _send(self, frame: dict):
        if self.sockets:
            await self.sockets[-1].send_json(frame)

    def disconnect(self, reason: str):
        self._do(self._send({"type": "disconnect", "reason": reason}))

    def drop(self):
        """The network is gone: no word, no close frame."""

        async def drop():
            for socket in self.sockets:
                socket._req.transport.abort()

        self._do(drop())

    def _do(self, task):
        return asyncio.run_coroutine_threadsafe(task, self._loop).result(10)

    # -- What people do

    def ts(self) -> str:
        return f"{int(time.time())}.{next(self._ids):06}"

    def message(self, text: str, user: str = "U0ANN", channel: str = "D0ANN", **more) -> dict:
        """The payload of an event: somebody has written."""
        kind = "im" if channel.startswith("D") else "channel"
        team = self.users.get(user, {}).get("team_id", TEAM)
        event = {
            "type": "message", "user": user, "channel": channel, "channel_type": kind, "text": text, "team": team,
            "ts": self.ts(), **more,
        }  # fmt: skip
        return self.callback(event)

    def callback(self, event: dict) -> dict:
        return {
            "type": "event_callback", "token": "old", "team_id": TEAM, "api_app_id": "A0RAPPORT", "event": event,
            "event_id": "Ev" + os.urandom(5).hex(), "event_time": int(time.time()),
            "authorizations": [{"enterprise_id": None, "team_id": TEAM, "user_id": BOT_USER, "is_bot": True}],
        }  # fmt: skip

    def press(self, message: dict, action: dict, user: str = "U0ANN") -> dict:
        """The payload of a button that was pressed in a message of ours."""
        if "options" in action:
            chosen = {**{k: v for k, v in action.items() if k != "options"}, "selected_option": action["options"][0]}
        else:
            chosen = dict(action)
        return {
            "type": "block_actions", "api_app_id": "A0RAPPORT", "trigger_id": os.urandom(6).hex(),
            "user": {"id": user, "team_id": self.users[user]["team_id"]}, "team": {"id": TEAM},
            "channel": {"id": message["channel"], "name": "x"}, "message": message,
            "container": {"type": "message", "message_ts": message["ts"], "channel_id": message["channel"]},
            "actions": [{**chosen, "action_ts": self.ts()}],
        }  # fmt: skip

    def command(self, command: str, text: str = "", user: str = "U0ERIN") -> dict:
        return {
            "command": command, "text": text, "user_id": user, "team_id": TEAM, "channel_id": "C0HELP",
            "trigger_id": os.urandom(6).hex(), "response_url": f"{self.url}/commands/{os.urandom(4).hex()}",
        }  # fmt: skip

    def body(self, payload: dict) -> tuple[bytes, str]:
        """As Slack puts it on the wire: events are JSON, the rest are forms."""
        if payload.get("type") == "block_actions":
            return urlencode({"payload": json.dumps(payload)}).encode(), "application/x-www-form-urlencoded"
        if "command" in payload:
            return urlencode(payload).encode(), "application/x-www-form-urlencoded"
        return json.dumps(payload).encode(), "application/json"

    def signed(self, payload: dict, at: int | None = None) -> tuple[bytes, dict]:
        """Signed by Slack's own library."""
        body, kind = self.body(payload)
        at = str(at or int(time.time()))
        signature = SignatureVerifier(self.signing_secret).generate_signature(timestamp=at, body=body)
        return body, {"Content-Type": kind, "X-Slack-Request-Timestamp": at, "X-Slack-Signature": signature}

    def deliver(self, address: str, payload: dict, **more) -> requests.Response:
        body, headers = self.signed(payload, **more)
        return requests.post(address, data=body, headers=headers, timeout=30)

    # -- What can be seen

    def sees(self, what: str, fits, since: int = 0) -> dict:
        """A message of ours that fits, once it is there."""
        try:
            return until(what, lambda: next((one for one in list(self.posted)[since:] if fits(one)), None))
        except AssertionError as error:
            seen = "\n".join(f"- {one['channel']}: {words(one)}" for one in self.posted[since:])
            raise AssertionError(f"{error}; it saw\n{seen}\nand refused {self.rejected}") from None

    def count(self, method: str) -> int:
        return sum(1 for called, _ in list(self.calls) if called == method)


def words(message: dict) -> str:
    """Everything that can be read in a message."""
    blocks = message.get("blocks") or []
    texts = [block["text"]["text"] for block in blocks if "text" in block]
    texts += [element["text"] for block in blocks if block["type"] == "context" for element in block["elements"]]
    return "\n".join(texts) or message.get("text", "")


def actions(message: dict) -> list[dict]:
    """What can be pressed in a message."""
    blocks = message.get("blocks") or []
    return [element for block in blocks if block["type"] == "actions" for element in block["elements"]]
