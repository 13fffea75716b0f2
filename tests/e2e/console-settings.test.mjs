/** The owner's side of the console: the team, the inbox, the hours, and a shop of one's own. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually, launch, visitor, Widget } from "./support/browser.mjs";
import { Desk } from "./support/desk.mjs";
import { Server } from "./support/server.mjs";
import { site } from "./support/site.mjs";

let server, browser, noor;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  noor = await Desk.owner(server, browser);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test("a website that was refused is allowed by one click", async () => {
  const shop = await site({ "/": ["text/html", `<!doctype html><html lang="en"><title>Shop</title><script async src="${server.url}/widget.js" data-inbox="demo"></script><h1>Shop</h1></html>`] });
  const context = await visitor(browser);
  const page = await context.newPage();
  await page.goto(shop.url);
  const widget = new Widget(page);
  await widget.launcher.click();
  await widget.panel.getByText("This chat cannot be opened here.").waitFor();

  await noor.page.getByText("A website tried to show your chat").waitFor();
  await noor.page.getByRole("link", { name: "Have a look" }).click();
  await noor.page.getByText(shop.url, { exact: true }).waitFor();
  await noor.shot("20-refused");
  await noor.page.getByRole("button", { name: "Allow" }).first().click();
  await noor.told("may show the chat now");
  await context.close();

  const later = await visitor(browser);
  const again = await later.newPage();
  await again.goto(shop.url);
  const allowed = new Widget(again);
  await allowed.open();
  await allowed.say("do you ship to Norway?");
  await allowed.log.locator(".sources").waitFor();
  await later.close();
  shop.stop();
});

test("the snippet is copied, the greeting changed, and the widget says it", async () => {
  await noor.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await noor.go("/settings/inboxes");
  await noor.page.getByRole("button", { name: "Copy the snippet" }).click();
  await noor.page.getByRole("button", { name: "Copied" }).waitFor();
  assert.match(await noor.page.evaluate(() => navigator.clipboard.readText()), /widget\.js/);
  await noor.page.getByLabel("Greeting").fill("Good evening! What are you looking for?");
  await noor.page.getByRole("figure").getByText("Good evening!").waitFor();
  await noor.page.getByRole("button", { name: "Save" }).last().click();
  await noor.told("Saved.");
  await noor.shot("21-inbox");

  const context = await visitor(browser);
  const page = await context.newPage();
  await page.goto(`${server.url}/console/preview.html?inbox=demo`);
  const widget = new Widget(page);
  await widget.panel.getByText("Good evening! What are you looking for?").waitFor();
  await context.close();
});

test("a colleague is invited, changed, and gets a new password", async () => {
  await noor.go("/settings/team");
  await noor.page.getByRole("button", { name: "Invite" }).click();
  const dialog = noor.page.getByRole("dialog");
  await dialog.getByLabel("E-mail").fill("lee@shop.example");
  await dialog.getByRole("button", { name: "Make the invitation" }).click();
  await noor.page.getByText("The link works once").waitFor();
  const link = new URL(await noor.page.locator("dialog .code").innerText());
  await noor.shot("22-invited");
  await noor.page.getByRole("button", { name: "Done" }).click();

  const lee = await Desk.at(server, browser);
  await lee.page.goto(`${server.url}/console/${link.hash}`);
  await lee.page.getByLabel("Name").fill("Lee");
  await lee.page.getByLabel("Choose a password").fill("three blue umbrellas");
  await lee.page.getByRole("button", { name: "Join" }).click();
  await lee.inbox();
  await noor.go("/settings/me");
  await noor.go("/settings/team");
  await noor.page.getByLabel("How many conversations Lee takes at once").fill("2");
  await noor.page.getByLabel("How many conversations Lee takes at once").press("Tab");
  await noor.told("Saved.");
  await eventually("Lee sees it", async () => assert.match(await lee.page.locator(".me-load").innerText(), /of 2/));

  await noor.page.getByRole("button", { name: "More for Lee" }).click();
  await noor.page.getByRole("menuitem", { name: /New password/ }).click();
  const reset = new URL(await noor.page.locator("dialog .code").innerText());
  await noor.page.getByRole("button", { name: "Done" }).click();
  await lee.page.getByRole("heading", { name: /^Sign in/ }).waitFor();
  await lee.page.goto(`${server.url}/console/${reset.hash}`);
  await lee.page.getByLabel("New password").fill("four green umbrellas");
  await lee.page.getByRole("button", { name: "Change the password" }).click();
  await lee.inbox();
  await lee.close();
});

test("opening hours are set, and told to be open or closed", async () => {
  await noor.go("/settings/hours");
  await noor.page.getByRole("switch", { name: "There are opening hours" }).click();
  await noor.page.getByLabel("Monday from").fill("10:00");
  await noor.page.getByRole("button", { name: "A second time on Monday" }).click();
  await noor.page.getByRole("button", { name: "Save" }).first().click();
  await noor.told("Saved.");
  await noor.page.getByText(/Open now|Closed now|Opens /).waitFor();
  const { hours } = await noor.call("GET", "/v1/settings");
  assert.deepEqual(hours.week.mon, [["10:00", "17:00"], ["18:00", "19:00"]]);
  await noor.shot("23-hours");
});

test("the sample shop makes room for one's own, once its name was typed", async () => {
  await noor.go("/settings/shop");
  await noor.page.getByRole("button", { name: "Begin with my own shop" }).click();
  const dialog = noor.page.getByRole("dialog");
  await dialog.getByLabel("What is your shop called?").fill("Lamps & Light");
  await dialog.getByRole("button", { name: "Next" }).click();
  await dialog.getByRole("switch", { name: "Saturday" }).click();
  await dialog.getByRole("button", { name: "Next" }).click();
  await dialog.getByLabel("How can things be sent back?").fill("Within 30 days, unused. We send a label.");
  await dialog.getByLabel("How else can you be reached?").fill("hello@lamps.example");
  await dialog.getByRole("button", { name: "Next" }).click();
  await noor.shot("24-own-shop");
  const replace = dialog.getByRole("button", { name: "Replace the sample shop" });
  assert.equal(await replace.getAttribute("aria-disabled"), "true");
  await dialog.getByLabel(/to confirm/).fill((await noor.call("GET", "/v1/settings")).shop.name);
  await replace.click();
  await noor.told("Lamps & Light is ready.");
  const { shop } = await noor.call("GET", "/v1/settings");
  assert.deepEqual([shop.name, shop.sample], ["Lamps & Light", false]);
});
