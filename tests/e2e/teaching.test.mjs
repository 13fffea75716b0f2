/** What nobody taught the bot: seen in the console, taught in one click, learned, and unlearned. */

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { accessible, eventually, launch, PHONE } from "./support/browser.mjs";
import { Customer } from "./support/customer.mjs";
import { Desk } from "./support/desk.mjs";
import { Server } from "./support/server.mjs";

const ASKED = ["could you wrap it as a present with a ribbon", "is gift wrapping with a ribbon possible", "please wrap the present nicely with a ribbon"];

/** A shop that is trained in a moment. */
const INTENTS = {
  greeting: ["hello", "good morning", "hi there", "hey", "good afternoon everybody", "hello, anybody here?"],
  delivery_time: ["how long does delivery take", "when will it arrive", "how many days until it is here", "is shipping fast", "delivery time to Ghent?", "how soon do you deliver"],
  returns: ["can I send it back", "how do I return a mug", "I want to return this", "what is your return policy", "it does not fit, can I give it back", "return label please"],
  payment: ["can I pay by card", "do you take paypal", "which payment methods are there", "paying by invoice?", "is bancontact possible", "how can I pay"],
  opening_hours: ["when are you open", "are you open on sunday", "what are your opening hours", "until when is the shop open", "open tomorrow?", "closing time?"],
  jobs: ["are you hiring", "I would like to work for you", "do you have a vacancy", "job openings?", "where can I send my application", "looking for a job at your shop"],
};

const folder = mkdtempSync(join(tmpdir(), "rapport-teaching-"));
let server, browser, noor, lee;

