/** A proxy of the system before the server, with the very file that `deploy/` ships. */

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { eventually } from "./browser.mjs";

const shipped = (name) => readFileSync(new URL(`../../../deploy/${name}`, import.meta.url), "utf8");

/** Where a program lies; Debian keeps nginx out of the users' search path. */
function found(program) {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin"];
  return folders.map((folder) => join(folder, program)).find(existsSync);
}

/** Why a proxy cannot be tried here; false if it can. */
export function missing(program) {
  const lacking = [program, "openssl"].filter((one) => !found(one));
  return lacking.length > 0 && `${lacking.join(" and ")} not installed: apt-get install ${lacking.join(" ")}`;
}

export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/** A certificate for `localhost` that nobody but the test knows. */
export function certificate() {
  const folder = mkdtempSync(join(tmpdir(), "rapport-tls-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const made = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost";
  const names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  execFileSync(found("openssl"), [...made.split(" "), ...names, "-keyout", key, "-out", cert], { stdio: "pipe" });
  const texts = { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  return { paths: { key, cert }, ...texts, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The text with each of these replaced; the shipped file must have them all. */
function adapted(text, changes) {
  for (const [from, to] of changes) {
    if (!text.includes(from)) throw new Error(`the shipped file has no \`${from}\` any more`);
    text = text.replaceAll(from, to);
  }
  return text;
}

/** Only what a machine's own set-up decides is changed: names, ports, certificates, folders. */
const kinds = {
  nginx({ folder, port, plain, backend, tls }) {
    const site = adapted(shipped("nginx.conf"), [
      ["listen [::]:80;", ""],
      ["listen [::]:443 ssl http2;", ""],
      ["listen 80;", `listen 127.0.0.1:${plain};`],
      ["listen 443 ssl http2;", `listen 127.0.0.1:${port} ssl http2;`],
      ["/etc/letsencrypt/live/chat.shop.example/fullchain.pem", tls.paths.cert],
      ["/etc/letsencrypt/live/chat.shop.example/privkey.pem", tls.paths.key],
      ["chat.shop.example", "localhost"],
      ["127.0.0.1:8080", backend],
    ]);
    writeFileSync(join(folder, "site.conf"), site);
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((what) => `${what}_temp_path ${folder}/${what};`);
    writeFileSync(
      join(folder, "nginx.conf"),
      `${process.getuid() === 0 ? "user root;" : ""} daemon off; pid ${folder}/pid; error_log stderr;
       events { worker_connections 768; }
       http { access_log off; ${temporary.join(" ")} include ${folder}/site.conf; }`,
    );
    return ["-e", "stderr", "-p", folder, "-c", join(folder, "nginx.conf")];
  },
  caddy({ folder, port, backend, tls }) {
    const site = adapted(shipped("Caddyfile"), [
      ["chat.shop.example {", `https://localhost:${port} {\n\tbind 127.0.0.1\n\ttls ${tls.paths.cert} ${tls.paths.key}`],
      ["127.0.0.1:8080", backend],
    ]);
    writeFileSync(join(folder, "Caddyfile"), `{\n\tadmin off\n\tauto_https disable_redirects\n}\n${site}`);
    return ["run", "--config", join(folder, "Caddyfile"), "--adapter", "caddyfile"];
  },
};

export class Front {
  #folder = mkdtempSync(join(tmpdir(), "rapport-front-"));
  #process;
  #log = [];

  /** Starts a proxy on this port; `url` is what the world outside sees of the server. */
  static async start(kind, port, server, tls) {
    const front = new Front();
    const backend = new URL(server.url).host;
    const options = kinds[kind]({ folder: front.#folder, port, plain: await freePort(), backend, tls });
    const environment = { ...process.env, HOME: front.#folder, XDG_DATA_HOME: front.#folder, XDG_CONFIG_HOME: front.#folder };
    front.#process = spawn(found(kind), options, { env: environment, stdio: ["ignore", "ignore", "pipe"] });
    front.#process.stderr.on("data", (text) => front.#log.push(String(text)));
    front.url = `https://localhost:${port}`;
    front.tls = { ca: tls.cert };
    await eventually(`${kind} listens`, async () => {
      if (front.#process.exitCode !== null) throw new Error(front.#log.join(""));
      await once(connect(port, "127.0.0.1"), "connect").then(() => undefined);
    });
    return front;
  }

  /** What the proxy answers: status, headers and text. */
  ask(path, headers = {}) {
    return new Promise((done, fail) => {
      const asked = request(this.url + path, { ...this.tls, headers }, async (answer) => {
        const parts = await answer.toArray();
        done({ status: answer.statusCode, headers: answer.headers, text: Buffer.concat(parts).toString() });
      });
      asked.once("error", fail).end();
    });
  }

  async stop() {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const gone = once(this.#process, "exit");
      this.#process.kill("SIGTERM");
      await gone;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
