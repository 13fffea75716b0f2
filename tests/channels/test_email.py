"""E-mail with Debian's own servers at the other end: Exim takes and delivers, Dovecot keeps
the mailboxes, and customers' mail programs are Python's. The whole story, continuity from
the website, loops, bounces, redeliveries, and every way in which a mail server fails."""

from __future__ import annotations

import base64
import contextlib
import datetime
import json
import os
import sqlite3
import sys
import uuid

import pytest
import requests
import websocket
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from standardwebhooks import Webhook

from mail_rig import PASSWORD, MailServers, plain
from rapport import Server, storm, until

pytestmark = pytest.mark.skipif(sys.platform == "darwin", reason="Dovecot and Exim are Debian's")

NAMES = ["ann", "ben", "eve", "away", "zoe", "max", "kim", "lea", "tom", "ida", "joe", "uma"]
CUSTOMERS = [f"{name}@post.example" for name in NAMES]
INBOXES = [f"{name}@shop.example" for name in ["support", "help", *(f"inbox{number}" for number in range(20))]]


@pytest.fixture(scope="module")
def servers():
    with MailServers(CUSTOMERS + INBOXES + ["chat@shop.example"]) as servers:
        yield servers


@pytest.fixture(scope="module")
def server(tmp_path_factory, servers):
    config = f"""
[handoff]
present_s = 1
mail_after_s = 1
[mail]
host = "127.0.0.1"
port = {servers.smtp}
security = "none"
from = "Alder & Wick <chat@shop.example>"
"""
    with Server(tmp_path_factory.mktemp("rapport"), config) as server:
        yield server


unused = iter(INBOXES)


@pytest.fixture
def address() -> str:
    """An address of the shop's that no other test uses."""
    return next(unused)


def trouble(server, inbox) -> str | None:
    inboxes = server.agent.get("/v1/inboxes")["items"]
    return next(one for one in inboxes if one["id"] == inbox["id"]).get("trouble")


def said(server, conversation, kind: str) -> list[str]:
    entries = server.agent.entries(conversation)
    return [entry["content"].get("text", "") for entry in entries if entry["author"]["kind"] == kind]


def test_the_whole_story(server, servers, address):
    inbox = server.inbox("email", servers.credentials(address))
    agent, ann = server.agent, servers.person("ann@post.example", "Ann Lee")

    asked = ann.send(ann.write(address, "A blanket", "Hello,\n\ndo you ship to Norway?\n\nKind regards\nAnn Lee"))
    answer = ann.next("a sourced answer")
    assert "Norway" in plain(answer) and f"({server.url}/help/" in plain(answer), plain(answer)
    html = answer.get_body(("html",)).get_content()
    assert "Norway" in html and f'href="{server.url}/help/' in html
    assert answer["Subject"] == "Re: A blanket"
    assert answer["In-Reply-To"] == asked["Message-ID"] and asked["Message-ID"] in answer["References"]
    assert answer["Auto-Submitted"] == "auto-replied", "the bot says that it is one"
    assert address in answer["From"] and answer["To"] == "Ann Lee <ann@post.example>"
    # What is kept is marked as read, and nothing is answered twice.
    mailbox = servers.person(address)
    until("the mark", lambda: all("\\Seen" in flags for flags in mailbox.flags()))

    ann.send(ann.write(address, "", "Do you have a wool blanket below 100 euros?", answers=answer))
    products = ann.next("products")
    assert "1. " in plain(products) and "EUR" in plain(products), plain(products)
    conversation = agent.conversation(inbox)
    assert said(server, conversation, "customer")[1] == "Do you have a wool blanket below 100 euros?", "without the quote"

    ann.send(ann.write(address, "", "2", answers=products))
    picked = agent.entry(conversation, "the number", lambda entry: entry["content"].get("text") == "2")
    assert picked["content"].get("postback"), "the number stands for the product"
    mail = ann.next("an answer to the number")

    ann.send(ann.write(address, "", "Nobody helps me. I am really angry, this is unacceptable! I want to talk to a human being now.",
                       answers=mail))
    agent.entry(conversation, "the handoff", lambda entry: entry["content"]["type"] == "handoff")
    told = ann.next("that a person was asked")
    agent.take(conversation)
    agent.reply(conversation, "I am **sorry**. Your parcel leaves today.")
    reply = ann.next("the agent's words")
    assert "I am sorry. Your parcel leaves today." in plain(reply), plain(reply)
    assert "<strong>sorry</strong>" in reply.get_body(("html",)).get_content()
    assert reply["Auto-Submitted"] is None, "a person wrote it"
    assert told["Message-ID"] != reply["Message-ID"]

    ann.send(ann.write(address, "", "Thank you\n\n-- \nAnn Lee\nSent from my iPhone", answers=reply))
    agent.entry(conversation, "the thanks", lambda entry: entry["content"].get("text") == "Thank you")
    agent.resolve(conversation)
    survey = ann.next("the survey")
    assert "1 to 5" in plain(survey), plain(survey)
    ann.send(ann.write(address, "", "5", answers=survey))
    result = agent.entry(conversation, "the score", lambda entry: entry["content"]["type"] == "survey_result")
    assert result["content"]["score"] == 5
    assert agent.story(conversation)["status"] == "resolved", "a score opens nothing again"
    assert len(agent.conversations(inbox)) == 1


