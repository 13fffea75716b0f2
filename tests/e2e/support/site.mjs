/** Somebody's website, on an origin of its own, that embeds the widget. */

import { once } from "node:events";
import * as http from "node:http";
import * as https from "node:https";

/** Serves these files: path to `[media type, text]`, all with these headers; by https if it has a key. */
export async function site(files, headers = {}, tls = undefined) {
  const server = (tls ? https : http).createServer(tls ?? {}, (request, response) => {
    const found = files[new URL(request.url, "http://x").pathname];
    response.writeHead(found ? 200 : 404, { ...headers, "Content-Type": found?.[0] ?? "text/plain" });
    response.end(found?.[1] ?? "");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `${tls ? "https" : "http"}://127.0.0.1:${server.address().port}`, stop: () => server.close() };
}
