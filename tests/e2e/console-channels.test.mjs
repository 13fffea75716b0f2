/** The console's side of channels: an inbox is made and cared for, words go out and are told of, people are one. */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { accessible, eventually, launch, PHONE } from "./support/browser.mjs";
import { Customer } from "./support/customer.mjs";
import { Desk } from "./support/desk.mjs";
import { Server } from "./support/server.mjs";
import { System } from "./support/system.mjs";

const BEN = { id: "user-5", name: "Ben Ash", email: "ben@mail.example", email_verified: true };

const folder = mkdtempSync(join(tmpdir(), "rapport-e2e-config-"));
let server, browser, noor, system, webhook, ben;

before(async () => {
  const config = join(folder, "rapport.toml");
  writeFileSync(config, '[network]\nprivate_hosts = ["127.0.0.1"]\n');
  [server, browser, system] = await Promise.all([Server.start({ RAPPORT_CONFIG: config }), launch(), System.start()]);
  // axe's own script could not run under the page's policy.
  noor = await Desk.owner(server, browser, { bypassCSP: true });
});
after(async () => {
  await browser?.close();
  await server?.stop();
  system?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("an inbox is added by a form that tries what is entered", async () => {
  await noor.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await noor.go("/settings/inboxes");
  await noor.page.getByRole("button", { name: "Add an inbox" }).click();
  const dialog = noor.page.getByRole("dialog");
  await dialog.getByRole("button", { name: /^Website/ }).waitFor();
  await accessible(noor.page, "choosing a channel");
  await noor.shot("50-choose");
  await dialog.getByRole("button", { name: /^Your own system/ }).click();
  await dialog.getByRole("button", { name: "Test" }).click();
  await dialog.getByText("Fill in first: Signing secret and Address for our messages.").waitFor();

  await dialog.getByLabel("Name").fill("Our app");
  await dialog.getByLabel("Signing secret").fill(`whsec_${Buffer.alloc(24, 7).toString("base64")}`);
  await dialog.getByLabel("Address for our messages").fill(system.url);
  await dialog.getByRole("button", { name: "Test" }).click();
  await dialog.getByText("It does not work yet.").waitFor();
  await dialog.getByText(/check the address and the secret/).waitFor();
  await accessible(noor.page, "a test that failed");
  await noor.shot("51-failed");

  await dialog.getByLabel("Signing secret").fill(system.secret);
  await dialog.getByRole("button", { name: "Test" }).click();
  await dialog.getByText("It works.").waitFor();
  await dialog.getByRole("button", { name: "Make the inbox" }).click();
  await dialog.getByRole("heading", { name: "Our app is ready" }).waitFor();
  await dialog.getByRole("button", { name: "Copy the address" }).click();
  webhook = await noor.page.evaluate(() => navigator.clipboard.readText());
  assert.ok(webhook.startsWith(`${server.url}/v1/channels/inb_`), webhook);
  await accessible(noor.page, "an inbox that was made");
  await noor.shot("52-made");
  await dialog.getByRole("button", { name: "Done" }).click();

  await noor.page.getByText("Works", { exact: true }).waitFor();
  assert.equal(await noor.page.getByLabel("Signing secret").inputValue(), "", "a secret is never shown again");
  await noor.page.getByRole("button", { name: "Test again" }).click();
  await noor.page.getByText("takes signed messages").waitFor();
});

test("who writes there stands in the list, and what is told of a reply stands under it", async () => {
  await eventually("the inbox is connected", () => system.says(webhook, "chat-1", BEN, "Do you ship to Norway?"));
  await system.receives("Norway");
  await noor.go("/inbox/open");
  const row = noor.rows.filter({ hasText: "Ben Ash" });
  await row.getByText("Our app").waitFor();
  ben = await row.getAttribute("data-id");
  await noor.open(ben);
  await noor.page.locator(".talk-state").getByText("Our app").waitFor();
  await noor.act("Take over").click();
  await noor.reply("Yes, within six days.");
  const sent = await system.receives("within six days");
  await noor.log.getByText("Sent", { exact: true }).last().waitFor();
  await system.post(webhook, { type: "delivery", message: sent.id, delivery: "delivered" });
  await noor.log.getByText("Delivered", { exact: true }).waitFor();
  await system.post(webhook, { type: "delivery", message: sent.id, delivery: "read" });
  await noor.log.getByText("Read", { exact: true }).waitFor();

  await noor.reply("Shall I order it?");
  const other = await system.receives("Shall I order it?");
  await system.post(webhook, { type: "delivery", message: other.id, delivery: "failed", reason: "the app was deleted" });
  await noor.log.locator(".msg-failed").getByText("Not delivered").waitFor();
  await noor.log.getByText("the app was deleted").waitFor();
  await accessible(noor.page, "deliveries");
  await noor.shot("53-deliveries");
});

test("a banner tells what waits and why, until it has gone out", async () => {
  system.answers = 503;
  await noor.reply("One more thing.");
  await noor.talk.getByText("Not delivered over Our app yet.").waitFor();
  await noor.talk.getByText(/It answers 503/).waitFor();
  await noor.log.getByText("Waits", { exact: true }).waitFor();
  await accessible(noor.page, "words that wait");
  await noor.shot("54-waits");
  system.answers = 200;
  await noor.page.getByRole("button", { name: "Try again now" }).click();
  await system.receives("One more thing.");
  await noor.talk.getByText("Not delivered over Our app yet.").waitFor({ state: "detached" });
  await noor.log.getByText("Waits", { exact: true }).waitFor({ state: "detached" });
});

test("files are attached by a button, dropped and pasted, and sent with the reply", async () => {
  await noor.page.locator("[data-attach]").setInputFiles({ name: "label.txt", mimeType: "text/plain", buffer: Buffer.from("a label") });
  const hand = (type) => `
    const data = new DataTransfer();
    data.items.add(new File(["by ${type}"], "${type}.txt", { type: "text/plain" }));`;
  await noor.page.evaluate(`{${hand("dropped")}
    const pane = document.querySelector(".conversation");
    for (const type of ["dragover", "drop"]) pane.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
  }`);
  await noor.page.evaluate(`{${hand("pasted")}
    document.querySelector(".composer-text").dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  }`);
  const chosen = noor.page.getByRole("list", { name: "Files to be sent" });
  await eventually("all three are chosen", async () => assert.equal(await chosen.getByRole("listitem").count(), 3));
  await accessible(noor.page, "chosen files");
  await noor.shot("55-chosen");
  await chosen.getByRole("button", { name: "Do not send pasted.txt" }).click();
  await noor.reply("Here is the label.");
  const file = await system.receives("label.txt");
  assert.equal(file.messages[0].type, "file");
  await system.receives("dropped.txt");
  await system.receives("Here is the label.");
  assert.ok(!JSON.stringify(system.got).includes("pasted.txt"));
  await noor.log.getByText("label.txt").waitFor();

  const large = Buffer.alloc(11 * 1024 * 1024);
  await noor.page.locator("[data-attach]").setInputFiles({ name: "film.mp4", mimeType: "video/mp4", buffer: large });
  await noor.page.getByRole("button", { name: "Send", exact: true }).click();
  await chosen.getByText("It is larger than this server takes.").waitFor();
  await noor.page.getByRole("button", { name: "Do not send film.mp4" }).click();
});

test("two records of one person are put together, and parted again", async () => {
  const there = await Customer.meets(server);
  there.send({ type: "submit", seq: 0, values: { name: "Ben A.", email: "Ben@mail.example" } });
  await there.says("where is my order?");
  await noor.open(there.conversation);
  const panel = noor.page.getByRole("complementary", { name: "Customer" });
  await panel.getByText("Same e-mail address").waitFor();
  await panel.getByRole("button", { name: /Ben Ash is the same person/ }).click();
  const dialog = noor.page.getByRole("dialog");
  await dialog.getByRole("region", { name: "The other record" }).getByText("Ben Ash").waitFor();
  await accessible(noor.page, "two records side by side");
  await noor.shot("56-same");
  await dialog.getByRole("button", { name: "Put together" }).click();
  await noor.told("Put together");
  await panel.getByRole("heading", { name: "Put together" }).waitFor();
  await panel.getByRole("listitem").filter({ hasText: "ben@mail.example" }).waitFor();
  await accessible(noor.page, "a merged customer");
  await noor.shot("57-merged");
  const story = await noor.call("GET", `/v1/conversations/${ben}`);
  assert.equal(story.customer.name, "Ben A.");

  // What was done before may still stand beside it.
  await noor.toast.locator(".toast", { hasText: "Put together" }).getByRole("button", { name: /Undo/ }).click();
  await noor.told("They are two customers again");
  await panel.getByText("Same e-mail address").waitFor();
  assert.equal((await noor.call("GET", `/v1/conversations/${ben}`)).customer.name, "Ben Ash");

  // The other way: found by words, undone in the panel.
  await panel.getByRole("button", { name: "Another record of this person" }).click();
  await dialog.getByLabel("Find the other record").fill("ben ash");
  await dialog.getByRole("button", { name: /Ben Ash is the same person/ }).click();
  await dialog.getByRole("button", { name: "Put together" }).click();
  await panel.getByRole("button", { name: /^Undo/ }).click();
  await panel.getByText("Same e-mail address").waitFor();
  there.leaves();
});

test("an inbox tells its trouble, gets a new secret, rests and goes on", async () => {
  const old = system.secret;
  system.secret = `whsec_${Buffer.alloc(24, 9).toString("base64")}`;
  await noor.open(ben);
  await noor.reply("Are you still there?");
  await noor.talk.getByText(/check the address and the secret/i).waitFor();
  await noor.go("/settings/inboxes");
  await noor.page.locator(".tabs").getByRole("button", { name: /Our app/ }).click();
  await noor.page.getByText("Trouble", { exact: true }).waitFor();
  await accessible(noor.page, "an inbox in trouble");
  await noor.shot("58-trouble");
  await noor.page.getByLabel("Signing secret").fill(system.secret);
  await noor.page.getByRole("button", { name: "Save", exact: true }).last().click();
  await noor.told("Saved.");
  await system.receives("Are you still there?");
  assert.notEqual(old, system.secret);

  await noor.page.getByRole("switch", { name: "Takes and sends messages" }).click();
  await noor.page.getByText("Resting", { exact: true }).waitFor();
  await noor.call("POST", `/v1/conversations/${ben}/messages`, { text: "Written while it rests." });
  await noor.page.locator(".box").getByLabel("Name").fill("The app");
  await noor.page.locator(".box").getByRole("button", { name: "Save", exact: true }).first().click();
  await noor.page.locator(".tabs").getByRole("button", { name: /The app/ }).waitFor();
  assert.ok(!JSON.stringify(system.got).includes("while it rests"));
  await noor.page.getByRole("switch", { name: "Takes and sends messages" }).click();
  await system.receives("Written while it rests.");

  // The list by inbox.
  await noor.go("/inbox/open");
  await noor.page.getByRole("navigation", { name: "Console" }).getByRole("button", { name: "The app" }).click();
  await eventually("only its conversations are listed", async () => assert.equal(await noor.rows.count(), 1));
});

test("all of it is there on a phone, and in the dark", async () => {
  const desk = await noor.again(browser, { ...PHONE, colorScheme: "dark", bypassCSP: true });
  await desk.open(ben);
  await desk.log.getByText("the app was deleted").waitFor();
  await accessible(desk.page, "a conversation in a channel, on a phone");
  await desk.shot("59-phone");
  await desk.go("/settings/inboxes");
  await desk.page.locator(".tabs").getByRole("button", { name: /The app/ }).click();
  await desk.page.getByText("Works", { exact: true }).waitFor();
  await accessible(desk.page, "an inbox, on a phone");
  await desk.shot("60-phone-inbox");
  await desk.close();
  assert.deepEqual(noor.context.complaints.filter((one) => !/413|Failed to load resource/.test(one)), []);
});