def test_threads_are_kept_apart_and_people_together(server, servers, address):
    inbox = server.inbox("email", servers.credentials(address))
    ben = servers.person("ben@post.example", "Ben")
    first = ben.send(ben.write(address, "Candles", "Do you have candles?"))
    ben.next()
    ben.send(ben.write(address, "Norway", "Do you ship to Norway?"))
    ben.next()
    # A mail program that answers its own mail.
    ben.send(ben.write(address, "Candles", "Green ones, please.", headers={"References": first["Message-ID"]}))
    ben.next()
    found = server.agent.conversations(inbox)
    assert len(found) == 2
    assert len({server.agent.story(one)["customer"]["id"] for one in found}) == 1
    # Knowing somebody's Message-ID opens nobody's conversation.
    eve = servers.person("eve@post.example", "Eve")
    eve.send(eve.write(address, "Re: Candles", "What did Ben order?", headers={"References": first["Message-ID"]}))
    eve.next()
    assert len(server.agent.conversations(inbox)) == 3


def test_files_both_ways(server, servers, address):
    inbox = server.inbox("email", servers.credentials(address))
    zoe = servers.person("zoe@post.example", "Zoë")
    picture = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
    zoe.send(zoe.write(address, "Broken", "Look, it arrived broken.", files=[("scratch \u00fc.png", "image/png", picture)]))
    conversation = server.agent.conversation(inbox)
    file = server.agent.entry(conversation, "the file", lambda entry: entry["content"]["type"] == "file")["content"]
    assert file["media_type"] == "image/png" and file["bytes"] == len(picture)
    zoe.next()
    server.agent.take(conversation)
    path = f"{server.url}/v1/conversations/{conversation['id']}/files"
    sent = server.agent.session.post(path, files={"file": ("label.pdf", b"%PDF-1.4 label", "application/pdf")}, timeout=30)
    assert sent.status_code == 201, sent.text
    attached = list(zoe.next("the agent's file").iter_attachments())
    assert [(one.get_filename(), one.get_content_type(), one.get_content()) for one in attached] == [
        ("label.pdf", "application/pdf", b"%PDF-1.4 label")
    ]


def test_a_web_page_for_a_mail_is_read_as_text(server, servers, address):
    inbox = server.inbox("email", servers.credentials(address))
    max_ = servers.person("max@post.example", "Max")
    mail = max_.write(address, "Norway", "", headers={})
    mail.set_content("<html><head><style>p{color:red}</style></head><body><p>Do you ship<br>to Norway?</p>"
                     "<div class='gmail_quote'>On Monday Shop wrote: <blockquote>Never said</blockquote></div></body></html>", subtype="html")
    max_.send(mail)
    max_.next()
    conversation = server.agent.conversation(inbox)
    assert said(server, conversation, "customer") == ["Do you ship\nto Norway?"]


