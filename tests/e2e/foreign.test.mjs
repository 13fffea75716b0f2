/** On somebody else's website: another origin, a strict policy, and styles that fight everything. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, launch, shot, visitor, Widget } from "./support/browser.mjs";
import { Server } from "./support/server.mjs";
import { site } from "./support/site.mjs";

const HOSTILE = `
  * { display: none !important; all: unset !important; font: 40px fantasy !important; color: lime !important;
      background: magenta !important; transform: rotate(20deg) !important; visibility: hidden !important; }
  html, body, h1 { display: block !important; visibility: visible !important; transform: none !important; }
  rapport-chat { display: none !important; opacity: 0 !important; position: static !important; width: 1px !important; z-index: -1 !important; }
  button, textarea, input { border: 20px dashed red !important; }
`;

let server, browser, shop;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  const host = new URL(server.url).host;
  const policy = [
    "default-src 'none'",
    `script-src 'self' ${server.url}`,
    "style-src 'self'",
    `connect-src ${server.url} ws://${host}`,
    `img-src ${server.url}`,
    "require-trusted-types-for 'script'",
  ].join("; ");
  const snippet = `<script async src="${server.url}/widget.js" data-inbox="demo"></script>`;
  shop = await site(
    {
      "/": ["text/html", `<!doctype html><html lang="en"><title>Shop</title><link rel="stylesheet" href="/hostile.css">${snippet}<main><h1>Shop</h1></main></html>`],
      "/hostile.css": ["text/css", HOSTILE],
    },
    { "Content-Security-Policy": policy, "Cross-Origin-Embedder-Policy": "require-corp", "Cross-Origin-Opener-Policy": "same-origin" },
  );
});
after(async () => {
  await browser?.close();
  shop?.stop();
  await server?.stop();
});

test("a website that was not allowed is told how; the visitor sees a plain word", async () => {
  const context = await visitor(browser);
  const page = await context.newPage();
  await page.goto(shop.url);
  const widget = new Widget(page);
  await widget.open();
  await widget.panel.getByText("This chat cannot be opened here.").waitFor();
  assert.match(context.complaints.join("\n"), /rapport inbox allow demo http/);
  await context.close();
});

test("an allowed one has a chat that looks and works as everywhere", async () => {
  await server.command("inbox", "allow", "demo", shop.url);
  const context = await visitor(browser);
  const page = await context.newPage();
  await page.goto(shop.url);
  const widget = new Widget(page);
  await widget.open();
  await shot(page, "30-hostile-open");
  await widget.say("How much is delivery to Germany?");
  await widget.log.locator(".sources").waitFor();
  await widget.say("I am looking for a warm blanket under 60 euros");
  const picture = widget.log.locator(".product img").first();
  await picture.waitFor();
  await page.waitForFunction(() => document.querySelector("rapport-chat").shadowRoot.querySelector(".product img")?.naturalWidth > 0);
  await widget.host.locator("input[type=file]").setInputFiles({ name: "note.txt", mimeType: "text/plain", buffer: Buffer.from("hello") });
  await widget.panel.getByRole("button", { name: "Remove note.txt" }).waitFor();
  await shot(page, "31-hostile-chat");

  // The same measures as on a friendly page.
  const looks = (target) =>
    target.evaluate(() => {
      const root = document.querySelector("rapport-chat").shadowRoot;
      const of = (selector, ...names) => {
        const style = getComputedStyle(root.querySelector(selector));
        return names.map((name) => style[name]);
      };
      const box = root.querySelector(".panel").getBoundingClientRect();
      return {
        host: [getComputedStyle(root.host).position, getComputedStyle(root.host).opacity],
        panel: [...of(".panel", "fontSize", "color", "backgroundColor", "transform", "visibility"), box.width, box.height],
        bubble: of(".bubble.own", "borderRadius", "backgroundColor", "color", "display"),
        launcher: of(".launcher", "borderWidth", "width", "height", "visibility"),
        write: of(".write textarea", "borderWidth", "fontSize"),
      };
    });
  const friendly = await visitor(browser);
  const other = await friendly.newPage();
  await other.goto(`${server.url}/demo`);
  const model = new Widget(other);
  await model.open();
  await model.say("How much is delivery to Germany?");
  await model.log.locator(".sources").waitFor();
  assert.deepEqual(await looks(page), await looks(other));
  await accessible(page, "a hostile page", "rapport-chat");
  assert.deepEqual(context.complaints, [], "the page's policy had nothing to complain about");
  await context.close();
  await friendly.close();
});
