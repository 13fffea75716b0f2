/** Where links in messages and articles lead. */

import type { Signal } from "@preact/signals-core";
import type { Target } from "../shared/markdown-view";
import type { Reading } from "./ui/ui";

/** Articles open in the panel, the website's own pages in this tab, everything else in a new one. */
export function linker(server: string, reading: Signal<Reading | null>): (href: string) => Target {
  return (href) => {
    const article = /^(?:(?:\/help\/)([\w-]+)|(?:\.\/)?([\w-]+)\.md)(?:#(.+))?$/.exec(href);
    if (article) return () => void (reading.value = { article: (article[1] ?? article[2])!, section: article[3] });
    if (href.startsWith("#")) return () => void (reading.value = reading.value && { ...reading.value, section: href.slice(1) });
    if (/^(mailto|tel):/i.test(href)) return { here: href };
    try {
      const address = new URL(href, server);
      if (!/^https?:$/.test(address.protocol)) return server;
      return address.origin === location.origin ? { here: address.href } : address.href;
    } catch {
      return server;
    }
  };
}