class Visitor:
    """Somebody in the widget."""

    def __init__(self, server: Server, token: str | None = None):
        self.socket = websocket.create_connection(
            server.url.replace("http", "ws", 1) + "/v1/chat?inbox=demo", origin=server.url, timeout=45
        )
        self.socket.send(json.dumps({"type": "hello"} | ({"token": token} if token else {})))
        welcome = self.until(lambda frame: frame["type"] == "welcome")
        self.conversation, self.token = welcome["conversation_id"], welcome["token"]

    def until(self, fits) -> dict:
        while True:
            frame = json.loads(self.socket.recv())
            if fits(frame):
                return frame

    def ask(self, text: str):
        id = str(uuid.uuid4())
        self.socket.send(json.dumps({"type": "message", "client_msg_id": id, "text": text}))
        seq = self.until(lambda frame: frame.get("client_msg_id") == id and frame["type"] == "ack")["seq"]
        self.until(lambda frame: frame.get("in_reply_to") == seq)


def test_an_answer_by_mail_returns_to_the_conversation_of_the_website(server, servers, address):
    server.inbox("email", servers.credentials(address))
    agent, kim = server.agent, servers.person("kim@post.example", "Kim")
    visitor = Visitor(server)
    visitor.ask("I want to talk to a human please")
    visitor.ask("you can write to kim@post.example")
    conversation = visitor.conversation
    agent.take(conversation)
    visitor.socket.close()
    agent.reply(conversation, "Hello Kim, I found your parcel.")
    agent.reply(conversation, "It comes on Monday.")
    # One mail for several replies; the second may come a second later.
    mail = kim.next_with("found your parcel")
    assert "answer this mail" in plain(mail)
    reply_to = mail["Reply-To"]
    kim.send(kim.write(reply_to, "", "Wonderful, thank you!", answers=mail))
    agent.entry(conversation, "the answer", lambda entry: entry["content"].get("text") == "Wonderful, thank you!")
    # From now on the conversation goes on by mail, and once only.
    agent.reply(conversation, "You are welcome.")
    further = kim.next_with("You are welcome.")
    assert further["In-Reply-To"] and reply_to in further["From"]
    # In the chat again, they read it there: no mail.
    visitor = Visitor(server, visitor.token)
    assert visitor.conversation == conversation
    agent.reply(conversation, "Is there anything else?")
    visitor.until(lambda frame: frame.get("content", {}).get("text") == "Is there anything else?")
    count = len(kim.mails())
    # Somebody who forges the reference, or was sent the mail by its reader, gets nowhere.
    forged = mail["Message-ID"].replace(conversation, conversation[:-4] + "ffff")
    eve = servers.person("eve@post.example", "Eve")
    for reference in (forged, mail["Message-ID"]):
        eve.send(eve.write(reply_to, "Re: parcel", f"What is in it? {reference[:6]}", headers={"In-Reply-To": reference, "References": reference}))
    eve.next_with("")
    assert not any("What is in it?" in text for text in said(server, conversation, "customer"))
    assert len(kim.mails()) == count
    visitor.socket.close()


def test_machines_are_not_answered(server, servers, address):
    inbox = server.inbox("email", servers.credentials(address))
    # Exim's own automatic answer: it answers whatever it gets.
    away, lea = servers.person("away@post.example"), servers.person("lea@post.example")
    away.send(away.write(address, "Norway", "Do you ship to Norway?"))
    away.next("the answer")
    mailbox = servers.person(address)
    until("the automatic answer", lambda: len(mailbox.mails()) == 2)
    until("the mark", lambda: all("\\Seen" in flags for flags in mailbox.flags()))
    # Others, by what they say of themselves.
    for name, value in [("Auto-Submitted", "auto-generated"), ("Precedence", "bulk"), ("List-Id", "<news.post.example>"),
                        ("X-Auto-Response-Suppress", "All"), ("Subject", "Out of Office: Re: Norway")]:
        lea.send(lea.write(address, "News", "Hello everybody", headers={name: value}))
    lea.send(lea.write(address, "Receipt", "You have read it"), sender="")
    # Our own address as the sender, as a forwarding that leads back to us has it.
    mine = servers.person(address)
    mine.send(mine.write(address, "Loop", "Hello me"))
    until("all of them", lambda: len(mailbox.mails()) == 9)
    until("the marks", lambda: all("\\Seen" in flags for flags in mailbox.flags()))
    # Whoever comes after them is answered, and that is the only one.
    lea.send(lea.write(address, "Norway", "Do you ship to Norway?"))
    lea.next("the only answer")
    assert len(lea.mails()) == 1 and len(away.mails()) == 1
    assert len(server.agent.conversations(inbox)) == 2
    assert len(mailbox.mails()) == 10, "nothing that we said came back"


