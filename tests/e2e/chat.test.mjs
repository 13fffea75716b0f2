/** A customer chats on the sample shop's page. */

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";
import { accessible, eventually, launch, PHONE, shot, visitor, Widget } from "./support/browser.mjs";
import { Server } from "./support/server.mjs";

let server, browser, agent;

before(async () => {
  server = await Server.start();
  browser = await launch();
  agent = await server.agent();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

async function demo(options, path = "/demo") {
  const context = await visitor(browser, options);
  const page = await context.newPage();
  await page.goto(server.url + path);
  return { context, page, widget: new Widget(page) };
}

test("from a question to a person, and how it was", async () => {
  const { context, page, widget } = await demo();
  await shot(page, "01-page");
  await widget.open();
  await shot(page, "02-open");
  await widget.panel.getByText("I am an automatic assistant").waitFor();

  await widget.say("How much is delivery to Germany?");
  await widget.log.getByText("Standard delivery costs 4.95 EUR").waitFor();
  await widget.log.getByText("Sent").waitFor();
  // The page's language, and the visitor's country: British clocks know no "PM".
  assert.match(await widget.log.locator("time").first().innerText(), /^\d\d:\d\d$/);
  await shot(page, "03-answer");

  // The source, read in place, and back to where one was.
  const source = widget.log.getByRole("button", { name: /^What does delivery cost/ });
  await source.click();
  await widget.panel.getByRole("heading", { name: "What does delivery cost, and when is it free?" }).waitFor();
  await shot(page, "04-article");
  await widget.panel.getByRole("button", { name: "Pick-up point" }).click();
  await widget.panel.getByRole("heading", { level: 2, name: /pick-up/i }).waitFor();
  await widget.panel.getByRole("button", { name: "Back to the chat" }).click();

  await widget.log.getByRole("button", { name: "No", exact: true }).click();
  await widget.log.getByLabel("What was missing?").fill("I meant Svalbard");
  await page.keyboard.press("Enter");
  await widget.log.getByText("We will do better").waitFor();

  await widget.say("I am looking for a warm blanket under 60 euros");
  const card = widget.log.getByRole("link", { name: "Mol fleece blanket" });
  await card.waitFor();
  await widget.log.getByText("€17.90").waitFor();
  await widget.log.getByText("Why do I see this?").last().click();
  await widget.log.getByText("Nobody pays to be shown here").waitFor();
  await shot(page, "05-products");

  // A card leads to the shop's page, in this tab, and the chat comes along.
  await card.click();
  await page.waitForURL("**/shop/mol-fleece-blanket");
  await widget.log.getByText("Mol fleece blanket").first().waitFor();
  await widget.panel.getByRole("button", { name: "Close chat" }).click();
  await page.getByRole("button", { name: "Put it in the basket" }).click();
  await page.getByRole("dialog", { name: "Your basket" }).waitFor();
  await shot(page, "06-basket");
  await page.getByRole("button", { name: "Close the basket" }).click();

  await widget.open();
  await agent.get("/v1/me");
  await widget.say("I have written three times now and nobody answers. This is ridiculous!");
  await widget.log.locator(".handoff").getByText(/You are next in the queue/).waitFor();
  await shot(page, "07-waiting");

  const id = await eventually("the conversation is known", () => widget.conversation(agent));
  await agent.post(`/v1/conversations/${id}/take`);
  await widget.panel.getByText("From the team", { exact: true }).waitFor();
  await agent.post(`/v1/conversations/${id}/messages`, { text: "I am sorry. Here is [our promise](/help/complaints), **today**." });
  await widget.log.getByText("I am sorry.").waitFor();
  await shot(page, "08-person");
  await agent.post(`/v1/conversations/${id}/hand-back`);
  await widget.log.getByText("The assistant is back.").waitFor();
  await agent.post(`/v1/conversations/${id}/resolve`);
  await widget.log.getByText("This conversation is closed").waitFor();

  await widget.log.getByRole("radio", { name: "Very good" }).check();
  await widget.log.getByLabel("Would you like to tell us more?").fill("Quick and kind");
  await shot(page, "09-survey");
  await widget.log.getByRole("button", { name: "Send" }).click();
  await widget.log.getByText("Thank you for your answer.").waitFor();
  await shot(page, "10-rated");

  const log = await agent.log(id);
  const only = (type) => log.filter(({ content }) => content.type === type).map(({ content }) => content);
  assert.deepEqual(only("survey_result").map(({ score, comment }) => [score, comment]), [[5, "Quick and kind"]]);
  assert.equal(only("rating")[0].helpful, false);
  assert.deepEqual(context.complaints, []);
  await context.close();
});

test("a reload keeps everything, also what was being written", async () => {
  const { context, page, widget } = await demo();
  await widget.open();
  await widget.say("do you ship to Norway?");
  await widget.log.locator(".sources").waitFor();
  await widget.input.fill("and to Sw");
  const before = await widget.log.locator(".bubble").allInnerTexts();
  await page.reload();
  await widget.log.locator(".sources").waitFor();
  assert.deepEqual(await widget.log.locator(".bubble").allInnerTexts(), before);
  assert.equal(await widget.input.inputValue(), "and to Sw");
  await context.close();
});

test("two tabs are one visitor", async () => {
  const context = await visitor(browser);
  const [first, second] = await Promise.all([context.newPage(), context.newPage()]);
  await Promise.all([first.goto(`${server.url}/demo`), second.goto(`${server.url}/demo`)]);
  const [a, b] = [new Widget(first), new Widget(second)];
  // Both greet for the first time, at once.
  await Promise.all([a.open(), b.open()]);
  await Promise.all([a.say("hello from the first tab"), b.say("hello from the second tab")]);
  await eventually("both tabs show both", async () => {
    for (const widget of [a, b]) {
      assert.deepEqual((await widget.own()).sort(), ["hello from the first tab", "hello from the second tab"]);
    }
  });
  await Promise.all([a.settled(), b.settled()]);
  assert.deepEqual(await a.own(), await b.own());
  await context.close();
});

test("who looks elsewhere is told: a badge, the title, and read again", async () => {
  const { context, page, widget } = await demo();
  await widget.open();
  await widget.say("hi there");
  await widget.log.getByText("What can I do for you?").waitFor();
  const id = await eventually("the conversation is known", () => widget.conversation(agent));
  await widget.panel.getByRole("button", { name: "Close chat" }).click();
  await agent.post(`/v1/conversations/${id}/take`);
  await agent.post(`/v1/conversations/${id}/messages`, { text: "One" });
  await agent.post(`/v1/conversations/${id}/messages`, { text: "Two" });
  await page.getByRole("button", { name: "Open chat, 2 unread messages" }).or(page.getByRole("button", { name: "Open chat, 3 unread messages" })).waitFor();
  await widget.host.locator(".teaser").getByText("Two").waitFor();
  await shot(page, "11-unread");
  await page.evaluate(() => {
    Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await eventually("the title tells", async () => assert.match(await page.title(), /^\([23]\) /));
  await page.evaluate(() => {
    delete document.visibilityState;
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await widget.open();
  await eventually("all is read", async () => {
    assert.equal(await widget.launcher.getAttribute("aria-label"), "Close chat");
    assert.doesNotMatch(await page.title(), /^\(/);
    const { read_seq, last_seq } = await agent.get(`/v1/conversations/${id}`);
    assert.equal(read_seq, last_seq);
  });
  await context.close();
});

test("files go both ways: by button, drop and paste", async () => {
  const { context, page, widget } = await demo();
  await widget.open();
  const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAgAAAAGCAIAAABxZ0isAAAAaElEQVR42g3JMQpEMQhAwT2YjY2NjY23+iAEAoGA4G3esTbTzo9PKGEJWzjCFVoY+fEppSxlK0e5SiujL4wylrGNY1yjjbEXTjnL2c5xrtPO+IugghXs4AQ36GDiRVLJSnZykpt0MvkHCQ9PUYk5WmQAAAAASUVORK5CYII=", "base64");
  await widget.host.locator("input[type=file]").setInputFiles({ name: "lamp.png", mimeType: "image/png", buffer: png });
  await widget.panel.getByRole("button", { name: "Remove lamp.png" }).waitFor();
  for (const kind of ["drop", "paste"]) {
    await page.evaluate((kind) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File(["Dear shop"], `${kind}.txt`, { type: "text/plain" }));
      const root = document.querySelector("rapport-chat").shadowRoot;
      const event =
        kind === "drop"
          ? new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true })
          : new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true });
      root.querySelector(kind === "drop" ? ".log" : "textarea").dispatchEvent(event);
    }, kind);
    await widget.panel.getByRole("button", { name: `Remove ${kind}.txt` }).waitFor();
  }
  await shot(page, "12-attached");
  await eventually("uploaded", async () => assert.equal(await widget.host.locator(".files .busy").count(), 0));
  await widget.say("My lamp arrived broken");
  await widget.log.locator("canvas:visible").waitFor();
  const [download] = await Promise.all([page.waitForEvent("download"), widget.log.getByRole("button", { name: "Download paste.txt" }).click()]);
  assert.equal(download.suggestedFilename(), "paste.txt");
  await shot(page, "13-files");
  assert.deepEqual(context.complaints, []);
  await context.close();
});

test("by keyboard alone", async () => {
  const { context, page, widget } = await demo();
  await widget.launcher.focus();
  await page.keyboard.press("Enter");
  await widget.input.waitFor();
  const focused = () => page.evaluate(() => {
    const inside = document.activeElement?.shadowRoot?.activeElement;
    return inside?.getAttribute("aria-label") ?? inside?.textContent ?? "";
  });
  await eventually("the focus is where one writes", async () => assert.equal(await focused(), "Write a message"));
  await page.keyboard.type("How do I return something?");
  await page.keyboard.press("Enter");
  await widget.log.locator(".sources").waitFor();

  const back = async (name) => {
    for (let steps = 0; steps < 25; steps++) {
      if (name.test(await focused())) return;
      await page.keyboard.press("Shift+Tab");
    }
    assert.fail(`${name} cannot be reached with Shift+Tab`);
  };
  await back(/return/i);
  await page.keyboard.press("Enter");
  await widget.panel.getByRole("article").waitFor();
  await shot(page, "14-keyboard");
  await page.keyboard.press("Escape");
  await widget.input.waitFor();
  await eventually("the focus is back at the source", async () => assert.match(await focused(), /return/i));
  await back(/^Close chat$/);
  await page.keyboard.press("Escape");
  await eventually("closed, and the focus is on the launcher", async () => {
    assert.equal(await widget.panel.count(), 0);
    assert.equal(await focused(), "Open chat");
  });
  await context.close();
});

test("on a phone the chat is the screen, and the focus stays in it", async () => {
  const { context, page, widget } = await demo(PHONE);
  await widget.launcher.tap();
  await widget.input.waitFor();
  const box = await widget.panel.boundingBox();
  assert.deepEqual([box.x, box.y, box.width, box.height], [0, 0, 390, 844]);
  assert.equal(await widget.panel.getAttribute("aria-modal"), "true");
  await shot(page, "15-phone-open");
  await widget.input.tap();
  await widget.say("I am looking for a warm blanket under 60 euros");
  await widget.log.getByRole("link", { name: "Mol fleece blanket" }).waitFor();
  await shot(page, "16-phone-products");
  // Wide content scrolls inside; the page itself never moves sideways.
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  for (let steps = 0; steps < 30; steps++) {
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement?.localName), "rapport-chat");
  }
  await context.close();
});

