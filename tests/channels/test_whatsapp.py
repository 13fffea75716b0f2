"""WhatsApp, with pywa at the other end: it reads every delivery before Rapport does, and its own
client writes to the same Graph API, which holds both to the Cloud API's rules."""

from __future__ import annotations

import hashlib
import os
import random

import pytest
import requests
from pywa.errors import ExpiredAccessToken, InvalidParameter
from pywa.types import Button, ImageCarouselCard, ProductsSection, Section, SectionList, SectionRow, URLButton
from pywa.utils import HUB_SIG

from rapport import storm, until
from whatsapp_rig import Customer, Graph, error, words

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)) * 40 + b"\xff\xd9"


@pytest.fixture
def graph():
    graph = Graph()
    yield graph
    graph.close()
    assert not graph.refused, "Rapport keeps the Cloud API's rules"


@pytest.fixture
def inbox(server, graph):
    return server.inbox("whatsapp", graph.credentials())


@pytest.fixture
def ann(server, inbox, graph):
    return Customer(server, inbox, graph)


class Everything:
    """A catalogue that has every product."""

    def __contains__(self, _) -> bool:
        return True


def spoken(server, inbox) -> list[str]:
    """What the customer said, as the console has it."""
    entries = server.agent.entries(server.agent.conversation(inbox))
    return [entry["content"].get("text", "") for entry in entries if entry["author"]["kind"] == "customer"]


def held(server, inbox, ann) -> dict:
    """A conversation that an agent has taken."""
    ann.says("hello")
    until("the greeting", lambda: ann.graph.sent)
    conversation = server.agent.conversation(inbox)
    server.agent.take(conversation)
    ann.graph.hears_words("is here now")
    return conversation


def test_pywa_is_held_to_the_same_rules(graph):
    graph.catalog = {"AW-1", "AW-2"}
    graph.known.add("wamid.in")
    client, to = graph.client(), "4915112345678"
    client.send_message(to=to, text="x" * 4096)
    client.send_message(to="DE.9001", text="to an id")
    client.send_message(to=to, text="Which?", buttons=[Button("Returns", "a"), Button("Delivery", "b")])
    rows = [SectionRow(title=f"Row {i}", callback_data=f"r{i}", description="more") for i in range(10)]
    client.send_message(to=to, text="Which?", buttons=SectionList("Choose", [Section("All", rows)]))
    client.send_product(to=to, catalog_id="7", sku="AW-1", body="A throw")
    client.send_products(
        to=to, catalog_id="7", product_sections=[ProductsSection("Throws", ["AW-1", "AW-2"])], title="Shop", body="Two"
    )
    cards = [
        ImageCarouselCard(body="1.", image=f"https://x.example/{i}.jpg", buttons=URLButton("View", "https://x.example"))
        for i in range(2)
    ]
    client.send_carousel(to=to, body="Two", cards=cards)
    client.send_image(to=to, image=JPEG, mime_type="image/jpeg", caption="look")
    client.send_document(to=to, document=b"%PDF-1.7", filename="a.pdf", mime_type="application/pdf")
    client.mark_message_as_read("wamid.in")
    client.indicate_typing("wamid.in")
    assert len(graph.sent) == 9 and len(graph.marks) == 2 and not graph.refused
    with pytest.raises(InvalidParameter):
        client.send_message(to=to, text="x" * 4097)
    with pytest.raises(InvalidParameter):
        client.send_message(to=to, text="Which?", buttons=[Button("A title of 21 letters", "a")])
    with pytest.raises(InvalidParameter):
        client.send_product(to=to, catalog_id="7", sku="AW-9", body="Not there")
    graph.refused.clear()
    graph.token = "another"
    with pytest.raises(ExpiredAccessToken):
        client.send_message(to=to, text="hello")


