import { describe, expect, it } from "vitest";
import { contrast, letters, readable } from "./theme";

const white = [255, 255, 255] as const;

describe("contrast", () => {
  it("is WCAG's", () => {
    expect(contrast([0, 0, 0], white)).toBeCloseTo(21);
    expect(contrast([119, 119, 119], white)).toBeCloseTo(4.48, 2);
  });
});

describe.each([
  ["yellow", [255, 213, 74]], ["pink", [255, 105, 180]], ["navy", [0, 0, 80]], ["grey", [128, 128, 128]], ["black", [0, 0, 0]], ["white", [255, 255, 255]],
] as const)("%s", (_, colour) => {
  it("has letters on it that can be read", () => {
    expect(contrast(letters(colour), colour)).toBeGreaterThanOrEqual(4.5);
  });
  it.each([[[255, 253, 249]], [[22, 27, 25]]] as const)("becomes readable on %j", (ground) => {
    expect(contrast(readable(colour, ground), ground)).toBeGreaterThanOrEqual(4.5);
  });
});
