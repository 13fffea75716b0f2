// @vitest-environment happy-dom
import { signal } from "@preact/signals-core";
import { expect, it } from "vitest";
import { linker } from "./link";
import type { Reading } from "./ui/ui";

const reading = signal<Reading | null>(null);
const link = linker("https://rapport.example/", reading);

it.each([
  ["/help/delivery-costs", { article: "delivery-costs", section: undefined }],
  ["/help/delivery-costs#free", { article: "delivery-costs", section: "free" }],
  ["/help/delivery-costs?locale=nl#gratis", { article: "delivery-costs", section: "gratis", locale: "nl" }],
  ["pick-up-points.md", { article: "pick-up-points", section: undefined }],
])("%s opens in the panel", (href, expected) => {
  reading.value = null;
  (link(href) as () => void)();
  expect(reading.value).toEqual(expected);
});

it("leads to the website in this tab and elsewhere in a new one", () => {
  const here = new URL("/shop/mug", location.href).href;
  expect(link(here)).toEqual({ here });
  expect(link("/shop/mug")).toBe("https://rapport.example/shop/mug");
  expect(link("https://other.example/")).toBe("https://other.example/");
  expect(link("tel:+32")).toEqual({ here: "tel:+32" });
});
