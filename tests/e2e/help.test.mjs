/** The public help centre: searched with and without JavaScript, voted on, read on a phone, in the dark and on paper. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessible, eventually, launch, PHONE, shot, visitor } from "./support/browser.mjs";
import { Server } from "./support/server.mjs";

let server, browser;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** A reader on a page of the help centre. */
async function reads(path, options = {}) {
  const context = await visitor(browser, { bypassCSP: true, ...options });
  const page = await context.newPage();
  await page.goto(server.url + path);
  return { context, page, field: page.getByRole(options.javaScriptEnabled === false ? "searchbox" : "combobox") };
}

test("searched as one types, by the keyboard alone", async () => {
  const { context, page, field } = await reads("/help", { bypassCSP: false });
  await page.keyboard.press("/");
  await eventually("the field has the focus", async () => assert.equal(await field.evaluate((one) => one === document.activeElement), true));
  await field.pressSequentially("how do I send it bak");
  const options = page.getByRole("option");
  await options.filter({ hasText: "How to return an item" }).waitFor();
  await shot(page, "70-help-suggestions");
  const place = (await options.allInnerTexts()).findIndex((text) => text.startsWith("How to return an item"));
  for (let press = 0; press <= place; press++) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Escape");
  assert.equal(await options.count(), 0, "Escape puts them away");
  await field.press("Space");
  await options.filter({ hasText: "How to return an item" }).waitFor();
  for (let press = 0; press <= place; press++) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "How to return an item" }).waitFor();
  assert.deepEqual(context.complaints, [], "the strict policy allows what the page needs");
  await context.close();
});

test("searched, read and voted on without JavaScript", async () => {
  const { context, page, field } = await reads("/help", { javaScriptEnabled: false });
  await field.fill("my parcel has not come");
  await page.getByRole("button", { name: "Search" }).click();
  await page.getByRole("heading", { level: 1, name: /Results for/ }).waitFor();
  await page.getByRole("link", { name: "My parcel is late or lost" }).first().click();
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.getByRole("button", { name: "Yes" }).click();
  await page.getByText("Thank you. Good to know.").waitFor();
  await page.getByRole("link", { name: "Help" }).first().click();
  await page.getByRole("link", { name: "Returns", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "Returns" }).waitFor();
  await page.getByRole("link", { name: "Nederlands" }).click();
  await page.getByRole("heading", { level: 1, name: "Retour" }).waitFor();
  await context.close();
});

for (const colorScheme of ["light", "dark"]) {
  for (const [shape, options] of [["wide", {}], ["phone", PHONE]]) {
    test(`nobody is kept out: ${colorScheme}, ${shape}`, async () => {
      const { context, page, field } = await reads("/help", { colorScheme, ...options });
      const check = async (state) => {
        await accessible(page, `${state}, ${colorScheme}, ${shape}`);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${state} is wider than the screen`);
        await shot(page, `71-help-${colorScheme}-${shape}-${state.replaceAll(" ", "-")}`);
      };
      await check("front page");
      await field.pressSequentially("gift");
      await page.getByRole("option").first().waitFor();
      await page.keyboard.press("ArrowDown");
      await check("suggestions");
      for (const [state, path] of [
        ["category", "/help/category/delivery"],
        ["article", "/help/return-an-item"],
        ["table", "/help/delivery-costs"],
        ["thanks", "/help/klarna?thanks=no"],
        ["results", "/help?q=how+long+does+delivery+take"],
        ["nothing found", "/help?q=zzqx+vvkp"],
        ["no such article", "/help/returns-and-more"],
        ["dutch", "/help/return-an-item?locale=nl"],
      ]) {
        await page.goto(server.url + path);
        await check(state);
      }
      await context.close();
    });
  }
}

test("on paper there is the article and nothing else", async () => {
  const { context, page } = await reads("/help/return-an-item");
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.getByRole("search").isVisible(), false);
  assert.equal(await page.getByRole("button", { name: "Yes" }).isVisible(), false);
  assert.equal(await page.getByText("You may return anything unused").first().isVisible(), true);
  await context.close();
});
