/** A customer asks what is not known; the owner writes the article from the draft, and the same question is answered. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, eventually, launch, PHONE } from "./support/browser.mjs";
import { Customer } from "./support/customer.mjs";
import { Desk } from "./support/desk.mjs";
import { Server } from "./support/server.mjs";

const ASKED = ["can we take dancing lessons with you", "do you teach dancing lessons"];
const TITLE = "Can we take dancing lessons?";
const ANSWER = "Yes: we give dancing lessons every Sunday at 14:00, for 8 euros a lesson. No partner is needed.";

let server, browser, noor;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  noor = await Desk.owner(server, browser, { bypassCSP: true });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** A new customer's question, and what the bot says to it. */
async function asks(text) {
  const customer = await Customer.meets(server);
  await customer.says(text);
  await customer.hears((event) => event.author.kind === "bot", "an answer");
  customer.leaves();
  return customer;
}

const answersFrom = (customer) => customer.events.filter(({ content }) => content.type === "answer").flatMap(({ content }) => content.sources.map(({ title }) => title));

test("while every question finds its answer, the page says what will appear there", async () => {
  await noor.go("/knowledge");
  await noor.page.getByRole("heading", { name: "Every question found its answer" }).waitFor();
  await accessible(noor.page, "no gaps");
  await noor.shot("80-knowledge-empty");
});

test("what nobody could answer is a group; its draft becomes an article, and the same question is answered", async () => {
  for (const text of ASKED) assert.deepEqual(answersFrom(await asks(text)), [], "it is not known yet");
  await noor.page.reload();
  const group = noor.page.getByRole("article").filter({ hasText: ASKED[0] });
  await group.waitFor();
  await group.getByText("2 questions").waitFor();
  await accessible(noor.page, "a gap");
  await noor.shot("81-knowledge-gap");

  await group.getByRole("button", { name: "Write the article" }).click();
  const title = noor.page.getByLabel("Title");
  await title.waitFor();
  assert.match(await title.inputValue(), /dancing/i, "the title is drafted");
  await noor.page.getByText(ASKED[1]).waitFor();
  await title.fill(TITLE);
  await noor.page.getByLabel("Text", { exact: true }).fill(ANSWER);
  await accessible(noor.page, "the editor");

  // A question is tried before anything is saved.
  await noor.page.getByRole("textbox", { name: "Try a question" }).fill(ASKED[0]);
  await noor.page.getByRole("button", { name: "Ask", exact: true }).click();
  const trial = noor.page.getByRole("region", { name: "Try a question" });
  await trial.getByText("It answers").waitFor();
  await trial.getByText("every Sunday").waitFor();
  await noor.page.getByRole("button", { name: /Ask last month/ }).click();
  await trial.getByText(/Of 2 questions/).waitFor();
  await accessible(noor.page, "a trial");
  await noor.shot("82-knowledge-trial");

  await noor.page.getByRole("button", { name: "Preview" }).click();
  await noor.page.getByRole("region", { name: "Preview" }).getByText("every Sunday").waitFor();
  await noor.page.getByRole("button", { name: "Save" }).click();
  await noor.told(`“${TITLE}” is saved and answers from now on.`);
  const saved = Date.now();
  assert.deepEqual(answersFrom(await asks(ASKED[0]))[0], TITLE);
  assert.ok(Date.now() - saved < 3000, "within three seconds");

  await noor.go("/knowledge/gaps");
  await eventually("the gap is closed", async () => assert.equal(await noor.page.getByRole("article").count(), 0));
});

test("a change has a version, and the one before comes back", async () => {
  await noor.go("/knowledge/articles");
  await noor.page.getByPlaceholder("Find an article").fill("dancing");
  await noor.page.getByRole("link", { name: TITLE }).click();
  await noor.page.getByLabel("Text", { exact: true }).fill(ANSWER.replace("8 euros", "9 euros"));
  await noor.page.getByText("Not saved yet").waitFor();
  await noor.page.keyboard.press("Control+s");
  await noor.page.getByRole("button", { name: "Show Version 2" }).waitFor();
  const versions = noor.page.getByRole("region", { name: "Versions" });
  await versions.getByRole("button", { name: "Show Version 1" }).click();
  await accessible(noor.page, "versions");
  await noor.shot("83-knowledge-versions");
  await versions.getByRole("button", { name: "Back to version 1" }).click();
  await noor.told("Version 1 is back.");
  await eventually("the old words are back", async () => assert.match(await noor.page.getByLabel("Text", { exact: true }).inputValue(), /8 euros/));
});

test("a good reply becomes a draft with one click", async () => {
  const ann = await Customer.meets(server);
  await ann.says("can I have the scent of a candle changed to pine");
  await ann.hears((event) => event.author.kind === "bot", "an answer");
  await noor.open(ann.conversation);
  await noor.act("Take over").click();
  await noor.reply("We pour any candle in any of our scents if you order at least ten of them.");
  await noor.page.getByRole("button", { name: "Make an article of it" }).click();
  await eventually("the reply is the text", async () => assert.match(await noor.page.getByLabel("Text", { exact: true }).inputValue(), /at least ten/));
  assert.match(await noor.page.getByLabel("Title").inputValue(), /scent of a candle/);
  ann.leaves();
});

test("searches in vain are listed, on a phone and in the dark for somebody who only looks", async () => {
  await fetch(`${server.url}/help?q=zzqx+vvkp`);
  const lee = await noor.colleague(browser, "Lee", "viewer", { colorScheme: "dark", bypassCSP: true, ...PHONE });
  for (const [route, state, shows] of [
    ["/knowledge/searches", "searches", lee.page.getByRole("rowheader", { name: "zzqx vvkp" })],
    ["/knowledge/articles", "articles", lee.page.getByRole("link", { name: TITLE })],
    ["/knowledge/article/gift-wrap", "an article", lee.page.getByRole("region", { name: "Preview" })],
  ]) {
    await lee.go(route);
    await shows.waitFor();
    await accessible(lee.page, `${state}, dark, phone`);
    await eventually("nothing is wider than the phone", async () => {
      assert.ok(await lee.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    });
    await lee.shot(`84-knowledge-phone-${state.replaceAll(" ", "-")}`);
  }
  assert.equal(await lee.page.getByRole("button", { name: "Save" }).count(), 0);
  await lee.close();
});
