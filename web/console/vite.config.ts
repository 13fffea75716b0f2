// Builds the agents' console into web/dist/console, from where the server embeds it.

import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { compressed } from "../build/compress.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("."),
  base: "/console/",
  plugins: [compressed(here("../dist/console"))],
  build: {
    outDir: here("../dist/console"),
    emptyOutDir: true,
    // The page's policy allows nothing but files of its own: no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: ["chrome123", "firefox121", "safari17.5"],
    cssTarget: ["chrome123", "firefox121", "safari17.5"],
    reportCompressedSize: true,
  },
});
