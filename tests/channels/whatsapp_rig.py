"""The other end of WhatsApp on loopback: a Graph API that checks what it is sent by the Cloud
API's rules, and the deliveries of WhatsApp, which pywa must be able to read before Rapport gets
them. pywa's own client writes to the same Graph API, so both are held to the same rules."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import os
import re
import threading
import time
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import requests
from pywa import WhatsApp
from pywa.utils import HUB_SIG, webhook_updates_validator

from rapport import Server, until

VERSION = "v26.0"
BSUID = re.compile(r"^[A-Z]{2}\.\d+$")
# Kinds of files that the Cloud API takes, and how large they may be.
MEDIA = {
    "image/jpeg": 5,
    "image/png": 5,
    "video/mp4": 16,
    "audio/ogg": 16,
    "audio/mpeg": 16,
    "application/pdf": 100,
    "text/plain": 100,
}

_ids = itertools.count(1)


class Wrong(Exception):
    """What the Cloud API would refuse, and why."""


def need(fits, why: str):
    if not fits:
        raise Wrong(why)


def text_of(holder: dict, name: str, most: int) -> str:
    value = holder.get(name)
    need(isinstance(value, str) and value.strip(), f"`{name}` is empty")
    need(len(value) <= most, f"`{name}` has {len(value)} characters, {most} are allowed")
    return value


class Graph:
    """A Graph API for one number."""

    def __init__(self, catalog: set[str] | None = None):
        self.phone = str(1065000000000 + next(_ids))
        self.token = "EAAG" + os.urandom(8).hex()
        self.app_secret = os.urandom(16).hex()
        self.verify_token = "wick-7431"
        self.catalog = catalog or set()
        self.known: set[str] = set()
        self.templates = {("we_have_an_answer", "en_US")}
        # Everything that was taken; what it was refused for; every try.
        self.sent: list[dict] = []
        self.marks: list[dict] = []
        self.refused: list[str] = []
        self.tries = 0
        self.media: dict[str, dict] = {}
        # Of the next messages: (status, headers, body), or seconds to say nothing.
        self.script: list = []
        graph = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                self.reply(*graph.get(self))

            def do_POST(self):
                self.body = self.rfile.read(int(self.headers["content-length"]))
                self.reply(*graph.post(self))

            def reply(self, status: int, headers: dict, body):
                raw = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                for name, value in ({"content-type": "application/json"} | headers).items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *_):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        self.root = f"http://127.0.0.1:{self.http.server_port}"
        self.base = f"{self.root}/{VERSION}"

    def close(self):
        self.http.shutdown()

    # What Rapport and pywa are given.

    def credentials(self, **more: str) -> dict[str, str]:
        own = {
            "phone_number_id": self.phone,
            "access_token": self.token,
            "app_secret": self.app_secret,
            "verify_token": self.verify_token,
            "api_base": self.base,
        }
        return own | more

    def client(self) -> WhatsApp:
        """pywa, at this Graph API."""
        client = WhatsApp(self.phone, self.token, app_secret=self.app_secret, verify_token=self.verify_token)
        client.api._session.base_url = self.base
        return client

    # The API.

    def get(self, call) -> tuple[int, dict, object]:
        if (refusal := self.unauthorised(call)) is not None:
            return refusal
        url = urlsplit(call.path)
        name = url.path.removeprefix(f"/{VERSION}/")
        if url.path.startswith("/files/"):
            return 200, {"content-type": "application/octet-stream"}, self.media[url.path.removeprefix("/files/")]["bytes"]
        if name == self.phone:
            proof = parse_qs(url.query).get("appsecret_proof")
            right = hmac.new(self.app_secret.encode(), self.token.encode(), hashlib.sha256).hexdigest()
            if proof and proof[0] != right:
                return error(400, 100, "Invalid appsecret_proof provided in the API argument")
            return 200, {}, self.number()
        if name in self.media:
            file = self.media[name]
            return 200, {}, {
                "messaging_product": "whatsapp",
                "url": f"{self.root}/files/{name}",
                "mime_type": file["type"],
                "sha256": file.get("sha256") or hashlib.sha256(file["bytes"]).hexdigest(),
                "file_size": len(file["bytes"]),
                "id": name,
            }
        return error(400, 100, "Unsupported get request. Object does not exist", error_subcode=33)

    def number(self) -> dict:
        return {
            "verified_name": "Wick & Wool",
            "display_phone_number": "+1 555-078-3881",
            "quality_rating": "GREEN",
            "platform_type": "CLOUD_API",
            "id": self.phone,
        }

    def post(self, call) -> tuple[int, dict, object]:
        path = urlsplit(call.path).path
        if (refusal := self.unauthorised(call)) is not None:
            return refusal
        try:
            if path == f"/{VERSION}/{self.phone}/media":
                return 200, {}, {"id": self.keep(call)}
            need(path == f"/{VERSION}/{self.phone}/messages", f"nothing is at {path}")
            message = json.loads(call.body)
            if message.get("status") == "read":
                return self.mark(message)
            self.tries += 1
            if self.script:
                step = self.script.pop(0)
                if isinstance(step, tuple):
                    return step
                time.sleep(step)
                return error(500, 131000, "(#131000) Something went wrong")
            self.check(message)
        except Wrong as why:
            self.refused.append(str(why))
            return error(400, 131009, "(#131009) Parameter value is not valid", details=str(why))
        message["wamid"] = f"wamid.out{next(_ids)}"
        self.sent.append(message)
        addressee = message.get("to") or message["recipient"]
        key = "wa_id" if "to" in message else "user_id"
        return 200, {}, {
            "messaging_product": "whatsapp",
            "contacts": [{"input": addressee, key: addressee}],
            "messages": [{"id": message["wamid"], "message_status": "accepted"}],
        }

    def unauthorised(self, call):
        if call.headers.get("authorization") == f"Bearer {self.token}":
            return None
        return error(401, 190, "Error validating access token: Session has expired", type="OAuthException")

    def mark(self, message: dict):
        need(message.get("messaging_product") == "whatsapp", "`messaging_product` is not whatsapp")
        need(message.get("message_id") in self.known, "there is no such message to be read")
        need(message.get("typing_indicator", {"type": "text"}) == {"type": "text"}, "no such typing indicator")
        self.marks.append(message)
        return 200, {}, {"success": True}

    def keep(self, call) -> str:
        kind = f"content-type: {call.headers['content-type']}\r\n\r\n".encode()
        parts = {}
        for part in BytesParser().parsebytes(kind + call.body).get_payload():
            name = part.get_param("name", header="content-disposition")
            parts[name] = (part.get_payload(decode=True), part.get_content_type(), part.get_filename())
        need(parts.get("messaging_product", (b"",))[0] == b"whatsapp", "`messaging_product` is not whatsapp")
        content, media_type, name = parts["file"]
        need(media_type in MEDIA, f"files of the kind {media_type} are not supported")
        need(len(content) <= MEDIA[media_type] << 20, f"a file of {len(content)} bytes is too large for {media_type}")
        need(parts["type"][0].decode() == media_type, "`type` is not the file's kind")
        return self.put(content, media_type, name)

    def put(self, content: bytes, media_type: str, name: str | None = None, **more) -> str:
        """A file at WhatsApp's side; its id."""
        id = str(137000000000000 + next(_ids))
        self.media[id] = {"bytes": content, "type": media_type, "name": name} | more
        return id

    # The rules.

    def check(self, message: dict):
        need(message.get("messaging_product") == "whatsapp", "`messaging_product` is not whatsapp")
        need(message.get("recipient_type", "individual") == "individual", "`recipient_type` is not individual")
        to, recipient = message.get("to"), message.get("recipient")
        need(bool(to) != bool(recipient), "either `to` or `recipient` is needed")
        need(to is None or re.fullmatch(r"\+?\d{6,15}", to), "`to` is no number")
        need(recipient is None or (BSUID.match(recipient) and "recipient_type" in message), "`recipient` is no id")
        kind = message.get("type")
        rules = {"text": self.text, "interactive": self.interactive, "template": self.template}
        content = message.get(kind)
        need(isinstance(content, dict), f"`{kind}` is missing")
        if kind in ("image", "video", "audio", "document", "sticker"):
            self.file(kind, content)
        else:
            need(kind in rules, f"there is no kind {kind}")
            rules[kind](content)

    def text(self, text: dict):
        text_of(text, "body", 4096)
        need(isinstance(text.get("preview_url", False), bool), "`preview_url` is yes or no")

    def template(self, template: dict):
        wanted = (template.get("name"), template.get("language", {}).get("code"))
        need(wanted in self.templates, f"there is no approved template {wanted}")

    def file(self, kind: str, file: dict):
        need(("id" in file) != ("link" in file), "a file has either an `id` or a `link`")
        if "id" in file:
            need(file["id"] in self.media, "there is no such file")
            media_type = self.media[file["id"]]["type"]
            need(kind == "document" or media_type.startswith(kind), f"{media_type} is no {kind}")
        if "caption" in file:
            need(kind != "audio", "audio has no caption")
            text_of(file, "caption", 1024)
        need("filename" not in file or kind == "document", "only a document has a filename")

    def interactive(self, message: dict):
        kind, action = message.get("type"), message.get("action", {})
        if kind != "product":
            text_of(message.get("body", {}), "text", 1024)
        if "header" in message and message["header"]["type"] == "text":
            text_of(message["header"], "text", 60)
        {
            "button": self.buttons,
            "list": self.list,
            "product": self.product,
            "product_list": self.products,
            "carousel": self.carousel,
        }[kind](action)
        need(kind != "product_list" or "header" in message, "a list of products needs a header")

    def buttons(self, action: dict):
        replies = [button["reply"] for button in action["buttons"] if button["type"] == "reply"]
        need(1 <= len(replies) <= 3 and len(replies) == len(action["buttons"]), "one to three buttons")
        for reply in replies:
            text_of(reply, "title", 20), text_of(reply, "id", 256)
        self.different(replies, "title"), self.different(replies, "id")

    def list(self, action: dict):
        text_of(action, "button", 20)
        rows = [row for section in action["sections"] for row in section["rows"]]
        need(1 <= len(rows) <= 10, f"{len(rows)} rows, one to ten are allowed")
        need(len(action["sections"]) == 1 or all(s.get("title") for s in action["sections"]), "sections need titles")
        for row in rows:
            text_of(row, "title", 24), text_of(row, "id", 200)
            need("description" not in row or text_of(row, "description", 72), "")
        self.different(rows, "id")

    @staticmethod
    def different(items: list[dict], name: str):
        need(len({item[name] for item in items}) == len(items), f"each `{name}` must be another")

    def sold(self, item: dict):
        need(item.get("product_retailer_id") in self.catalog, "the catalogue has no such product")

    def product(self, action: dict):
        text_of(action, "catalog_id", 40)
        self.sold(action)

    def products(self, action: dict):
        text_of(action, "catalog_id", 40)
        items = [item for section in action["sections"] for item in section["product_items"]]
        need(1 <= len(items) <= 30, "one to thirty products")
        for section in action["sections"]:
            text_of(section, "title", 24)
        for item in items:
            self.sold(item)

    def carousel(self, action: dict):
        cards = action["cards"]
        need(2 <= len(cards) <= 10, "two to ten cards")
        for index, card in enumerate(cards):
            need(card["card_index"] == index and card["type"] == "cta_url", "cards are numbered from 0")
            text_of(card["body"], "text", 160)
            need(card["header"]["image"]["link"].startswith("https://"), "a card needs a picture")
            need(card["action"]["name"] == "cta_url", "a card leads somewhere")
            text_of(card["action"]["parameters"], "display_text", 20)

    # What was sent, for assertions.

    def said(self) -> list[str]:
        """The words of each message, in the order of their going out."""
        return [words(message) for message in list(self.sent)]

    def hears(self, what: str, fits) -> dict:
        return until(what, lambda: next((message for message in list(self.sent) if fits(message)), None))

    def hears_words(self, part: str) -> dict:
        return self.hears(f"a message with `{part}`", lambda message: part in words(message))