def test_the_whole_story(server, graph, inbox, ann):
    agent = server.agent
    ann.says("How long do I have to send something back?")
    answer = graph.hears_words(f"({server.url}/help/")
    assert "return" in words(answer).lower(), "the answer has its source, as a link that leads somewhere"
    assert answer["to"] == ann.digits
    until("it is marked as read, and typing is shown", lambda: any("typing_indicator" in mark for mark in graph.marks))

    ann.says("Do you have a wool blanket below 100 euros?")
    products = words(graph.hears_words("1. "))
    assert "EUR" in products and "http" in products

    ann.says("This is the third time I ask and nobody helps me. I am really angry, this is unacceptable!")
    ann.says("I want to talk to a human being now")
    conversation = agent.conversation(inbox)
    agent.entry(conversation, "the handoff", lambda entry: entry["content"]["type"] == "handoff")
    agent.take(conversation)
    graph.hears_words("is here now")
    agent.reply(conversation, "I am **sorry**. Your parcel leaves today.")
    reply = graph.hears_words("Your parcel leaves today.")
    assert words(reply) == "I am *sorry*. Your parcel leaves today."
    ann.tells(reply["wamid"], "delivered")
    before = len(graph.sent)
    ann.says("Thank you")
    agent.entry(conversation, "the thanks", lambda entry: entry["content"].get("text") == "Thank you")
    agent.resolve(conversation)
    survey = graph.hears("the survey", lambda message: message.get("interactive", {}).get("type") == "list")
    assert len(graph.sent) == before + 1, "while a person holds the conversation, the bot is silent"
    ann.presses(survey, 4)
    result = agent.entry(conversation, "the score", lambda entry: entry["content"]["type"] == "survey_result")
    assert result["content"]["score"] == 5
    assert agent.story(conversation)["status"] == "resolved", "a score opens nothing again"


def test_meta_subscribes_with_the_verify_token_only(server, graph, inbox):
    address = server.url + inbox["path"]

    def ask(token: str, mode: str = "subscribe") -> requests.Response:
        query = {"hub.mode": mode, "hub.verify_token": token, "hub.challenge": "1158201444"}
        return requests.get(address, params=query, timeout=10)

    right = ask(graph.verify_token)
    assert (right.text, right.status_code) == graph.client().webhook_challenge_handler(graph.verify_token, "1158201444")
    assert [ask("wrong").status_code, ask("").status_code, ask(graph.verify_token, "unsubscribe").status_code] == [403] * 3
    assert requests.get(address, timeout=10).status_code == 403


def test_only_signed_deliveries_are_kept(server, graph, inbox, ann):
    raw = ann.body(ann.value(messages=[ann.message("text", {"body": "hello"})]))

    def status(raw: bytes, headers: dict) -> int:
        return requests.post(ann.address, data=raw, headers=headers, timeout=10).status_code

    right = ann.sign(raw)
    wrong = [{}, {HUB_SIG: "sha256=" + "0" * 64}, {HUB_SIG: right[HUB_SIG][:-2]}]
    for headers in wrong:
        expected = ann.read.webhook_update_validator(raw, headers.get(HUB_SIG))[1]
        assert status(raw, headers) == expected, "the status that pywa's own server gives"
    assert status(raw + b" ", right) == 403
    assert status(b"no json", ann.sign(b"no json")) == 400
    assert server.agent.conversations(inbox) == []
    # A delivery that comes again is nothing new.
    assert [status(raw, right), status(raw, right)] == [200, 200]
    until("the greeting", lambda: graph.sent)
    assert status(raw, right) == 200
    assert spoken(server, inbox) == ["hello"]


def test_a_batch_is_taken_apart_and_other_numbers_are_left_alone(server, graph, inbox, ann):
    conversation = held(server, inbox, ann)
    ben = Customer(server, inbox, graph, name="Ben")
    both = ann.value(messages=[ann.message("text", {"body": "one"}), ben.message("text", {"body": "two"})])
    both["contacts"].append(ben.contact())
    other = ann.value(messages=[ann.message("text", {"body": "for another number"})])
    other["metadata"]["phone_number_id"] = "999"
    again = ann.value(messages=[ann.message("text", {"body": "three"})], statuses=[ann.status(graph.sent[0]["wamid"], "read")])
    assert ann.deliver(ann.body(both, other, again)) == 200
    server.agent.entry(conversation, "the last", lambda entry: entry["content"].get("text") == "three")
    server.agent.entry(conversation, "the status", lambda entry: entry["content"].get("delivery") == "read")
    found = until("two conversations", lambda: len(found := server.agent.conversations(inbox)) == 2 and found)
    said = [[entry["content"].get("text") for entry in server.agent.entries(one) if entry["author"]["kind"] == "customer"] for one in found]
    assert sorted(said, key=len) == [["two"], ["hello", "one", "three"]]


