import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { make } from "./words";

const folder = new URL("./languages/", import.meta.url);
const languages = Object.fromEntries(
  readdirSync(folder).map((file) => [file.replace(".json", ""), JSON.parse(readFileSync(new URL(file, folder), "utf8"))]),
);
const forms = /_(zero|one|two|few|many|other)$/;
const keys = (table: Record<string, string>) => [...new Set(Object.keys(table).map((key) => key.replace(forms, "")))].sort();
const blanks = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();

describe.each(Object.entries(languages))("%s", (code, language) => {
  it.each(["launcher", "panel"])("says everything that English says (%s)", (part) => {
    expect(keys(language[part])).toEqual(keys(languages.en[part]));
  });
  it("fills in the same blanks", () => {
    for (const [key, text] of Object.entries<string>(language.panel)) {
      const english = languages.en.panel[key];
      // A form such as "two" may say its number in words.
      if (english && !forms.test(key)) expect(blanks(text), key).toEqual(blanks(english));
    }
  });
  it("has a form for every number", () => {
    for (const [, table] of [["launcher", language.launcher], ["panel", language.panel]] as const) {
      const counted = Object.keys(table).filter((key) => key.endsWith("_other"));
      expect(counted.length).toBeGreaterThan(0);
      const words = make(table, code);
      for (const key of counted) for (const n of [1, 2, 3, 11, 100]) expect(words.n(key.replace("_other", ""), n)).not.toMatch(/[{_]/);
    }
  });
});

describe("numbers and names", () => {
  it("are written as the visitor's country writes them", () => {
    expect(make({}, "de-DE").money("1234.5", "EUR")).toMatch(/1\.234,50\s€/);
    expect(make({}, "en-GB").money("24.90", "EUR")).toBe("€24.90");
    expect(make({}, "en").money("24.90", "no currency")).toBe("24.90 no currency");
    expect(make({}, "en").size(48_213)).toBe("48 kB");
    expect(make({}, "en").percent(0.874)).toBe("87%");
  });
  it("fills in words, and leaves what it does not know", () => {
    expect(make({ a: "{name} of {shop}" }, "en").t("a", { name: "Ann" })).toBe("Ann of {shop}");
    expect(make({}, "en").t("missing")).toBe("missing");
  });
});
