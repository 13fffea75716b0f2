/** Public as docs/deploy.md makes it: a proxy with TLS, the widget on another https website, the console beside it. */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { eventually, launch, shot, visitor, Widget } from "./support/browser.mjs";
import { Customer } from "./support/customer.mjs";
import { Desk, PASSWORD } from "./support/desk.mjs";
import { certificate, freePort, Front, missing } from "./support/front.mjs";
import { Server } from "./support/server.mjs";
import { site } from "./support/site.mjs";

const LARGEST = 10 * 1024 * 1024;

for (const kind of ["nginx", "caddy"]) {
  describe(`behind ${kind}`, { skip: missing(kind) }, () => {
    let folder, tls, server, front, browser, shop;

    /** A server with this configuration, and the proxy before it. */
    async function behind(configuration) {
      const port = await freePort();
      const file = join(folder, `${port}.toml`);
      writeFileSync(file, configuration);
      const server = await Server.start({ RAPPORT_CONFIG: file, RAPPORT_PUBLIC_URL: `https://localhost:${port}` });
      return [server, await Front.start(kind, port, server, tls)];
    }

    before(async () => {
      folder = mkdtempSync(join(tmpdir(), "rapport-front-"));
      tls = certificate();
      [server, front] = await behind("[limits]\nheartbeat_s = 1\n");
      browser = await launch();
      const [host, policy] = [new URL(front.url).host, "default-src 'none'"];
      const snippet = `<script async src="${front.url}/widget.js" data-inbox="demo"></script>`;
      shop = await site(
        { "/": ["text/html", `<!doctype html><html lang="en"><title>Shop</title>${snippet}<main><h1>Shop</h1></main></html>`] },
        { "Content-Security-Policy": `${policy}; script-src ${front.url}; connect-src ${front.url} wss://${host}; img-src ${front.url}` },
        tls,
      );
      await server.command("inbox", "allow", "demo", shop.url);
    });
    after(async () => {
      await browser?.close();
      shop?.stop();
      await front?.stop();
      await server?.stop();
      tls?.remove();
      if (folder) rmSync(folder, { recursive: true, force: true });
    });

    /** The widget on the shop's page, with what its sockets did. */
    async function onThePage() {
      const context = await visitor(browser, { ignoreHTTPSErrors: true });
      const page = await context.newPage();
      const sockets = [];
      page.on("websocket", (socket) => {
        const told = { url: socket.url(), pings: 0, closed: false };
        sockets.push(told);
        socket.on("framesent", ({ payload }) => (told.pings += String(payload) === '{"type":"ping"}' ? 1 : 0));
        socket.on("close", () => (told.closed = true));
      });
      await page.goto(shop.url);
      const widget = new Widget(page);
      await widget.open();
      return { context, page, widget, sockets };
    }

    test("a whole chat on another https website, and the largest file", async () => {
      const { context, page, widget, sockets } = await onThePage();
      await widget.say("How much is delivery to Germany?");
      await widget.log.locator(".sources").waitFor();
      await widget.say("I am looking for a warm blanket under 60 euros");
      await page.waitForFunction(() => document.querySelector("rapport-chat").shadowRoot.querySelector(".product img")?.naturalWidth > 0);

      const file = (name, bytes) => ({ name, mimeType: "text/plain", buffer: Buffer.alloc(bytes, 1) });
      const input = widget.host.locator("input[type=file]");
      await input.setInputFiles(file("large.txt", LARGEST));
      await widget.panel.getByRole("button", { name: "Remove large.txt" }).waitFor();
      const uploaded = async () => assert.equal(await widget.host.locator(".files .busy").count(), 0);
      await eventually("it is uploaded", uploaded);
      await widget.say("This is how it arrived");
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        widget.log.getByRole("button", { name: "Download large.txt" }).click(),
      ]);
      assert.equal(statSync(await download.path()).size, LARGEST);

      assert.match(sockets[0].url, /^wss:/);
      assert.deepEqual(await context.cookies(), [], "the widget needs none");
      assert.deepEqual(context.complaints, []);
      // A little more is refused by the server, far more by the proxy; both so that the page may know why.
      for (const [name, bytes] of [["larger.txt", LARGEST + 1], ["huge.txt", 3 * LARGEST]]) {
        await input.setInputFiles(file(name, bytes));
        await widget.panel.getByText(`${name} is too large.`).waitFor();
      }
      await shot(page, `40-behind-${kind}`);
      await context.close();
    });

    test("an idle socket stays", async () => {
      const { context, widget, sockets } = await onThePage();
      await widget.say("do you ship to Norway?");
      await widget.settled();
      await eventually("it has been silent for more than two heartbeats", async () => assert.ok(sockets[0].pings > 8));
      assert.deepEqual(sockets.map(({ closed }) => closed), [false]);
      await context.close();
    });

    test("the console: the printed link, a cookie for https only, a live inbox", async () => {
      const printed = new URL(await server.setupLink());
      const context = await visitor(browser, { ignoreHTTPSErrors: true });
      const desk = new Desk(front, context, await context.newPage());
      await desk.page.goto(`${front.url}/console/${printed.hash}`);
      await desk.page.getByLabel("Name").fill("Noor");
      await desk.page.getByLabel("E-mail").fill("noor@shop.example");
      await desk.page.getByLabel("Choose a password").fill(PASSWORD);
      await desk.page.getByRole("button", { name: "Begin" }).click();
      await desk.inbox();
      const [cookie] = await context.cookies();
      assert.deepEqual([cookie.secure, cookie.httpOnly, cookie.sameSite], [true, true, "Lax"]);

      const customer = await Customer.meets(front, {}, front.tls);
      await customer.says("I want to talk to a human");
      await desk.row(customer.conversation).waitFor();
      await desk.open(customer.conversation);
      await desk.act("Take over").click();
      await desk.reply("Good morning, what can I do?");
      await customer.hearsText("Good morning, what can I do?");
      assert.deepEqual(context.complaints, []);

      const reset = await server.command("agent", "reset", "noor@shop.example");
      assert.ok(reset.startsWith(`${front.url}/console/#/reset/`), reset);
      customer.leaves();
      await context.close();
    });

    test("the server stops and starts again: the socket is told, the widget comes back", async () => {
      const { context, widget } = await onThePage();
      const customer = await Customer.meets(front, {}, front.tls);
      const closed = new Promise((done) => customer.socket.once("close", done));
      await widget.say("do you ship to Norway?");
      await widget.log.locator(".sources").waitFor();
      await server.kill("SIGTERM");
      assert.equal(await closed, 1012, "a restart, no accident");
      await widget.notice.waitFor();
      await widget.say("How do I return something?");
      await server.restart();
      await widget.settled();
      await eventually("it is answered", async () => assert.equal(await widget.log.locator(".sources").count(), 2));
      await context.close();
    });

    test("what is for the machine itself stays inside; the rest passes", async () => {
      for (const path of ["/metrics", "/healthz", "/readyz", "//metrics", "/%6detrics"]) {
        const { status, text } = await front.ask(path);
        assert.equal(status, 404, path);
        assert.doesNotMatch(text, /rapport_|alive|ready/, path);
      }
      const { status, headers } = await front.ask("/widget.js", { Origin: shop.url });
      assert.equal(status, 200);
      assert.equal(headers["access-control-allow-origin"], "*");
      assert.match(headers["content-security-policy"], /frame-ancestors 'none'/);
    });

    test("limits hold for each visitor's address, and nobody can claim another", async () => {
      const [strict, gate] = await behind("[limits]\naddress_rate = 1\n");
      try {
        const comes = (localAddress, headers = {}) => Customer.meets(gate, {}, { ...gate.tls, localAddress, headers });
        const refused = async (customer) => {
          const before = [customer.errors.length, customer.pongs];
          customer.send({ type: "read", seq: 0 });
          customer.send({ type: "ping" });
          await eventually("the pong", async () => assert.ok(customer.pongs > before[1]));
          return customer.errors.slice(before[0]).some(({ code }) => code === "rate_limited");
        };
        const busy = await comes("127.0.0.2");
        const other = await comes("127.0.0.3");
        await eventually("the first is over the limit", async () => assert.ok(await refused(busy)));
        assert.equal(await refused(other), false, "a neighbour is not");
        let claim = 1;
        await eventually("claiming an address gains nothing", async () => {
          const liar = await comes("127.0.0.2", { "X-Forwarded-For": `203.0.113.${claim++}` });
          await refused(busy);
          const told = await refused(liar);
          liar.leaves();
          assert.ok(told);
        });
        busy.leaves();
        other.leaves();
      } finally {
        await gate.stop();
        await strict.stop();
      }
    });
  });
}