def test_a_bounce_is_told_in_words(server, servers, address):
    inbox = server.inbox("email", servers.credentials(address))
    # Somebody whose mailbox is gone when we answer.
    tom = servers.person("tom@post.example", "Tom")
    mail = tom.write(address, "Norway", "Do you ship to Norway?")
    del mail["From"]
    mail["From"] = "Tom <gone@post.example>"
    tom.send(mail)
    conversation = server.agent.conversation(inbox)
    failed = server.agent.entry(conversation, "that it failed", lambda entry: entry["content"].get("delivery") == "failed")
    assert "no such address" in failed["content"]["reason"] and "gone@post.example" in failed["content"]["reason"], failed
    assert len(said(server, conversation, "customer")) == 1, "a bounce is no message"


def test_what_the_server_says_later_is_tried_again(server, servers, address):
    inbox = server.inbox("email", servers.credentials(address))
    ida = servers.person("ida@post.example", "Ida")
    ida.send(ida.write(address, "Norway", "Do you ship to Norway?"))
    ida.next()
    conversation = server.agent.conversation(inbox)
    server.agent.take(conversation)
    for line, words in [("421 Too busy now", "Too busy"), ("451 4.7.1 Greylisted, come again", "Greylisted")]:
        servers.answer("ida@post.example", line)
        server.agent.reply(conversation, f"After {words}.")
        until("why it waits", lambda: any(words in one["error"] for one in server.agent.story(conversation)["waits"]))
        servers.answer("ida@post.example", None)
        server.agent.post(f"/v1/conversations/{conversation['id']}/deliver")
        ida.next_with(f"After {words}.")
    servers.answer("ida@post.example", "550 5.7.1 We do not want your mails")
    server.agent.reply(conversation, "This is refused.")
    failed = server.agent.entry(conversation, "that it failed", lambda entry: entry["content"].get("delivery") == "failed")
    assert "We do not want your mails" in failed["content"]["reason"]
    servers.answer("ida@post.example", None)
    server.agent.reply(conversation, "This is not.")
    ida.next_with("This is not.")
    assert sum("This is refused." in plain(mail) for mail in ida.mails()) == 0


def test_a_refused_login_holds_the_inbox_until_it_is_renewed(server, servers, address):
    inbox = server.inbox("email", servers.credentials(address))
    joe = servers.person("joe@post.example", "Joe")
    joe.send(joe.write(address, "Norway", "Do you ship to Norway?"))
    joe.next()
    conversation = server.agent.conversation(inbox)
    server.agent.take(conversation)
    servers.password("another")
    try:
        server.agent.reply(conversation, "Held back.")
        assert "enter new ones in the inbox" in until("the inbox's trouble", lambda: trouble(server, inbox))
    finally:
        servers.password(PASSWORD)
    server.agent.patch(f"/v1/inboxes/{inbox['id']}", {"credentials": servers.credentials(address)})
    joe.next_with("Held back.")
    until("no trouble", lambda: not trouble(server, inbox))


