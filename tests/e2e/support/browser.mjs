/** Debian's Chromium, and what tests look at in it. */

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const require = createRequire(new URL("../../../web/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const { source: axe } = require("axe-core");

const shots = fileURLToPath(new URL("../../../target/screenshots", import.meta.url));
mkdirSync(shots, { recursive: true });

export const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** A visitor with a browser of their own. What the pages complain about is kept in `complaints`. */
export async function visitor(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, locale: "en-GB", reducedMotion: "reduce", ...options });
  context.setDefaultTimeout(60_000);
  const complaints = [];
  context.on("weberror", (error) => complaints.push(String(error.error())));
  context.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  return Object.assign(context, { complaints });
}

export function shot(page, name) {
  return page.screenshot({ path: `${shots}/widget-${name}.png` });
}

/** Waits until it holds; says what it saw last if it never does. */
export async function eventually(what, look, patience = 60_000) {
  const end = Date.now() + patience;
  let last;
  do {
    try {
      return await look();
    } catch (error) {
      last = error;
    }
    await new Promise((done) => setTimeout(done, 50));
  } while (Date.now() < end);
  throw new Error(`${what}: ${last?.message}`);
}

/** No finding that keeps anybody out. */
export async function accessible(page, state, part = "html") {
  await page.evaluate(axe);
  const { violations } = await page.evaluate((part) => globalThis.axe.run(part, { resultTypes: ["violations"] }), part);
  const bad = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  const told = bad.map(({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.map((node) => `${node.target.flat().join(" ")} ${node.failureSummary}`).join("\n  ")}`);
  assert.deepEqual(told, [], `axe on ${state}`);
}

/** The widget on a page, as its user handles it. */
export class Widget {
  constructor(page) {
    this.page = page;
    this.host = page.locator("rapport-chat");
    this.launcher = this.host.locator(".launcher");
    this.panel = this.host.getByRole("dialog");
    this.input = this.host.locator(".write textarea");
    this.log = this.host.getByRole("log");
    this.notice = this.host.locator(".notice");
  }

  async open() {
    await this.launcher.click();
    await this.input.waitFor();
  }

  async say(text) {
    await this.input.fill(text);
    await this.input.press("Enter");
  }

  /** What the customer has said, as the log shows it: of the log, and on its way. */
  async own() {
    return this.host.locator(".row.us .bubble").allInnerTexts();
  }

  /** Nothing of the customer's is on its way any more. */
  async settled() {
    await eventually("everything is acknowledged", async () => {
      assert.equal(await this.host.locator(".bubble.sending").count(), 0);
      assert.equal(await this.notice.count(), 0);
    }, 60_000);
  }

  /** The id of the conversation, by the visitor's token. */
  async conversation(agent) {
    const { items } = await agent.get("/v1/conversations?state=all&limit=200");
    const texts = await this.own();
    for (const { id } of items) {
      const said = customerTexts(await agent.log(id));
      if (said.length && texts.length && said[0] === texts[0]) return id;
    }
    throw new Error("there is no such conversation yet");
  }
}

export function customerTexts(log) {
  return log.filter(({ author, content }) => author.kind === "customer" && content.type === "text").map(({ content }) => content.text);
}
