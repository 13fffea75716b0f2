/**
 * Builds the widget into web/dist/widget: first the panel as modules with hashes in their
 * names, then `widget.js`, a plain script that knows the panel's name. Prints what a
 * browser fetches before the first message, and fails where that is too much.
 */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, defineConfig, type Plugin } from "vite";
import { compress } from "../build/compress.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const out = fileURLToPath(new URL("../dist/widget", import.meta.url));

/** Gzipped bytes before the first message: launcher, panel and the largest language. */
const BUDGET = 30 * 1024;

export default defineConfig({
  root: here,
  base: "./",
  logLevel: "warn",
  publicDir: false,
  plugins: [launcher()],
  build: {
    outDir: out,
    emptyOutDir: true,
    target: "es2022",
    modulePreload: false,
    rolldownOptions: {
      input: join(here, "panel.tsx"),
      preserveEntrySignatures: "strict",
      output: {
        entryFileNames: "assets/[name]-[hash].js",
        chunkFileNames: "assets/[name]-[hash].js",
      },
    },
  },
});

function launcher(): Plugin {
  let panel = "";
  /** What the browser fetches to show the open panel. */
  let first: string[] = [];
  return {
    name: "launcher",
    apply: "build",
    writeBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((one) => one.type === "chunk");
      const entry = chunks.find((one) => one.isEntry)!;
      panel = entry.fileName;
      first = [panel, ...entry.imports];
    },
    async closeBundle() {
      await build({
        configFile: false,
        root: here,
        logLevel: "warn",
        publicDir: false,
        define: { PANEL: JSON.stringify(panel) },
        build: {
          outDir: out,
          emptyOutDir: false,
          target: "es2022",
          lib: { entry: join(here, "loader.ts"), formats: ["iife"], name: "RapportLauncher", fileName: () => "widget.js" },
        },
      });
      // A name without a hash, for launchers that a browser kept from before an upgrade.
      writeFileSync(join(out, "panel.js"), `export*from"./${panel}";\n`);
      measure(first);
      compress(out);
    },
  };
}

function measure(first: string[]): void {
  const size = (file: string) => gzipSync(readFileSync(join(out, file)), { level: 9 }).length;
  const assets = readdirSync(join(out, "assets")).map((file) => `assets/${file}`);
  const spoken = readdirSync(join(here, "languages")).map((file) => file.replace(".json", ""));
  const languages = assets.filter((file) => spoken.includes(file.slice("assets/".length, -"-12345678.js".length)));
  const later = assets.filter((file) => !first.includes(file) && !languages.includes(file));
  const parts: [string, number][] = [
    ["widget.js", size("widget.js")],
    ...first.map((file): [string, number] => [file, size(file)]),
    ["the largest language", Math.max(...languages.map(size))],
  ];
  const total = parts.reduce((sum, [, bytes]) => sum + bytes, 0);
  const tell = (bytes: number, what: string) => console.log(`widget: ${String(bytes).padStart(6)} bytes gzipped, ${what}`);
  for (const [name, bytes] of parts) tell(bytes, name);
  tell(total, `before the first message; ${BUDGET} are allowed`);
  for (const file of later) tell(size(file), `with the first message, ${file}`);
  if (total > BUDGET) throw new Error(`the widget is ${total - BUDGET} bytes too large`);
}