def test_every_kind_of_message_reaches_the_agent(server, graph, inbox, ann):
    conversation = held(server, inbox, ann)
    ann.does("location", {"latitude": 52.37, "longitude": 4.89, "name": "Dam", "address": "Amsterdam"})
    ann.does("contacts", [{"name": {"formatted_name": "Noor de Vos", "first_name": "Noor"}, "phones": [{"phone": "+31 6 1234", "type": "CELL"}]}])
    order = {"catalog_id": "7", "text": "", "product_items": [{"product_retailer_id": "AW-1", "quantity": 2, "item_price": 59.9, "currency": "EUR"}]}
    ann.does("order", order)
    context = {"from": "15550783881", "id": graph.sent[0]["wamid"]}
    ann.does("button", {"payload": "yes", "text": "Yes, please"}, context=context)
    form = {"name": "flow", "body": "Sent", "response_json": '{"flow_token": "x", "size": "XL"}'}
    ann.does("interactive", {"type": "nfm_reply", "nfm_reply": form}, context=context)
    errors = [{"code": 131051, "title": "Message type unknown", "message": "Message type unknown", "error_data": {"details": "Not supported."}}]
    ann.does("unsupported", {"type": "poll"}, errors=errors)
    edited = {"original_message_id": "wamid.in1", "message": {"id": "wamid.in1", "type": "text", "text": {"body": "hello there"}}}
    ann.does("edit", edited)
    ann.does("revoke", {"original_message_id": "wamid.in1"})
    ann.does("reaction", {"message_id": context["id"], "emoji": "😮"})
    for kind, media_type, name in (
        ("image", "image/jpeg", "image.jpg"),
        ("video", "video/mp4", "video.mp4"),
        ("audio", "audio/ogg", "voice.ogg"),
        ("sticker", "image/webp", "sticker.webp"),
        ("document", "application/pdf", "invoice.pdf"),
    ):
        content = {"id": graph.put(os.urandom(100), media_type), "mime_type": media_type, "sha256": "x="}
        extra = {"audio": {"voice": True}, "sticker": {"animated": False}, "document": {"filename": name}}
        ann.does(kind, content | extra.get(kind, {}))
        server.agent.entry(conversation, name, lambda entry: entry["content"].get("name") == name)
    # A reaction waits for nobody, so it may come before what was said earlier.
    reacted = "(reacted with 😮)"
    until("the reaction", lambda: reacted in spoken(server, inbox))
    assert [text for text in spoken(server, inbox) if text and text != reacted] == [
        "hello",
        "My location: Dam Amsterdam https://www.google.com/maps?q=52.37,4.89",
        "Contact: Noor de Vos, +31 6 1234",
        "I would like to order:\n2 × AW-1, 59.9 EUR each",
        "Yes, please",
        "size: XL",
        "(sent something that cannot be shown here: poll; Not supported.)",
        "hello there",
        "(deleted a message)",
    ]


def test_a_file_comes_whole_or_its_absence_is_told(server, graph, inbox, ann):
    conversation = held(server, inbox, ann)
    media = graph.put(JPEG, "image/jpeg", sha256="0" * 64)
    ann.does("image", {"id": media, "mime_type": "image/jpeg", "sha256": "x=", "caption": "it is torn"})
    ann.says("and it is late")
    # A damaged file is fetched again, and what was said after it waits for it.
    del graph.media[media]["sha256"]
    late = server.agent.entry(conversation, "the words after it", lambda entry: entry["content"].get("text") == "and it is late")
    entries = server.agent.entries(conversation)
    file = next(entry for entry in entries if entry["content"]["type"] == "file")
    assert file["seq"] < late["seq"] and file["content"]["name"] == "image.jpg"
    kept = server.agent.call("GET", file["content"]["url"])
    assert hashlib.sha256(kept.content).digest() == hashlib.sha256(JPEG).digest()

    ann.does("document", {"id": "1379", "sha256": "x=", "mime_type": "application/pdf", "filename": "gone.pdf"})
    server.agent.entry(conversation, "that it is gone", lambda entry: "gone.pdf: it was not kept" in entry["content"].get("text", ""))
    large = graph.put(bytes(16 << 20), "video/mp4")
    ann.does("video", {"id": large, "mime_type": "video/mp4", "sha256": "x=", "caption": "see"})
    told = server.agent.entry(conversation, "what became of it", lambda entry: "video.mp4" in str(entry["content"]))
    assert told["content"].get("bytes") == 16 << 20 or "above the limit" in told["content"]["text"]


