/** axe finds nothing serious in any state, light and dark, wide and narrow. */

import { after, before, test } from "node:test";
import { accessible, eventually, launch, PHONE, shot, visitor, Widget } from "./support/browser.mjs";
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

for (const colorScheme of ["light", "dark"]) {
  for (const [shape, options] of [["wide", {}], ["phone", PHONE]]) {
    test(`${colorScheme}, ${shape}`, async () => {
      const context = await visitor(browser, { colorScheme, ...options });
      const page = await context.newPage();
      const widget = new Widget(page);
      const check = async (state) => {
        await accessible(page, `${state}, ${colorScheme}, ${shape}`);
        await shot(page, `40-${colorScheme}-${shape}-${state.replaceAll(" ", "-")}`);
      };
      await page.goto(`${server.url}/shop/paddo-table-lamp`);
      await page.getByRole("heading", { name: "Paddo table lamp" }).waitFor();
      await check("a product page");
      await page.goto(`${server.url}/demo`);
      await page.getByRole("heading", { name: "Lamps" }).waitFor();
      await check("the shop");
      await widget.open();
      await check("the greeting");
      await widget.say("How much is delivery to Germany?");
      await widget.log.locator(".sources").waitFor();
      await widget.log.getByRole("button", { name: "No", exact: true }).click();
      await widget.log.locator("summary").first().click();
      await check("an answer");
      await widget.log.locator(".sources button").first().click();
      await widget.panel.getByRole("article").getByRole("heading").first().waitFor();
      await check("an article");
      await page.keyboard.press("Escape");
      await widget.say("I am looking for a warm blanket under 60 euros");
      await widget.log.locator(".product").first().waitFor();
      await check("products");
      await widget.say("hi there");
      await widget.log.getByRole("button", { name: "Track an order" }).waitFor();
      await check("choices");
      const id = await eventually("the conversation is known", () => widget.conversation(agent));
      await agent.post(`/v1/conversations/${id}/take`);
      await agent.post(`/v1/conversations/${id}/messages`, { text: "Good evening." });
      await widget.log.getByText("Good evening.").waitFor();
      await check("a person");
      await agent.post(`/v1/conversations/${id}/resolve`);
      await widget.log.getByRole("radio", { name: "All right" }).check();
      await check("a survey");
      await widget.log.getByRole("button", { name: "Send" }).click();
      await widget.log.getByText("Thank you for your answer.").waitFor();
      await check("the end");
      await context.close();
    });
  }
}
