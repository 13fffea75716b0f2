/** The README's two pictures, recorded anew when `RAPPORT_PICTURES=1` asks for it. */

import { createHmac } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { launch, visitor, Widget } from "./support/browser.mjs";
import { Customer } from "./support/customer.mjs";
import { Desk } from "./support/desk.mjs";
import { Server } from "./support/server.mjs";

const skip = !process.env.RAPPORT_PICTURES;
const SHARP = { deviceScaleFactor: 2 };

let server, browser;

before(async () => {
  if (!skip) [server, browser] = await Promise.all([Server.start(), launch()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test("the chat on a shop's page: an answer with its source, and products", { skip }, async () => {
  const context = await visitor(browser, { viewport: { width: 1280, height: 900 }, ...SHARP });
  const page = await context.newPage();
  await page.goto(`${server.url}/demo`);
  const widget = new Widget(page);
  await widget.open();
  await widget.say("Do you ship to Norway?");
  await widget.log.locator(".sources").waitFor();
  await widget.say("A warm blanket under 60 euros");
  await widget.log.locator(".product").nth(1).waitFor();
  await page.waitForFunction(() => {
    const images = document.querySelector("rapport-chat").shadowRoot.querySelectorAll(".product img");
    return [...images].slice(0, 2).every((image) => image.complete);
  });
  await widget.settled();
  await record(page, "widget");
  await context.close();
});

test("the console: an unhappy customer, and why a person was asked for", { skip }, async () => {
  const noor = await Desk.owner(server, browser, SHARP);
  const customers = new Map();
  for (const [name, email, ...texts] of PEOPLE) {
    const customer = await Customer.meets(server, { identity: await signed(name, email), page: { url: `${server.url}/demo`, title: "Alder & Wick" } });
    for (const text of texts) await customer.says(text);
    customers.set(name, customer);
  }
  const unhappy = customers.get(PEOPLE.at(-1)[0]);
  await noor.open(unhappy.conversation);
  await noor.log.getByRole("article").filter({ hasText: "three times" }).getByRole("button", { name: /Why/ }).click();
  await noor.log.getByText("Brought in a person").waitFor();
  await noor.page.getByText(/^Order|^AW-/).first().waitFor();
  await record(noor.page, "console");
  for (const customer of customers.values()) customer.leaves();
  await noor.close();
});

/** Who writes, in which mood; the last one is looked at. */
const PEOPLE = [
  ["Lea Winter", "lea@mail.example", "Which lamp is dimmable?", "perfect, thanks a lot!"],
  ["Tom Dubois", "tom@mail.example", "do you ship to Norway?"],
  ["Ida Berg", "ida@mail.example", "I am looking for a warm blanket under 60 euros"],
  ["Max Oliveira", "max@mail.example", "The lamp arrived broken, this is terrible"],
  ["Bo Verhoeven", "bo@mail.example", "You charged me twice! I want my money back now, this is a scam"],
  ["Eva Novak", "eva@mail.example", "I want to talk to a person please"],
  ["Marta Lindqvist", "marta.lindqvist@mail.example", "where is my order AW-10482?", "I have written three times now and nobody answers. This is ridiculous!"],
];

async function signed(name, email) {
  const secret = await server.command("inbox", "secret", "demo");
  return { user_id: email, name, email, hmac: createHmac("sha256", secret).update(email).digest("hex") };
}

/** As WebP, at twice the size: a PNG would be five times as heavy. */
async function record(page, name) {
  const devtools = await page.context().newCDPSession(page);
  const clip = { x: 0, y: 0, ...page.viewportSize(), scale: SHARP.deviceScaleFactor };
  const { data } = await devtools.send("Page.captureScreenshot", { format: "webp", quality: 75, clip });
  await writeFile(new URL(`../../docs/pictures/${name}.webp`, import.meta.url), Buffer.from(data, "base64"));
}