def test_an_agents_file_is_handed_over_and_sent(server, graph, inbox, ann):
    conversation = held(server, inbox, ann)

    def send(name: str, content: bytes, media_type: str) -> dict:
        path = f"/v1/conversations/{conversation['id']}/files"
        answer = server.agent.call("POST", path, files={"file": (name, content, media_type)})
        assert answer.ok, answer.text
        kind = "image" if media_type == "image/jpeg" else "document"
        return graph.hears(name, lambda message: message["type"] == kind)[kind]

    photo = graph.media[send("torn.jpg", JPEG, "image/jpeg")["id"]]
    assert photo["bytes"] == JPEG and photo["type"] == "image/jpeg"
    invoice = send("invoice 7.pdf", b"%PDF-1.7 ...", "application/pdf")
    assert invoice["filename"] == "invoice 7.pdf" and graph.media[invoice["id"]]["bytes"] == b"%PDF-1.7 ..."
    # What WhatsApp does not take is told.
    path = f"/v1/conversations/{conversation['id']}/files"
    server.agent.call("POST", path, files={"file": ("odd.bin", b"odd", "application/octet-stream")})
    failed = server.agent.entry(conversation, "that it failed", lambda entry: entry["content"].get("delivery") == "failed")
    assert "application/octet-stream are not supported" in failed["content"]["reason"]
    assert "application/octet-stream" in graph.refused.pop()


def test_a_storm_of_redeliveries_leaves_one_message_each(own_server, graph):
    """Every delivery five times, in shuffled order, by eight clients, with a kill in between."""
    server = own_server
    inbox = server.inbox("whatsapp", graph.credentials())
    people = [Customer(server, inbox, graph, name=f"Customer {i}") for i in range(6)]
    people[0].says("Where is my parcel?")
    sent = graph.hears("an answer", lambda _: True)["wamid"]
    raws = [people[0].body(people[0].value(statuses=[people[0].status(sent, status)])) for status in ("delivered", "read", "sent")]
    said = {f"message {i}": people[i % 6] for i in range(30)}
    raws += [ann.body(ann.value(messages=[ann.message("text", {"body": text})])) for text, ann in said.items()]
    storm(server, raws, people[0].deliver)

    def everything() -> list[list[dict]] | None:
        stories = [server.agent.entries(one) for one in server.agent.conversations(inbox)]
        return stories if len(texts(stories)) >= 31 and len(stories) == 6 else None

    def texts(stories: list[list[dict]]) -> list[str]:
        return sorted(entry["content"]["text"] for story in stories for entry in story if entry["author"]["kind"] == "customer")

    stories = until("all messages", everything)
    assert texts(stories) == sorted(["Where is my parcel?", *said])
    first = next(story for story in stories if story[0]["content"].get("text") == "Where is my parcel?")
    states = [entry["content"]["delivery"] for entry in first if entry["content"].get("message") == 2]
    ranks = [["sent", "delivered", "read"].index(state) for state in states]
    assert states[-1] == "read" and ranks == sorted(set(ranks)), states


def test_statuses_in_any_order_are_never_taken_back(server, graph, inbox, ann):
    conversation = held(server, inbox, ann)
    server.agent.reply(conversation, "It leaves today.")
    reply = graph.hears_words("It leaves today.")
    told = [ann.body(ann.value(statuses=[ann.status(reply["wamid"], status)])) for status in ("read", "sent", "delivered", "played")] * 3
    random.Random(4).shuffle(told)
    assert {ann.deliver(raw) for raw in told} == {200}
    server.agent.entry(conversation, "that it was read", lambda entry: entry["content"].get("delivery") == "read")
    ann.says("thank you")
    server.agent.entry(conversation, "the thanks", lambda entry: entry["content"].get("text") == "thank you")
    entries = server.agent.entries(conversation)
    seq = next(entry["seq"] for entry in entries if entry["content"].get("text") == "It leaves today.")
    states = [entry["content"]["delivery"] for entry in entries if entry["content"].get("message") == seq]
    ranks = [["sent", "delivered", "read"].index(state) for state in states]
    assert states[-1] == "read" and ranks == sorted(set(ranks)), states


