/** A mail server on loopback that keeps what it is given, and can go away and come back on the same port. */

import { once } from "node:events";
import { createServer } from "node:net";
import { eventually } from "./browser.mjs";

export class Smtp {
  mails = [];
  port = 0;
  #server;
  #sockets = new Set();

  static async start() {
    const smtp = new Smtp();
    await smtp.comeBack();
    return smtp;
  }

  async comeBack() {
    this.#server = createServer((socket) => this.#converse(socket));
    this.#server.listen(this.port, "127.0.0.1");
    await once(this.#server, "listening");
    this.port = this.#server.address().port;
  }

  /** From now on nobody answers at its port. */
  async goAway() {
    for (const socket of this.#sockets) socket.destroy();
    const closed = once(this.#server, "close");
    this.#server.close();
    await closed;
  }

  /** What stands in Rapport's configuration to send here. */
  configuration() {
    return `[mail]\nhost = "127.0.0.1"\nport = ${this.port}\nsecurity = "none"\nfrom = "Alder & Wick <chat@shop.example>"\n`;
  }

  /** The mail that fits, as soon as it has come. */
  mail(what, fits) {
    return eventually(what, async () => {
      const found = this.mails.find(fits);
      if (!found) throw new Error(`only ${JSON.stringify(this.mails.map(({ to, subject }) => [to, subject]))}`);
      return found;
    });
  }

  #converse(socket) {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("error", () => undefined);
    let [buffer, to, text, inData] = ["", "", [], false];
    const answer = (line) => {
      if (inData) {
        if (line !== ".") return void text.push(line.startsWith(".") ? line.slice(1) : line);
        this.mails.push(read(to, text));
        [text, inData] = [[], false];
        return "250 taken";
      }
      const [verb] = line.toUpperCase().split(/[ :]/);
      if (verb === "RCPT") to = /<(.*?)>/.exec(line)[1];
      if (verb === "DATA") inData = true;
      return { DATA: "354 go on", QUIT: "221 bye" }[verb] ?? "250 ok";
    };
    socket.setEncoding("utf8");
    socket.write("220 test\r\n");
    socket.on("data", (piece) => {
      buffer += piece;
      for (let end = buffer.indexOf("\r\n"); end >= 0; end = buffer.indexOf("\r\n")) {
        const said = answer(buffer.slice(0, end));
        buffer = buffer.slice(end + 2);
        if (said) socket.write(`${said}\r\n`);
      }
    });
  }
}

/** A port where nobody listens. */
export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** A mail as its reader sees it: the encodings of header and body undone. */
function read(to, lines) {
  const gap = lines.indexOf("");
  const head = lines.slice(0, gap).join("\n").replace(/\n[ \t]/g, " ");
  const header = (name) => new RegExp(`^${name}: *(.*)$`, "im").exec(head)?.[1] ?? "";
  const body = lines.slice(gap + 1).join("\n");
  return { to, from: header("From"), subject: words(header("Subject")), id: header("Message-ID"), text: decoded(body, header("Content-Transfer-Encoding").toLowerCase()) };
}

function words(header) {
  return header
    .replace(/\?=\s+=\?/g, "?==?")
    .replace(/=\?utf-8\?([bq])\?(.*?)\?=/gi, (_, kind, text) => decoded(text.replace(/_/g, kind.toLowerCase() === "q" ? " " : "_"), kind.toLowerCase() === "b" ? "base64" : "quoted-printable"));
}

function decoded(text, encoding) {
  if (encoding === "base64") return Buffer.from(text, "base64").toString("utf8");
  if (encoding !== "quoted-printable") return text;
  const bytes = text.replace(/=\n/g, "").replace(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}
