/** axe finds nothing serious on any page of the console, light and dark, wide and narrow. */

import { after, before, test } from "node:test";
import { accessible, launch, PHONE } from "./support/browser.mjs";
import { Customer } from "./support/customer.mjs";
import { Desk } from "./support/desk.mjs";
import { Server } from "./support/server.mjs";

let server, browser, noor, ann;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  // The test's own script could not run under the page's policy.
  noor = await Desk.owner(server, browser, { bypassCSP: true });
  ann = await Customer.meets(server);
  await ann.says("do you ship to Norway?");
  await ann.says("I am looking for a warm blanket under 60 euros");
  await ann.says("I have written three times now and nobody answers. This is ridiculous!");
  await ann.says("I want to talk to a human please");
  await noor.call("POST", "/v1/canned-replies", { shortcut: "hello", title: "Greeting", text: "Hello {customer}" });
  await noor.call("POST", "/v1/invitations", { email: "lee@shop.example", role: "agent" });
});
after(async () => {
  ann?.leaves();
  await browser?.close();
  await server?.stop();
});

const PAGES = ["/inbox/open", "/inbox/mine", "/inbox/snoozed", "/inbox/resolved", "/understanding", "/today", "/settings/me", "/settings/team", "/settings/inboxes", "/settings/hours", "/settings/canned", "/settings/mail", "/settings/webhooks", "/settings/shop"];

for (const colorScheme of ["light", "dark"]) {
  for (const [shape, options] of [["wide", {}], ["phone", PHONE]]) {
    test(`${colorScheme}, ${shape}`, async () => {
      const desk = await Desk.at(server, browser, { colorScheme, bypassCSP: true, ...options });
      const { page } = desk;
      const check = async (state) => {
        await accessible(page, `${state}, ${colorScheme}, ${shape}`);
        await desk.shot(`40-${colorScheme}-${shape}-${state.replaceAll(/[^a-z]+/gi, "-").replace(/^-/, "")}`);
      };
      await desk.go("/");
      await page.getByRole("heading", { name: /^Sign in/ }).waitFor();
      await check("signing in");
      await desk.go("/join/never-was-one");
      await page.getByRole("heading", { name: /does not work/ }).waitFor();
      await check("a used link");
      await desk.go("/login");
      await desk.signIn("noor@shop.example");
      await desk.row(ann.conversation).waitFor();
      for (const route of PAGES) {
        await desk.go(route);
        await page.locator("main h1").first().waitFor({ state: "attached" });
        await check(route);
      }
      await desk.open(ann.conversation);
      await desk.log.getByRole("button", { name: /Why/ }).last().waitFor();
      await check("a conversation");
      await desk.log.getByRole("button", { name: /Why/ }).last().click();
      await check("why");
      await page.locator("body").press("s");
      await page.getByRole("menu").waitFor();
      await check("a menu");
      await page.keyboard.press("Escape");
      await page.keyboard.press("n");
      await page.getByRole("textbox", { name: "Note for colleagues" }).waitFor();
      await check("a note");
      await page.keyboard.press("Escape");
      await page.keyboard.press("r");
      await desk.field.pressSequentially("/h");
      await page.getByRole("option", { name: /hello/ }).waitFor();
      await check("canned replies");
      await desk.field.fill("");
      await page.keyboard.press("Escape");
      await desk.act("Customer").click();
      await check("the customer");
      await page.keyboard.press("Control+k");
      await page.getByRole("combobox").waitFor();
      await check("the palette");
      await page.keyboard.press("Escape");
      await page.locator("body").press("?");
      await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
      await check("the shortcuts");
      await desk.close();
    });
  }
}
