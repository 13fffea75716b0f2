/** The real binary, on a port of its own, with data of its own. */

import { execFile, spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const home = fileURLToPath(new URL("../../..", import.meta.url));
/** What the model made of the sample shop's texts; a first start would read them all again. */
const vectors = join(home, "target/e2e-vectors.cache");
const binary = process.env.RAPPORT_BINARY ?? join(home, "target/debug/rapport");

export class Server {
  #data = mkdtempSync(join(tmpdir(), "rapport-e2e-"));
  #environment;
  #process;
  #log = [];
  url = "";

  /** A server that answers; `settings` are environment variables beside the usual. */
  static async start(settings = {}) {
    const server = new Server();
    server.#environment = {
      ...process.env,
      RAPPORT_HOME: home,
      RAPPORT_DATA_DIR: server.#data,
      RAPPORT_LISTEN: "127.0.0.1:0",
      ...settings,
    };
    if (existsSync(vectors)) copyFileSync(vectors, join(server.#data, "vectors.cache"));
    await server.restart();
    return server;
  }

  /** Starts it again, on the same port. */
  async restart() {
    const child = spawn(binary, ["serve"], { env: this.#environment, stdio: ["ignore", "pipe", "pipe"] });
    this.#process = child;
    child.stderr.on("data", (text) => this.#log.push(String(text)));
    const ended = new Promise((_, fail) =>
      child.once("exit", (code) => fail(new Error(`the server ended with ${code}:\n${this.#log.join("")}`))),
    );
    const ready = new Promise((done) =>
      createInterface({ input: child.stdout }).on("line", (line) => {
        const [, url] = /^listening on (\S+)/.exec(line) ?? [];
        if (url) done(url);
      }),
    );
    this.url = await Promise.race([ready, ended]);
    ended.catch(() => undefined);
    this.#environment.RAPPORT_LISTEN = new URL(this.url).host;
  }

  /** Ends it, by default without a word of warning. */
  async kill(signal = "SIGKILL") {
    const gone = new Promise((done) => this.#process.once("exit", done));
    this.#process.kill(signal);
    await gone;
  }

  async stop() {
    if (this.#process.exitCode === null && this.#process.signalCode === null) await this.kill();
    const learnt = join(this.#data, "vectors.cache");
    if (existsSync(learnt)) copyFileSync(learnt, vectors);
    rmSync(this.#data, { recursive: true, force: true });
  }

  /** Runs a command of the same binary on the same data. */
  command(...args) {
    return this.commandWith("", ...args);
  }

  /** The same, with words on its standard input. */
  async commandWith(input, ...args) {
    const running = promisify(execFile)(binary, args, { env: this.#environment });
    running.child.stdin.end(input);
    const { stdout } = await running;
    return stdout.trim();
  }

  /** The link that makes the first owner, as the server has printed it on standard error. */
  async setupLink() {
    for (let tries = 0; tries < 100; tries++) {
      const [link] = /https?:\/\/\S+#\/setup\/[\w-]+/.exec(this.#log.join("")) ?? [];
      if (link) return `${this.url}/console/${new URL(link).hash}`;
      await new Promise((done) => setTimeout(done, 50));
    }
    throw new Error(`no set-up link was printed:\n${this.#log.join("")}`);
  }

  /** Somebody who may call the agents' API. */
  async agent() {
    const token = await this.command("token", "create", "--role", "agent");
    const call = async (method, path, body) => {
      const answer = await fetch(this.url + path, {
        method,
        headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
        body: body && JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
      return answer.json();
    };
    return {
      get: (path) => call("GET", path),
      post: (path, body) => call("POST", path, body),
      /** All entries of a conversation. */
      log: async (id) => (await call("GET", `/v1/conversations/${id}/entries?limit=500`)).items,
    };
  }
}