before(async () => {
  const intents = join(folder, "shop/intents");
  mkdirSync(intents, { recursive: true });
  mkdirSync(join(folder, "shop/knowledge-base"), { recursive: true });
  for (const [name, examples] of Object.entries(INTENTS)) {
    const lines = examples.map((example) => `  - ${JSON.stringify(example)}`).join("\n");
    writeFileSync(join(intents, `${name}.yaml`), `description: About ${name}.\nexamples:\n${lines}\nreply:\n  - This is about ${name}.\n`);
  }
  writeFileSync(
    join(folder, "shop/knowledge-base/care.md"),
    "---\ntitle: Care\ntags: [care]\ncategory: Care\nlocale: en\nupdated: 2026-11-01\n---\n\nMugs like the dishwasher.\n",
  );
  [server, browser] = await Promise.all([Server.start({ RAPPORT_DATA_DIR: folder }), launch()]);
  noor = await Desk.owner(server, browser, { bypassCSP: true });
});
after(async () => {
  await browser?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const trained = (number) => noor.page.getByText(new RegExp(`Model ${number} is in use`)).first().waitFor({ timeout: 120_000 });
const reads = (text) => noor.call("POST", "/v1/analyze", { text });

test("while nothing was misunderstood, the page says what will appear there", async () => {
  await noor.go("/understanding");
  await noor.page.getByRole("heading", { name: "Everything was understood" }).waitFor();
  await noor.shot("60-teaching-empty");
  // What is shipped knows another shop's intents; learning this shop's is a first model.
  await noor.page.getByRole("button", { name: "Train now" }).click();
  await trained(2);
});

test("what customers asked in vain is one group; one click makes examples of it", async () => {
  for (const text of ASKED) {
    const customer = await Customer.meets(server);
    await customer.says(text);
    await customer.hears((event) => event.author.kind === "bot", "an answer");
    customer.leaves();
  }
  await noor.page.reload();
  const group = noor.page.getByRole("article").filter({ hasText: ASKED[0] });
  await group.waitFor();
  for (const text of ASKED) await group.getByRole("checkbox", { name: text }).waitFor();
  await accessible(noor.page, "understanding");
  await noor.shot("61-teaching-group");

  // One taken out, the others taught, and undone.
  await group.getByRole("checkbox", { name: ASKED[1] }).uncheck();
  await group.getByRole("button", { name: "Another intent …" }).click();
  await noor.page.getByRole("combobox", { name: "Type to find an intent" }).fill("job");
  await noor.page.getByRole("option", { name: /Jobs/ }).waitFor();
  await accessible(noor.page, "choosing an intent");
  await noor.page.keyboard.press("Enter");
  await noor.told("2 examples more for “Jobs”.");
  await noor.page.getByRole("heading", { name: ASKED[1] }).waitFor();
  await noor.page.locator("body").press("z");
  await group.getByRole("checkbox", { name: ASKED[0] }).waitFor();

  // A wish of its own: an intent with a name, a description and a reply.
  await group.getByRole("button", { name: "New intent …" }).click();
  await noor.page.getByLabel("Name").fill("gift_wrap");
  await noor.page.getByLabel("What the customer wants").fill("Wants it wrapped as a present.");
  await noor.page.getByLabel("What the bot says").fill("We wrap it for free.");
  await accessible(noor.page, "a new intent");
  await noor.page.getByRole("button", { name: "Make it" }).click();
  await noor.told("“Gift wrap” is made.");
  await noor.page.getByRole("heading", { name: "Everything was understood" }).waitFor();
});

test("the bot learns it while it works, and one click goes back", async () => {
  await noor.page.getByRole("button", { name: "Train now" }).click();
  await trained(3);
  assert.equal((await reads("wrap the present with a ribbon please")).intent.name, "gift_wrap");
  const customer = await Customer.meets(server);
  await customer.says(ASKED[0]);
  await customer.hears((event) => event.author.kind === "bot", "an answer");
  const { model, intent } = await reads(ASKED[0]);
  assert.deepEqual([model, intent.name, intent.out_of_scope], ["3", "gift_wrap", false]);
  customer.leaves();

  await noor.page.getByRole("button", { name: "Report and versions" }).click();
  await noor.page.getByRole("heading", { name: "Report on model 3" }).waitFor();
  await accessible(noor.page, "a report");
  await noor.shot("62-teaching-report");

  await noor.page.getByRole("button", { name: "Back to model 2" }).click();
  await trained(2);
  assert.equal((await reads(ASKED[0])).model, "2");
  await noor.page.getByRole("listitem").filter({ hasText: "Model 3" }).getByRole("button", { name: /^Use/ }).click();
  await trained(3);
});

test("a message is corrected where it was said", async () => {
  const ann = await Customer.meets(server);
  await ann.says("may I settle the bill afterwards");
  await ann.hears((event) => event.author.kind === "bot", "an answer");
  await noor.open(ann.conversation);
  await noor.log.getByRole("button", { name: /Why/ }).last().waitFor();
  await noor.page.locator("body").press("c");
  await noor.page.getByRole("option", { name: /Payment/ }).click();
  await noor.told("1 example more for “Payment”.");
  await noor.log.getByText("Noor says: Payment").waitFor();
  await noor.shot("63-teaching-correction");
  const { items } = await noor.call("GET", "/v1/lessons");
  assert.ok(items.some((one) => one.intent === "payment" && one.text === "may I settle the bill afterwards"));
  ann.leaves();
});

test("a viewer looks, on a phone and in the dark, and changes nothing", async () => {
  const customer = await Customer.meets(server);
  await customer.says("qwertz uiop asdf yxcv");
  await customer.hears((event) => event.author.kind === "bot", "an answer");
  lee = await noor.colleague(browser, "Lee", "viewer", { colorScheme: "dark", bypassCSP: true, ...PHONE });
  await lee.go("/understanding");
  await lee.page.getByRole("heading", { name: "qwertz uiop asdf yxcv" }).waitFor();
  assert.equal(await lee.page.getByRole("button", { name: "Train now" }).count(), 0);
  assert.equal(await lee.page.getByRole("checkbox").count(), 0);
  await accessible(lee.page, "understanding, dark, phone");
  await eventually("nothing is wider than the phone", async () => {
    assert.ok(await lee.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  });
  await lee.shot("64-teaching-phone");
  await lee.close();
  customer.leaves();
});
