/** The line fails, or the server dies: nothing is lost and nothing is said twice. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { customerTexts, eventually, launch, shot, visitor, Widget } from "./support/browser.mjs";
import { Proxy } from "./support/proxy.mjs";
import { Server } from "./support/server.mjs";

let server, browser, agent;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  agent = await server.agent();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** What the widget shows is what the log holds, each once and in order. */
async function inStep(widget, said) {
  await widget.settled();
  const id = await eventually("the conversation is known", () => widget.conversation(agent));
  await eventually("every message has its reply", async () => {
    const log = await agent.log(id);
    assert.deepEqual(customerTexts(log), said);
    const answered = new Set(log.map(({ in_reply_to }) => in_reply_to).filter(Boolean));
    assert.equal(answered.size, said.length);
    assert.deepEqual(await widget.own(), said);
    const shown = await widget.host.locator(".row[data-seq]").evaluateAll((rows) => rows.map((row) => Number(row.dataset.seq)));
    const inLog = log.filter(({ content }) => !["rating", "edit", "survey_result", "submitted", "status", "handoff"].includes(content.type));
    assert.deepEqual(shown, inLog.map(({ seq }) => seq));
  });
}

test("the server is killed while the customer writes, and starts again", async () => {
  const context = await visitor(browser);
  const page = await context.newPage();
  await page.goto(`${server.url}/demo`);
  const widget = new Widget(page);
  await widget.open();
  const said = ["do you ship to Norway?"];
  await widget.say(said[0]);
  await widget.log.locator(".sources").waitFor();

  // One more in flight at the very moment.
  said.push("How do I return something?");
  await widget.say(said[1]);
  await server.kill();
  said.push("Which sizes are there?");
  await widget.say(said[2]);
  await widget.notice.waitFor();
  await shot(page, "20-server-gone");
  // The page is left and comes back: what waits is kept in the tab.
  await page.goto("about:blank");
  await server.restart();
  await page.goto(`${server.url}/demo`);
  await inStep(widget, said);
  await shot(page, "21-server-back");
  await context.close();
});

test("the network is cut for 20 seconds", async () => {
  const proxy = await Proxy.to(server.url);
  const context = await visitor(browser);
  const page = await context.newPage();
  await page.goto(`${proxy.url}/demo`);
  const widget = new Widget(page);
  await widget.open();
  const said = ["how long does delivery take?"];
  await widget.say(said[0]);
  await widget.log.locator(".sources").waitFor();

  proxy.cut();
  const mended = new Promise((done) => setTimeout(done, 20_000)).then(() => proxy.mend());
  for (const text of ["first in the tunnel", "second in the tunnel"]) {
    said.push(text);
    await widget.say(text);
  }
  assert.equal(await widget.host.locator(".bubble.sending").count(), 2);
  await widget.notice.waitFor();
  await shot(page, "22-cut");
  // The shop speaks meanwhile.
  const id = await eventually("the conversation is known", () => widget.conversation(agent));
  await agent.post(`/v1/conversations/${id}/take`);
  await agent.post(`/v1/conversations/${id}/messages`, { text: "Are you still there?" });
  await agent.post(`/v1/conversations/${id}/hand-back`);

  await mended;
  await widget.log.getByText("Are you still there?").waitFor({ timeout: 40_000 });
  await inStep(widget, said);
  await shot(page, "23-mended");
  await context.close();
  proxy.stop();
});