@pytest.mark.parametrize(
    "script, told",
    [
        ([error(429, 130429, "(#130429) Rate limit hit", headers={"retry-after": "1"})], "too many were sent (code 130429)"),
        ([error(400, 131056, "(#131056) Pair rate limit hit")], "too many messages to this customer"),
        ([error(500, 131000, "(#131000) Something went wrong")], "a problem of its own"),
        ([(502, {}, b"<html>Bad Gateway</html>")], "status 502"),
        ([22.0], "did not answer in time"),
    ],
    ids=["rate", "pair", "500", "502", "timeout"],
)
def test_what_passes_delays_and_is_told(server, graph, inbox, ann, script, told):
    conversation = held(server, inbox, ann)
    graph.script = list(script)
    before = graph.tries
    server.agent.reply(conversation, "It arrives late.")
    waits = until("why it waits", lambda: server.agent.story(conversation)["waits"])
    assert told in waits[0]["error"], waits
    graph.hears_words("It arrives late.")
    assert graph.tries == before + 1 + len(script)
    assert sum(said == "It arrives late." for said in graph.said()) == 1
    until("nothing waits", lambda: not server.agent.story(conversation)["waits"])


def test_a_blocked_number_fails_the_message_and_not_the_next(server, graph, inbox, ann):
    conversation = held(server, inbox, ann)
    graph.script = [error(400, 131026, "(#131026) Message undeliverable")]
    server.agent.reply(conversation, "You do not get this.")
    failed = server.agent.entry(conversation, "that it failed", lambda entry: entry["content"].get("delivery") == "failed")
    assert "has blocked the shop" in failed["content"]["reason"]
    server.agent.reply(conversation, "But this.")
    reply = graph.hears_words("But this.")
    # WhatsApp took it, and tells afterwards that it could not be delivered.
    errors = [{"code": 131049, "title": "Not delivered", "message": "Not delivered", "error_data": {"details": "Healthy ecosystem."}}]
    ann.tells(reply["wamid"], "failed", errors=errors)
    server.agent.entry(conversation, "the reason", lambda entry: "131049" in (entry["content"].get("reason") or ""))


def test_a_revoked_token_holds_the_inbox_until_it_is_renewed(server, graph, inbox, ann):
    conversation = held(server, inbox, ann)
    old, graph.token = graph.token, "EAAG-new"
    server.agent.reply(conversation, "Held back.")

    def trouble() -> str | None:
        inboxes = server.agent.get("/v1/inboxes")["items"]
        return next(one for one in inboxes if one["id"] == inbox["id"]).get("trouble")

    told = until("the inbox's trouble", trouble)
    assert "make a new one and enter it in the inbox (code 190)" in told and old not in told
    assert "Held back." not in graph.said()
    server.agent.patch(f"/v1/inboxes/{inbox['id']}", {"credentials": graph.credentials()})
    graph.hears_words("Held back.")
    until("no trouble", lambda: not trouble())


def test_outside_the_window_a_template_asks_and_the_words_wait(server, graph):
    inbox = server.inbox("whatsapp", graph.credentials(template="we_have_an_answer"))
    ann = Customer(server, inbox, graph)
    conversation = held(server, inbox, ann)
    graph.script = [error(400, 131047, "(#131047) Re-engagement message")]
    server.agent.reply(conversation, "Your order is here.")
    template = graph.hears("the template", lambda message: message["type"] == "template")
    assert template["template"] == {"name": "we_have_an_answer", "language": {"code": "en_US"}}
    waits = until("why it waits", lambda: server.agent.story(conversation)["waits"])
    assert "24 hours" in waits[0]["error"] and "asked to write" in waits[0]["error"]
    assert "Your order is here." not in graph.said()
    ann.says("yes?")
    graph.hears_words("Your order is here.")
    until("nothing waits", lambda: not server.agent.story(conversation)["waits"])


def test_a_customer_who_hides_the_number_is_written_to_by_their_id(server, graph, inbox, ann):
    ann.says("hello")
    until("the greeting", lambda: graph.sent)
    assert graph.sent[0]["to"] == ann.digits
    ann.hides_number = True
    ann.says("do you have candles?")
    hidden = graph.hears("an answer to the id", lambda message: message.get("recipient") == ann.user_id)
    assert "to" not in hidden and hidden["recipient_type"] == "individual"
    conversation = server.agent.conversation(inbox)
    story = server.agent.story(conversation)
    assert story["customer"]["name"] == "Ann", "it is one conversation with one customer"

    stranger = Customer(server, inbox, graph, name="Nobody")
    stranger.hides_number = True
    stranger.says("hello")
    graph.hears("the greeting", lambda message: message.get("recipient") == stranger.user_id)
    assert len(server.agent.conversations(inbox)) == 2


