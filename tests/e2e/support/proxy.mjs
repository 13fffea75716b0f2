/** A line to the server that can be cut, as when a train enters a tunnel: nothing is closed, nothing passes. */

import { connect, createServer } from "node:net";
import { once } from "node:events";

export class Proxy {
  #server;
  #sockets = new Set();
  #whole = true;

  static async to(target) {
    const proxy = new Proxy();
    const { hostname, port } = new URL(target);
    proxy.#server = createServer((near) => {
      const far = connect(Number(port), hostname);
      for (const [from, to] of [[near, far], [far, near]]) {
        proxy.#sockets.add(from);
        from.on("data", (bytes) => to.write(bytes));
        from.on("end", () => to.end());
        from.on("error", () => to.destroy());
        from.on("close", () => {
          proxy.#sockets.delete(from);
          to.destroy();
        });
        if (!proxy.#whole) from.pause();
      }
    });
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    proxy.url = `http://127.0.0.1:${proxy.#server.address().port}`;
    return proxy;
  }

  cut() {
    this.#whole = false;
    for (const socket of this.#sockets) socket.pause();
  }

  mend() {
    this.#whole = true;
    for (const socket of this.#sockets) socket.resume();
  }

  stop() {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}