test("in five languages, and from right to left", async () => {
  const greetings = { en: "How can we help?", de: "Wie können wir helfen?", fr: "Que pouvons-nous faire pour vous ?", es: "¿En qué podemos ayudarle?", ar: "كيف يمكننا مساعدتك؟" };
  const { context, page, widget } = await demo();
  for (const [locale, greeting] of Object.entries(greetings)) {
    await page.evaluate((locale) => window.Rapport("boot", { inbox: "demo", locale }), locale);
    await widget.open();
    await widget.panel.getByText(greeting).waitFor();
    const left = (await widget.panel.boundingBox()).x < 400;
    assert.equal(left, locale === "ar", locale);
    await shot(page, `17-${locale}`);
    await page.evaluate(() => window.Rapport("close"));
  }
  await context.close();
});

test("the page listens and commands", async () => {
  const context = await visitor(browser);
  const page = await context.newPage();
  await page.addInitScript(() => {
    window.heard = [];
    window.Rapport = (...command) => void (window.Rapport.q ??= []).push(command);
    for (const name of ["ready", "open", "close", "unread", "message", "handoff"]) {
      window.Rapport("on", name, (detail) => window.heard.push([name, detail]));
    }
  });
  await page.goto(`${server.url}/demo`);
  const widget = new Widget(page);
  await page.evaluate(() => window.Rapport("track", "lookbook", { page: 3 }));
  await page.evaluate(() => window.Rapport("open"));
  await widget.input.waitFor();
  await widget.say("hi there");
  await widget.log.getByText("What can I do for you?").waitFor();
  const unread = (await page.evaluate(() => window.heard)).filter(([name]) => name === "unread").map(([, { count }]) => count);
  assert.ok(unread.every((count) => count === 0), `what is seen at once was never unread: ${unread}`);
  await page.evaluate(() => window.Rapport("close"));
  await eventually("everything was heard", async () => {
    const names = (await page.evaluate(() => window.heard)).map(([name]) => name);
    for (const name of ["ready", "open", "message", "close"]) assert.ok(names.includes(name), `${name} in ${names}`);
  });
  await page.evaluate(() => window.Rapport("shutdown"));
  assert.equal(await widget.host.count(), 0);
  const kept = await page.evaluate(() => Object.keys({ ...localStorage, ...sessionStorage }).filter((key) => key.startsWith("rapport:")));
  assert.deepEqual(kept.map((key) => key.split(":").at(-1)), ["settings"], "nothing of the visitor stays in the browser");
  await context.close();
});