@pytest.mark.parametrize("stop, confirmed", [("STOP", "no more messages"), ("Arrêt", "ne recevrez plus"), ("BAJA", "no recibirá más")])
def test_an_opt_out_counts_from_the_first_message_on(server, graph, inbox, ann, stop, confirmed):
    ann.says(stop)
    graph.hears_words(confirmed)
    conversation = server.agent.conversation(inbox)
    until("the word in the log", lambda: spoken(server, inbox) == [stop])
    server.agent.take(conversation)
    server.agent.reply(conversation, "One more thing.")
    failed = server.agent.entry(conversation, "that it failed", lambda entry: entry["content"].get("delivery") == "failed")
    assert "no more messages" in failed["content"]["reason"]
    assert "One more thing." not in graph.said()
    ann.says("START")
    graph.hears_words("You get our messages again.")
    server.agent.entry(conversation, "the word", lambda entry: entry["content"].get("text") == "START")

    def answered() -> bool:
        server.agent.reply(conversation, "Welcome back.")
        return "Welcome back." in graph.said()

    until("words go out again", answered)


def test_a_thumb_rates_the_answer(server, graph, inbox, ann):
    ann.says("How long do I have to send something back?")
    answer = graph.hears_words("/help/")
    assert ann.does("reaction", {"message_id": answer["wamid"], "emoji": "👎"}).reaction.emoji == "👎"
    conversation = server.agent.conversation(inbox)
    rating = server.agent.entry(conversation, "the rating", lambda entry: entry["content"]["type"] == "rating")
    rated = next(entry for entry in server.agent.entries(conversation) if entry["seq"] == rating["content"]["seq"])
    assert not rating["content"]["helpful"] and rated["content"]["type"] == "answer"
    assert spoken(server, inbox)[0].startswith("How long"), "a reaction is no message to answer"


def test_long_words_and_odd_signs_arrive_whole(server, graph, inbox, ann):
    conversation = held(server, inbox, ann)
    long = "x" * 4095 + "é"
    ann.says(long)
    server.agent.entry(conversation, "all of it", lambda entry: entry["content"].get("text") == long)
    for text in ("y" * 4095 + "é", "👨‍👩‍👧‍👦 شكراً لك"):
        server.agent.reply(conversation, text)
        graph.hears(text[:9], lambda message: words(message) == text)
    server.agent.reply(conversation, "One sentence of many. " * 300)
    graph.hears("the second half", lambda message: sum(said.startswith("One sentence of many.") for said in graph.said()) == 2)
    assert sum(said.count("One sentence of many.") for said in graph.said()) == 300


def test_products_come_from_metas_catalogue_where_it_has_them(server, graph):
    inbox = server.inbox("whatsapp", graph.credentials(catalog_id="354160437058781"))
    ann = Customer(server, inbox, graph)
    ann.says("do you have candles?")
    # The catalogue is empty: they come as words.
    lines = graph.hears_words("1. ")
    assert lines["type"] == "text" and "the catalogue has no such product" in graph.refused.pop()
    graph.catalog = Everything()
    ann.says("do you have candles?")
    listed = graph.hears("products", lambda message: message.get("interactive", {}).get("type") == "product_list")
    action = listed["interactive"]["action"]
    conversation = server.agent.conversation(inbox)
    cards = [entry["content"]["items"] for entry in server.agent.entries(conversation) if entry["content"]["type"] == "products"]
    assert action["catalog_id"] == "354160437058781"
    assert [item["product_retailer_id"] for item in action["sections"][0]["product_items"]] == [item["sku"] for item in cards[-1]]
    ann.says("2")
    picked = server.agent.entry(conversation, "the pick", lambda entry: entry["content"].get("text") == "2")
    assert picked["content"]["postback"] == cards[-1][1]["title"]


def test_credentials_are_tested_at_the_graph_api(server, graph):
    def tested(**more: str) -> tuple[bool, str]:
        found = server.agent.post("/v1/channels/test", {"channel": "whatsapp", "credentials": graph.credentials(**more)})
        return found["works"], " ".join(found["findings"])

    works, told = tested()
    assert works and "Wick & Wool, +1 555-078-3881" in told and "quality is green" in told
    works, told = tested(access_token="old")
    assert not works and "make a new one" in told
    works, told = tested(app_secret="0" * 32)
    assert not works and "The app secret is not that of the token's app" in told
    works, told = tested(phone_number_id="1")
    assert not works and "has no right to use this number" in told
    works, told = tested(phone_number_id="+1 555 078")
    assert not works and "digits only" in told
