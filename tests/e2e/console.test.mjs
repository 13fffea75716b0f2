/** An agent's day: from the one-time link to a resolved conversation. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually, launch, PHONE } from "./support/browser.mjs";
import { Customer } from "./support/customer.mjs";
import { Desk } from "./support/desk.mjs";
import { Server } from "./support/server.mjs";

const ANGRY = "I have written three times now and nobody answers. This is ridiculous!";

let server, browser, noor;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test("the first owner comes by the printed link, which works once", async () => {
  const link = await server.setupLink();
  noor = await Desk.at(server, browser);
  await noor.go("/");
  await noor.page.getByRole("heading", { name: "Nobody owns this console yet" }).waitFor();
  await noor.shot("01-nobody");
  await noor.close();

  noor = await Desk.owner(server, browser);
  await noor.page.getByRole("heading", { name: "No open conversations" }).waitFor();
  await noor.shot("02-empty");

  const late = await Desk.at(server, browser);
  await late.page.goto(link);
  await late.page.getByRole("heading", { name: "This link does not work any more" }).waitFor();
  await late.go("/login");
  await late.page.getByLabel("E-mail").fill("noor@shop.example");
  await late.page.getByLabel("Password", { exact: true }).fill("wrong wrong wrong");
  await late.page.getByRole("button", { name: "Sign in" }).click();
  await late.page.getByText("The address or the password is wrong.").waitFor();
  await late.shot("03-refused");
  await late.signIn("noor@shop.example");
  await late.close();
});

test("an unhappy customer arrives at the top; a person takes over, replies, hands back, resolves", async () => {
  const calm = await Customer.meets(server);
  await calm.says("do you ship to Norway?");
  await noor.row(calm.conversation).waitFor();

  const ann = await Customer.meets(server, { page: { url: `${server.url}/demo`, title: "Alder & Wick" } });
  await ann.says("where is my order?");
  await ann.says(ANGRY);
  await ann.says("I want to talk to a human please");
  await eventually("the unhappy one stands first", async () => {
    assert.equal(await noor.rows.first().getAttribute("data-id"), ann.conversation);
  });
  await eventually("the title tells", async () => assert.match(await noor.page.title(), /^\([1-9]/));
  await noor.rows.first().getByText("Waiting for").waitFor({ state: "attached" });
  await noor.shot("04-top");

  await noor.rows.first().click();
  await noor.said(ANGRY).waitFor();
  await noor.page.getByRole("figure", { name: "The sentiment's course" }).waitFor();
  // The message itself comes first; what was understood follows it.
  await noor.log.getByRole("article").filter({ hasText: "I want to talk to a human please" }).getByRole("button", { name: /Why/ }).click();
  await noor.log.getByRole("heading", { name: "What was understood" }).waitFor();
  await noor.log.getByText(/Brought in a person|Told the place in the queue/).waitFor();
  await noor.shot("05-why");

  // The customer's side of typing is seen; taking over silences the bot.
  ann.send({ type: "typing", on: true });
  await noor.talk.getByText("is typing").waitFor();
  await noor.act("Take over").click();
  await noor.told("You have this conversation now");
  await ann.hears((event) => event.content.type === "handoff" && event.content.state === "assigned", "that a person has joined");
  await noor.reply("Hello, this is **Noor**. I am on it.");
  await ann.hearsText("this is **Noor**");
  await eventually("the reply stands once, and is sent", async () => {
    assert.equal(await noor.log.getByText("this is Noor").count(), 1);
    assert.equal(await noor.page.locator(".msg-pending").count(), 0);
  });

  await ann.says("thank you, Noor");
  await noor.said("thank you, Noor").waitFor();
  assert.equal(ann.events.filter(({ author, seq }) => author.kind === "bot" && seq > ann.events.findLast((event) => event.content.state === "assigned").seq).length, 0, "the bot is silent");

  await noor.page.keyboard.press("Escape");
  await noor.page.getByRole("tab", { name: "Note" }).click();
  await noor.page.getByRole("textbox", { name: "Note for colleagues" }).fill("Promised a call before noon.");
  await noor.page.getByRole("button", { name: "Keep note" }).click();
  await noor.log.getByText("Promised a call before noon.").waitFor();
  await noor.shot("06-person");

  await noor.act("Hand back").click();
  await ann.hears((event) => event.content.state === "returned", "that the bot is back");
  await noor.log.getByText("Handed back to the bot by you").waitFor();
  await noor.act("Resolve").click();
  await ann.hears((event) => event.content.state === "resolved", "that it is resolved");
  await noor.shot("07-resolved");

  // Undo opens it again; then it is resolved for good, and the customer says how it was.
  await noor.toast.getByRole("button", { name: /Undo/ }).last().click();
  await noor.log.getByText("Open again").first().waitFor();
  await noor.act("Resolve").click();
  const survey = await ann.hears((event) => event.content.type === "survey", "how was it?");
  ann.send({ type: "survey", seq: survey.seq, score: 5, comment: "quick and kind" });
  await noor.log.getByText("The customer gave 5: “quick and kind”").waitFor();
  assert.ok(!ann.events.some(({ content }) => content.text?.includes("Promised")), "a note is never heard");
  ann.leaves();
  calm.leaves();
});

test("two agents: each sees the other, one gets it, nobody answers unawares", async () => {
  const sam = await noor.colleague(browser, "Sam");
  const tom = await Customer.meets(server);
  await tom.says("I want to talk to a human please");
  await Promise.all([noor.open(tom.conversation), sam.open(tom.conversation)]);
  await Promise.all([noor.act("Take over").waitFor(), sam.act("Take over").waitFor()]);
  await Promise.all([noor.act("Take over").click(), sam.act("Take over").click()]);

  const holder = await eventually("somebody holds it", async () => {
    const { agent_name } = await noor.call("GET", `/v1/conversations/${tom.conversation}`);
    assert.ok(agent_name);
    return agent_name;
  });
  const [has, told] = holder === "Noor" ? [noor, sam] : [sam, noor];
  await told.told(`${holder} was faster`);
  await has.told("You have this conversation now");
  await eventually("it was taken once", async () => {
    assert.equal(tom.events.filter(({ content }) => content.state === "assigned").length, 1);
  });

  await has.field.pressSequentially("I am looking");
  await told.talk.getByText(`${holder} is typing`).waitFor();
  await told.shot("08-typing");

  // The other takes it and speaks; the first one's words are kept, not said.
  await told.act(`Take over from ${holder}`).click();
  await has.talk.getByText("has this conversation").waitFor();
  assert.equal(await has.field.inputValue(), "I am looking");
  await told.reply("I can help you with that.");
  await tom.hearsText("I can help you with that.");
  await has.said("I can help you with that.").waitFor();
  assert.deepEqual(tom.texts("agent"), ["I can help you with that."]);

  // Taking it back in the same breath as answering is not possible without having seen it.
  await has.page.reload();
  await eventually("the draft is there again", async () => assert.equal(await has.field.inputValue(), "I am looking"));
  await has.shot("09-kept");
  tom.leaves();
  await sam.close();
});

test("a reply that met another one is held back, and shows what was said", async () => {
  const kim = await noor.colleague(browser, "Kim");
  const eva = await Customer.meets(server);
  await eva.says("I want to talk to a human please");
  await kim.open(eva.conversation);
  await kim.act("Take over").click();
  await kim.told("You have this conversation now");
  // Kim's page is behind: it does not hear what is said from now on.
  await kim.page.evaluate(() => {
    const real = globalThis.fetch;
    globalThis.fetch = (path, init) => {
      if (String(path).endsWith("/messages")) {
        const body = JSON.parse(init.body);
        init = { ...init, body: JSON.stringify({ ...body, seen_seq: 1 }) };
        globalThis.fetch = real;
      }
      return real(path, init);
    };
  });
  await noor.call("POST", `/v1/conversations/${eva.conversation}/assign`, { agent_id: (await noor.call("GET", "/v1/me")).id });
  await noor.call("POST", `/v1/conversations/${eva.conversation}/messages`, { text: "A refund is on its way." });
  await kim.call("POST", `/v1/conversations/${eva.conversation}/assign`, { agent_id: (await kim.call("GET", "/v1/me")).id });
  await kim.act("Hand back").waitFor();
  await kim.reply("No refund is possible.");
  const banner = kim.talk.getByRole("alert");
  await banner.getByText("Not sent: meanwhile a colleague has said this.").waitFor();
  await banner.getByText("A refund is on its way.").waitFor();
  assert.equal(await kim.field.inputValue(), "No refund is possible.");
  await kim.shot("10-conflict");
  await kim.reply("Noor is right: a refund is on its way.");
  await eva.hearsText("Noor is right");
  assert.ok(!eva.texts("agent").includes("No refund is possible."));
  eva.leaves();
  await kim.close();
});

test("with the keyboard alone", async () => {
  const lea = await Customer.meets(server);
  await lea.says("I want to talk to a human please");
  const { page } = noor;
  await noor.go("/inbox/open");
  await noor.row(lea.conversation).waitFor();
  await page.locator("body").press("g");
  await page.keyboard.press("w");
  await page.getByRole("heading", { name: "Waiting", exact: true, level: 2 }).waitFor();
  await noor.row(lea.conversation).waitFor();
  await eventually("J walks down to the row", async () => {
    await page.keyboard.press("j");
    await noor.talk.waitFor();
    await page.waitForFunction((id) => document.activeElement.dataset.id === id, lea.conversation, { timeout: 1000 });
  });
  await page.keyboard.press("t");
  await noor.told("You have this conversation now");
  await page.keyboard.press("r");
  await page.keyboard.type("Hello Lea");
  await page.keyboard.press("Enter");
  await lea.hearsText("Hello Lea");
  await page.keyboard.press("Escape");
  await page.keyboard.press("s");
  await page.getByRole("menu", { name: "Snooze" }).waitFor();
  await page.keyboard.press("Enter");
  await noor.told("Snoozed until");
  await page.keyboard.press("z");
  await noor.told("Taken back.");
  await page.keyboard.press("e");
  await lea.hears((event) => event.content.state === "resolved", "that it is resolved");

  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
  await noor.shot("11-help");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("today");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Today", level: 1 }).waitFor();
  await noor.shot("12-today");
  lea.leaves();
});

test("the server is killed while an agent writes: the reply waits, and is said once", async () => {
  const max = await Customer.meets(server);
  await max.says("I want to talk to a human please");
  await noor.open(max.conversation);
  await noor.act("Take over").click();
  await noor.act("Hand back").waitFor();
  await server.kill();
  await noor.reply("I have found it.");
  await noor.page.getByText("Not sent yet.").waitFor();
  await noor.page.getByText("The line to the server is broken.").waitFor();
  await noor.shot("13-broken");
  await server.restart();
  await noor.page.getByText("The line to the server is broken.").waitFor({ state: "detached", timeout: 60_000 });
  await eventually("the reply has gone out", async () => assert.equal(await noor.page.locator(".msg-pending").count(), 0), 60_000);
  const again = await Customer.meets(server, { token: max.token });
  await again.hearsText("I have found it.");
  assert.deepEqual(again.texts("agent"), ["I have found it."]);
  again.leaves();
});

test("canned replies, search, and what a colleague finds on a phone", async () => {
  await noor.go("/settings/canned");
  await noor.page.getByRole("button", { name: "New canned reply" }).first().click();
  await noor.page.getByLabel("Title").fill("Greeting");
  await noor.page.getByLabel("Shortcut").fill("/hello");
  await noor.page.getByLabel("Text").fill("Hello {customer}, this is {agent}.");
  await noor.page.getByRole("button", { name: "Save" }).click();
  await noor.page.getByText("/hello").waitFor();

  const ida = await Customer.meets(server);
  await ida.says("Is the turquoise samovar in stock?");
  await ida.says("I want to talk to a human please");
  const phone = await noor.again(browser, PHONE);
  await phone.row(ida.conversation).waitFor();
  await phone.shot("14-phone-list");
  await phone.page.getByRole("searchbox", { name: "Search" }).fill("turquoise samovar");
  await eventually("only that one is found", async () => assert.equal(await phone.rows.count(), 1));
  await phone.rows.first().click();
  await phone.act("Take over").click();
  await phone.act("Hand back").waitFor();
  await phone.field.pressSequentially("/hel");
  await phone.page.getByRole("option", { name: /hello/ }).waitFor();
  await phone.shot("15-phone-canned");
  await phone.field.press("Enter");
  assert.equal(await phone.field.inputValue(), "Hello, this is Noor.");
  await phone.field.press("Enter");
  await ida.hearsText("Hello, this is Noor.");
  await phone.act("Customer").click();
  await phone.page.getByRole("complementary", { name: "Customer" }).waitFor();
  await phone.shot("16-phone-details");
  await phone.page.getByRole("button", { name: "Back to the conversation" }).click();
  await phone.page.getByRole("link", { name: "Back to the list" }).click();
  await phone.rows.first().waitFor();
  ida.leaves();
  await phone.close();
});