test("a form asks for what is missing", async () => {
  const { context, page, widget } = await demo();
  await widget.open();
  await widget.panel.getByRole("button", { name: "Where is my order?" }).click();
  await widget.log.getByLabel("Order number").fill("aw-10305");
  await widget.log.getByLabel("E-mail address").fill("anneke.devos");
  await page.keyboard.press("Enter");
  await widget.log.getByText("This does not look like an e-mail address.").waitFor();
  await widget.log.getByLabel("E-mail address").fill("anneke.devos@post.example");
  await shot(page, "25-form");
  await page.keyboard.press("Enter");
  await widget.log.getByText("Sent. Thank you.").waitFor();
  await widget.log.getByText(/AW-10305.*delivered/is).waitFor();
  // The form has gone, and the keyboard is where the conversation goes on.
  assert.equal(await page.evaluate(() => document.activeElement.shadowRoot.activeElement.localName), "textarea");
  await context.close();
});

test("who is signed in finds the conversation in another browser", async () => {
  const secret = await server.command("inbox", "secret", "demo");
  const hmac = createHmac("sha256", secret).update("4711").digest("hex");
  const identity = { user_id: "4711", name: "Ann", email: "ann@post.example", hmac };
  const first = await demo();
  await first.page.evaluate((identity) => window.Rapport("identify", identity), identity);
  await first.widget.open();
  await first.widget.say("my first browser");
  await first.widget.log.getByText("Sent").waitFor();
  await first.context.close();

  const second = await demo();
  await second.page.evaluate((identity) => window.Rapport("boot", { inbox: "demo", identity }), identity);
  await second.widget.open();
  await second.widget.log.getByText("my first browser").waitFor();
  const { customer } = await agent.get(`/v1/conversations/${await second.widget.conversation(agent)}`);
  assert.deepEqual([customer.external_id, customer.name], ["4711", "Ann"]);
  await second.context.close();

  // A forged one gets nothing but a conversation of its own.
  const third = await demo();
  await third.page.evaluate((identity) => window.Rapport("identify", { ...identity, hmac: "0".repeat(64) }), identity);
  await third.widget.open();
  await third.widget.panel.getByRole("heading", { name: /How can we help/ }).waitFor();
  await third.widget.say("somebody else");
  await third.widget.log.getByText("Sent").waitFor();
  assert.deepEqual(await third.widget.own(), ["somebody else"]);
  await third.context.close();
});