def test_only_the_servers_word_makes_an_address_a_proven_one(server, servers, address):
    secret = "whsec_" + base64.b64encode(os.urandom(24)).decode()
    inbox = server.inbox("email", servers.credentials(address, webhook_secret=secret, auth_server="mx.shop.example"))
    uma = servers.person("uma@post.example", "Uma")

    def deliver(*results: str):
        mail = uma.write(address, "Norway", "Do you ship to Norway?").as_bytes()
        raw = "".join(f"Authentication-Results: {one}\r\n" for one in results).encode() + mail
        assert post(server, inbox, secret, raw).status_code == 200
        uma.next("an answer")

    def contacts() -> set[str]:
        with contextlib.closing(sqlite3.connect(f"file:{server.data}/rapport.db?mode=ro", uri=True)) as database:
            return {kind for (kind,) in database.execute("SELECT kind FROM contacts WHERE value = 'uma@post.example'")}

    # Anybody can write such a header; only the topmost one is our server's.
    deliver("mx.else.example; dmarc=fail", "mx.shop.example; dmarc=pass header.from=post.example")
    deliver("mx.shop.example; dkim=pass header.d=else.example; dmarc=fail (dmarc=pass)")
    assert contacts() == {"mailbox"}
    deliver("mx.shop.example; spf=none; dmarc=pass header.from=post.example")
    assert contacts() == {"mailbox", "email"}


def post(server, inbox, secret: str, raw: bytes, id: str | None = None, at: datetime.datetime | None = None, **headers) -> requests.Response:
    id, at = id or os.urandom(6).hex(), at or datetime.datetime.now(datetime.timezone.utc)
    signature = Webhook(secret).sign(id, at, raw.decode())
    signed = {"webhook-id": id, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature, "content-type": "message/rfc822"}
    return requests.post(server.url + inbox["path"], data=raw, headers={name: value for name, value in (signed | headers).items() if value}, timeout=30)


def test_only_genuine_and_fresh_deliveries_are_kept(server, servers, address):
    secret = "whsec_" + base64.b64encode(os.urandom(24)).decode()
    credentials = {name: value for name, value in servers.credentials(address).items() if not name.startswith("imap")}
    inbox = server.inbox("email", credentials | {"webhook_secret": secret})
    ann = servers.person("ann@post.example", "Ann")
    raw = ann.write(address, "Norway", "Do you ship to Norway?").as_bytes()
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    assert [post(server, inbox, secret, raw, **{name: ""}).status_code for name in names] == [401, 401, 401]
    wrong = "v1," + base64.b64encode(bytes(32)).decode()
    assert post(server, inbox, secret, raw, **{"webhook-signature": wrong}).status_code == 401
    other = "whsec_" + base64.b64encode(os.urandom(24)).decode()
    assert post(server, inbox, other, raw).status_code == 401
    now = datetime.datetime.now(datetime.timezone.utc)
    assert [post(server, inbox, secret, raw, at=now + datetime.timedelta(seconds=s)).status_code for s in (-302, 302)] == [401, 401]
    assert server.agent.conversations(inbox) == []
    # The same delivery again is nothing new, and neither is the same mail in another one.
    assert [post(server, inbox, secret, raw, id="one").status_code for _ in range(2)] == [200, 200]
    assert post(server, inbox, secret, raw, id="two").status_code == 200
    conversation = server.agent.conversation(inbox)
    server.agent.entry(conversation, "an answer", lambda entry: entry["author"]["kind"] == "bot")
    assert len(said(server, conversation, "customer")) == 1


def test_a_storm_of_redeliveries_leaves_one_message_each(tmp_path, servers, address):
    """Every mail five times, in shuffled order, by eight clients, with a kill in between."""
    secret = "whsec_" + base64.b64encode(os.urandom(24)).decode()
    with Server(tmp_path) as server:
        inbox = server.inbox("email", servers.credentials(address, webhook_secret=secret))
        people = [servers.person(name) for name in CUSTOMERS]
        mails = [people[i % 12].write(address, f"Question {i}", f"What about number {i}?") for i in range(24)]
        storm(server, [mail.as_bytes() for mail in mails], lambda raw: post(server, inbox, secret, raw).status_code)

        def everything() -> list[str] | None:
            texts = [text for one in server.agent.conversations(inbox) for text in said(server, one, "customer")]
            return texts if len(texts) >= 24 else None

        assert sorted(until("all messages", everything, 120)) == sorted(f"Question {i}\n\nWhat about number {i}?" for i in range(24))
        assert len(server.agent.conversations(inbox)) == 24


