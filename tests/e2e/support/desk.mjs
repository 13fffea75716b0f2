/** The agents' console, as an agent handles it. */

import { fileURLToPath } from "node:url";
import { visitor } from "./browser.mjs";

const shots = fileURLToPath(new URL("../../../target/screenshots", import.meta.url));

export const PASSWORD = "seven quiet lanterns";

export class Desk {
  constructor(server, context, page) {
    this.server = server;
    this.context = context;
    this.page = page;
    this.list = page.getByRole("region", { name: /^(All open|Mine|Waiting|With the bot|Snoozed|Resolved|Found)$/ });
    this.rows = page.locator(".virtual-row a");
    this.talk = page.getByRole("region", { name: "Conversation", exact: true });
    this.log = page.getByRole("log", { name: "Messages" });
    this.field = page.getByRole("textbox", { name: "Reply to the customer" });
    this.toast = page.getByRole("region", { name: "What was just done" });
  }

  /** A browser of their own, nobody signed in. */
  static async at(server, browser, options = {}) {
    const context = await visitor(browser, { viewport: { width: 1440, height: 900 }, ...options });
    const page = await context.newPage();
    return new Desk(server, context, page);
  }

  /** The first owner, by the link that the server has printed. */
  static async owner(server, browser, options = {}) {
    const desk = await Desk.at(server, browser, options);
    await desk.page.goto(await server.setupLink());
    await desk.page.getByLabel("Name").fill("Noor");
    await desk.page.getByLabel("E-mail").fill("noor@shop.example");
    await desk.page.getByLabel("Choose a password").fill(PASSWORD);
    await desk.page.getByRole("button", { name: "Begin" }).click();
    await desk.inbox();
    return desk;
  }

  /** The same agent in another browser. */
  async again(browser, options = {}, email = "noor@shop.example") {
    const desk = await Desk.at(this.server, browser, options);
    await desk.go("/");
    await desk.signIn(email);
    return desk;
  }

  /** A colleague, invited by this owner. */
  async colleague(browser, name, role = "agent", options = {}) {
    const email = `${name.toLowerCase()}@shop.example`;
    const link = await this.call("POST", "/v1/invitations", { email, role });
    const desk = await Desk.at(this.server, browser, options);
    const { hash } = new URL(link.url);
    await desk.page.goto(`${this.server.url}/console/${hash}`);
    await desk.page.getByLabel("Name").fill(name);
    await desk.page.getByLabel("Choose a password").fill(PASSWORD);
    await desk.page.getByRole("button", { name: "Join" }).click();
    await desk.inbox();
    return desk;
  }

  async signIn(email) {
    await this.page.getByLabel("E-mail").fill(email);
    await this.page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await this.page.getByRole("button", { name: "Sign in" }).click();
    await this.inbox();
  }

  inbox() {
    return this.page.getByRole("navigation", { name: "Console" }).waitFor();
  }

  /** A call of the agents' API with the page's own session. */
  call(method, path, body) {
    return this.page.evaluate(
      async ([method, path, body]) => {
        const answer = await fetch(path, { method, headers: { "Content-Type": "application/json" }, ...(body ? { body: JSON.stringify(body) } : {}) });
        const text = await answer.text();
        if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
        return text ? JSON.parse(text) : undefined;
      },
      [method, path, body],
    );
  }

  async go(route) {
    const url = `${this.server.url}/console/#${route}`;
    if (this.page.url().startsWith(`${this.server.url}/console/`)) await this.page.evaluate((to) => (location.hash = to), route);
    else await this.page.goto(url);
  }

  row(id) {
    return this.page.locator(`.virtual-row a[data-id="${id}"]`);
  }

  async open(id) {
    await this.go(`/inbox/open/${id}`);
    await this.talk.waitFor();
  }

  act(name) {
    return this.page.locator(".talk-acts").getByRole("button", { name, exact: true });
  }

  async reply(text) {
    await this.field.fill(text);
    await this.field.press("Enter");
  }

  said(text) {
    return this.log.getByText(text, { exact: true });
  }

  told(text) {
    return this.toast.getByText(text).first().waitFor();
  }

  shot(name) {
    return this.page.screenshot({ path: `${shots}/console-${name}.png` });
  }

  close() {
    return this.context.close();
  }
}
