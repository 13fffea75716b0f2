/** Mail, from a customer who waits to the colleague who was not there; and with the mail server away. */

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { eventually, launch } from "./support/browser.mjs";
import { Customer } from "./support/customer.mjs";
import { Desk, PASSWORD } from "./support/desk.mjs";
import { Server } from "./support/server.mjs";
import { freePort, Smtp } from "./support/smtp.mjs";

const ANGRY = "I have written three times now and nobody answers. This is ridiculous!";
const folder = mkdtempSync(join(tmpdir(), "rapport-mail-"));

let smtp, server, browser, noor;

before(async () => {
  [smtp, browser] = await Promise.all([Smtp.start(), launch()]);
  const config = join(folder, "rapport.toml");
  writeFileSync(config, `[handoff]\nmail_after_s = 1\n${smtp.configuration()}`);
  // The mails' links lead there, so the port is known before the server starts.
  server = await Server.start({ RAPPORT_CONFIG: config, RAPPORT_LISTEN: `127.0.0.1:${await freePort()}` });
  noor = await Desk.owner(server, browser);
  // They have never been in the console: nobody is more surely not there.
  for (const name of ["Sam", "Kim"]) {
    await server.commandWith(`${PASSWORD}\n`, "agent", "create", "--role", "agent", "--name", name, "--email", `${name.toLowerCase()}@shop.example`);
  }
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await smtp?.goAway();
  rmSync(folder, { recursive: true, force: true });
});

/** A link of a mail, for the browser. */
const linkIn = ({ text }) => /https?:\/\/\S+/.exec(text)[0];

test("a colleague is invited by mail, and joins by its link", async () => {
  await noor.go("/settings/team");
  await noor.page.getByRole("button", { name: "Invite" }).click();
  const dialog = noor.page.getByRole("dialog");
  await dialog.getByLabel("E-mail").fill("lee@shop.example");
  await dialog.getByRole("button", { name: "Make the invitation" }).click();
  await noor.page.getByText("It is on its way by mail.").waitFor();
  await noor.page.getByRole("button", { name: "Done" }).click();

  const mail = await smtp.mail("the invitation", ({ to }) => to === "lee@shop.example");
  assert.match(mail.subject, /Noor invites you to Alder & Wick/);
  assert.match(mail.from, /chat@shop\.example/);
  const lee = await Desk.at(server, browser);
  await lee.page.goto(linkIn(mail));
  await lee.page.getByLabel("Name").fill("Lee");
  await lee.page.getByLabel("Choose a password").fill(PASSWORD);
  await lee.page.getByRole("button", { name: "Join" }).click();
  await lee.inbox();
  await lee.close();
});

test("who is not there is told by mail who waits and why, and the link leads to the conversation", async () => {
  const ann = await Customer.meets(server);
  await ann.says("where is my parcel AW-10482?");
  await ann.says(ANGRY);
  await ann.says("I want to talk to a human please");

  const mail = await smtp.mail("the escalation", ({ to, subject }) => to === "sam@shop.example" && /waits/.test(subject));
  assert.match(mail.text, /Hello Sam/);
  assert.ok(mail.text.includes(`> ${ANGRY}`), mail.text);
  assert.match(mail.text, /^Why: \S/m);
  assert.equal(smtp.mails.filter(({ to }) => to === "noor@shop.example").length, 0, "who is there gets none");

  const sam = await Desk.at(server, browser);
  await sam.page.goto(linkIn(mail));
  await sam.signIn("sam@shop.example");
  await sam.said(ANGRY).waitFor();
  await sam.shot("60-from-the-mail");
  await sam.close();
  ann.leaves();
});

test("with the mail server away a mail waits, the console says so and why, and it goes out once", async () => {
  await smtp.goAway();
  await noor.go("/settings/mail");
  await noor.page.getByRole("button", { name: "Send a test" }).click();
  await noor.page.getByRole("status").getByText("the mail server cannot be reached").waitFor();

  const tom = await Customer.meets(server, { page: { url: `${server.url}/demo`, title: "Alder & Wick" } });
  await tom.says("I want to talk to a human please");
  const waiting = await eventually("the mail was tried, and waits", async () => {
    const { items } = await noor.call("GET", "/v1/mails?state=waiting");
    const one = items.find(({ to }) => to === "kim@shop.example");
    assert.ok(one?.attempts >= 1 && one.error);
    return one;
  });
  assert.equal(waiting.conversation_id, tom.conversation);
  await noor.go("/settings/me");
  await noor.go("/settings/mail");
  const row = noor.page.getByRole("listitem").filter({ hasText: "To kim@shop.example" });
  await row.getByText("1 try · next").waitFor();
  await row.getByText("the mail server cannot be reached").waitFor();
  assert.match(await row.getByRole("link", { name: "Conversation" }).getAttribute("href"), new RegExp(tom.conversation));
  await noor.shot("61-mail-waits");

  await smtp.comeBack();
  await row.getByRole("button", { name: "Try again" }).click();
  await noor.told("It is on its way again.");
  const fits = ({ to, text }) => to === "kim@shop.example" && text.includes(tom.conversation);
  await smtp.mail("the mail that waited", fits);
  await eventually("it is sent", async () => {
    const { mail } = await noor.call("GET", "/v1/settings");
    assert.deepEqual([mail.waiting, mail.failed], [0, 0]);
  });
  assert.equal(smtp.mails.filter(fits).length, 1, "once");
  await noor.page.getByRole("button", { name: "Send a test" }).click();
  await noor.page.getByText("The server took it.").waitFor();
  await smtp.mail("the test", ({ to, subject }) => to === "noor@shop.example" && /test/.test(subject));
  tom.leaves();
});

test("what an agent writes to a customer who has gone is mailed, and the console says so", async () => {
  const hmac = createHmac("sha256", await server.command("inbox", "secret", "demo")).update("4711").digest("hex");
  const eva = await Customer.meets(server, { identity: { user_id: "4711", name: "Eva", email: "eva@post.example", hmac } });
  await eva.says("I want to talk to a human please");
  eva.leaves();
  await noor.open(eva.conversation);
  await noor.act("Take over").click();
  await noor.told("You have this conversation now");
  await noor.reply("Your parcel was found: it comes tomorrow, “really”.");
  const mail = await smtp.mail("the reply", ({ to }) => to === "eva@post.example");
  assert.ok(mail.text.includes("Your parcel was found: it comes tomorrow, “really”."), mail.text);
  assert.match(mail.text, /Noor from Alder & Wick wrote/);
  await noor.page.getByText("Mailed to eva@post.example").first().waitFor();
  await noor.shot("62-mailed");
});