def words(message: dict) -> str:
    kind = message["type"]
    if kind == "interactive":
        return message["interactive"].get("body", {}).get("text", "")
    return message[kind].get("body") or message[kind].get("caption") or message[kind].get("name", "")


def error(status: int, code: int, message: str, details: str | None = None, headers: dict | None = None, **more):
    body = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "AbC"} | more
    if details:
        body["error_data"] = {"messaging_product": "whatsapp", "details": details}
    return status, headers or {}, {"error": body}


class Customer:
    """Somebody with WhatsApp on their telephone: what they do reaches Rapport by webhook, signed,
    after pywa has read it as what it is."""

    def __init__(self, server: Server, inbox: dict, graph: Graph, digits: str | None = None, name: str = "Ann"):
        self.server, self.inbox, self.graph, self.name = server, inbox, graph, name
        number = next(_ids)
        self.digits = digits or str(4915100000000 + number)
        self.user_id = f"DE.{9000 + number}"
        self.hides_number = False
        self.read = graph.client()
        self.seen: list = []
        for listen in (
            self.read.on_message,
            self.read.on_callback_button,
            self.read.on_callback_selection,
            self.read.on_flow_completion,
            self.read.on_message_status,
            self.read.on_edited_message,
            self.read.on_deleted_message,
            self.read.on_phone_number_change,
        ):
            listen(lambda _, update: self.seen.append(update))

    @property
    def address(self) -> str:
        return self.server.url + self.inbox["path"]

    def contact(self) -> dict:
        contact = {"profile": {"name": self.name}, "user_id": self.user_id}
        return contact if self.hides_number else contact | {"wa_id": self.digits}

    def message(self, kind: str, content, **more) -> dict:
        who = {"from_user_id": self.user_id} if self.hides_number else {"from": self.digits, "from_user_id": self.user_id}
        id = f"wamid.in{next(_ids)}"
        self.graph.known.add(id)
        message = who | {"id": id, "timestamp": str(int(time.time())), "type": kind} | more
        return message if content is None else message | {kind: content}

    def status(self, wamid: str, status: str, **more) -> dict:
        who = {"recipient_user_id": self.user_id} if self.hides_number else {"recipient_id": self.digits}
        return who | {"id": wamid, "status": status, "timestamp": str(int(time.time()))} | more

    def value(self, **lists) -> dict:
        metadata = {"display_phone_number": "15550783881", "phone_number_id": self.graph.phone}
        return {"messaging_product": "whatsapp", "metadata": metadata, "contacts": [self.contact()]} | lists

    @staticmethod
    def body(*values: dict) -> bytes:
        changes = [{"field": "messages", "value": value} for value in values]
        entry = [{"id": "102290129340398", "changes": changes}]
        return json.dumps({"object": "whatsapp_business_account", "entry": entry}).encode()

    def sign(self, raw: bytes) -> dict[str, str]:
        signature = "sha256=" + hmac.new(self.graph.app_secret.encode(), raw, hashlib.sha256).hexdigest()
        assert webhook_updates_validator(self.graph.app_secret, raw, signature), "pywa accepts what we sign"
        return {HUB_SIG: signature, "content-type": "application/json"}

    def proven(self, raw: bytes):
        """The update that pywa reads in a delivery: so it is what WhatsApp sends."""
        before = len(self.seen)
        assert self.read.webhook_update_validator(raw, self.sign(raw)[HUB_SIG]) is None
        assert self.read.webhook_update_handler(raw) == ("ok", 200)
        assert len(self.seen) == before + 1, f"pywa does not read {raw.decode()}"
        return self.seen[-1]

    def deliver(self, raw: bytes) -> int:
        return requests.post(self.address, data=raw, headers=self.sign(raw), timeout=30).status_code

    def does(self, kind: str, content, **more):
        """One act; pywa's reading of it. Rapport has it on disk."""
        raw = self.body(self.value(messages=[self.message(kind, content, **more)]))
        update = self.proven(raw)
        assert self.deliver(raw) == 200
        return update

    def says(self, text: str):
        assert self.does("text", {"body": text}).text == text

    def presses(self, message: dict, place: int):
        """A button or a row of a message that Rapport sent."""
        action = message["interactive"]["action"]
        context = {"from": "15550783881", "id": message["wamid"]}
        if message["interactive"]["type"] == "button":
            reply = action["buttons"][place]["reply"]
            update = self.does("interactive", {"type": "button_reply", "button_reply": reply}, context=context)
        else:
            reply = action["sections"][0]["rows"][place]
            update = self.does("interactive", {"type": "list_reply", "list_reply": reply}, context=context)
        assert (update.data, update.title) == (reply["id"], reply["title"])

    def tells(self, wamid: str, status: str, **more):
        """WhatsApp tells what became of one of Rapport's messages."""
        raw = self.body(self.value(statuses=[self.status(wamid, status, **more)]))
        assert self.proven(raw).status.value == status
        assert self.deliver(raw) == 200
