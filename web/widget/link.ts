/** Where links in messages and articles lead. */

import type { Signal } from "@preact/signals-core";
import type { Target } from "../shared/markdown-view";
import type { Reading } from "./ui/ui";

/** Articles open in the panel, the website's own pages in this tab, everything else in a new one. */
export function linker(server: string, reading: Signal<Reading | null>): (href: string) => Target {
  return (href) => {
    const article = /^(?:(?:\/help\/)([\w-]+)(?:\?locale=([\w-]+))?|(?:\.\/)?([\w-]+)\.md)(?:#(.+))?$/.exec(href);
    if (article) {
      // Within an article, links stay in its language.
      const locale = article[2] ?? (article[3] ? reading.value?.locale : undefined);
      return () => void (reading.value = { article: (article[1] ?? article[3])!, section: article[4], locale });
    }
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