test("an inbox has looks and asks who is there", async () => {
  const settings = {
    greeting: "Ask me about lamps.",
    theme: { accent: "#ffd54a", side: "left", launcher: "Chat with us", radius: 6 },
    pre_chat: {
      text: "Who are we talking to?",
      fields: [
        { name: "name", label: "Name", kind: "text", required: false },
        { name: "email", label: "E-mail", kind: "email", required: true },
      ],
    },
  };
  const context = await visitor(browser);
  const page = await context.newPage();
  await page.route("**/v1/widget?*", (route) => route.fulfill({ json: settings }));
  await page.routeWebSocket(/\/v1\/chat/, (near) => {
    const far = near.connectToServer();
    far.onMessage((text) => {
      const frame = JSON.parse(text);
      near.send(JSON.stringify(frame.type === "welcome" ? { ...frame, settings } : frame));
    });
  });
  await page.goto(`${server.url}/demo`);
  const widget = new Widget(page);
  await page.getByText("Chat with us").waitFor();
  assert.ok((await widget.launcher.boundingBox()).x < 40);
  await widget.launcher.click();
  await widget.panel.getByText("Ask me about lamps.").waitFor();
  await widget.panel.getByRole("button", { name: "Start the chat" }).click();
  await widget.panel.getByText("Please fill this in.").waitFor();
  await widget.panel.getByLabel("E-mail").fill("ann at post");
  await page.keyboard.press("Enter");
  await widget.panel.getByText("This does not look like an e-mail address.").waitFor();
  await shot(page, "18-asked");
  await accessible(page, "the form before the chat");
  await widget.panel.getByLabel("E-mail").fill("ann@lamps.example");
  await widget.panel.getByLabel("Name").fill("Ann Lamp");
  await page.keyboard.press("Enter");
  await widget.input.waitFor();
  await widget.say("Which lamps are dimmable?");
  await widget.log.getByText("Sent").waitFor();
  await shot(page, "19-accent");
  const { customer, entries } = await agent.get(`/v1/conversations/${await eventually("the conversation is known", () => widget.conversation(agent))}`);
  assert.deepEqual([customer.name, customer.email], ["Ann Lamp", "ann@lamps.example"]);
  assert.equal(entries[0].content.type, "submitted");
  assert.equal(entries.filter(({ in_reply_to }) => in_reply_to === 1).length, 0, "nobody answers the form");
  await context.close();
});