def test_what_came_while_the_server_was_down_is_read_at_its_start(tmp_path, servers, address):
    with Server(tmp_path) as server:
        inbox = server.inbox("email", servers.credentials(address))
        server.kill()
        ann = servers.person("ann@post.example", "Ann")
        for number in range(3):
            ann.send(ann.write(address, f"Question {number}", "Do you ship to Norway?"))
        mailbox = servers.person(address)
        until("the mails", lambda: len(mailbox.mails()) == 3)
        server.start()
        until("three conversations", lambda: len(server.agent.conversations(inbox)) == 3)
        until("the marks", lambda: all("\\Seen" in flags for flags in mailbox.flags()))
        # Marked as unread again, by a person who looks into the mailbox: known by its Message-ID.
        imap = mailbox.imap()
        imap.store("1:*", "-FLAGS", "\\Seen")
        until("the marks again", lambda: all("\\Seen" in flags for flags in mailbox.flags()), 200)
        assert len(server.agent.conversations(inbox)) == 3


def test_a_mailbox_that_goes_and_comes_back_is_read_on(tmp_path):
    with MailServers(["support@shop.example", "ann@post.example"]) as servers, Server(tmp_path) as server:
        inbox = server.inbox("email", servers.credentials("support@shop.example"))
        ann = servers.person("ann@post.example", "Ann")
        ann.send(ann.write("support@shop.example", "Norway", "Do you ship to Norway?"))
        ann.next("an answer")
        servers.stop("dovecot")
        servers.start_dovecot()
        ann = servers.person("ann@post.example", "Ann")
        ann.send(ann.write("support@shop.example", "Candles", "Do you have candles?"))
        ann.next("an answer")
        assert len(server.agent.conversations(inbox)) == 2 and not trouble(server, inbox)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for `localhost`, signed by itself."""
    folder = tmp_path_factory.mktemp("certificate")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return folder / "cert.pem", folder / "key.pem"


def test_over_tls_with_a_certificate_that_is_checked(tmp_path, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with MailServers(["support@shop.example", "ann@post.example"], certificate) as servers, Server(tmp_path) as server:
        safe = {"imap_host": "localhost", "smtp_host": "localhost", "smtp_security": "starttls"}
        tls = safe | {"imap_security": "tls", "imap_port": str(servers.imaps)}
        starttls = safe | {"imap_security": "starttls"}
        for how in (tls, starttls):
            tested = server.agent.post("/v1/channels/test", {"channel": "email", "credentials": servers.credentials("support@shop.example", **how)})
            assert tested["works"] and len(tested["findings"]) == 2, tested
        # The certificate is localhost's, not the address's.
        other = servers.credentials("support@shop.example", **tls | {"imap_host": "127.0.0.1", "smtp_host": "127.0.0.1"})
        tested = server.agent.post("/v1/channels/test", {"channel": "email", "credentials": other})
        assert not tested["works"] and all("certificate" in finding for finding in tested["findings"]), tested
        server.inbox("email", servers.credentials("support@shop.example", **tls))
        ann = servers.person("ann@post.example", "Ann")
        ann.send(ann.write("support@shop.example", "Norway", "Do you ship to Norway?"))
        ann.next("an answer")


def test_credentials_are_tested_in_words(server, servers):
    def tested(**more: str) -> dict:
        credentials = servers.credentials("support@shop.example") | more
        return server.agent.post("/v1/channels/test", {"channel": "email", "credentials": credentials})

    fine = tested()
    assert fine["works"], fine
    assert "signs in to the mailbox" in fine["findings"][0] and "takes mails" in fine["findings"][1]
    wrong = tested(password="wrong")
    assert not wrong["works"] and all("sign in" in one or "enter new ones" in one for one in wrong["findings"]), wrong
    for more, words in [
        ({"imap_folder": "Nowhere"}, "no folder Nowhere"),
        ({"imap_port": "1"}, "cannot be read"),
        ({"smtp_port": "1"}, "cannot be reached"),
        ({"smtp_security": "ssl"}, "write tls, starttls or none"),
        ({"imap_host": ""}, "nothing says where mails come from"),
        ({"address": "support"}, "no e-mail address"),
        ({"webhook_secret": "whsec_x"}, "`webhook_secret` is none"),
    ]:
        found = tested(**more)
        assert not found["works"] and any(words in one for one in found["findings"]), (more, found)
