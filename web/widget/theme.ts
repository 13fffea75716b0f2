/**
 * Makes an accent that an owner chose readable: which letters stand on it, and which
 * shade of it can be read on the panel's ground. Contrast as WCAG 2 defines it.
 */

type Rgb = readonly [number, number, number];

const READABLE = 4.5;

/** Sets what follows from the accent on the host; to be called when the scheme changes. */
export function adapt(host: HTMLElement, probe: HTMLElement): void {
  const accent = rgb(probe, "var(--accent)");
  const ground = rgb(probe, "var(--ground)");
  if (!accent || !ground) return;
  host.style.setProperty("--readable", css(readable(accent, ground)));
  const own = getComputedStyle(host).getPropertyValue("--rapport-on-accent").trim();
  if (!own || host.dataset.onAccent) {
    host.dataset.onAccent = "chosen";
    host.style.setProperty("--rapport-on-accent", css(letters(accent)));
  }
}

/** Black or white, whichever reads better on the colour. */
export function letters(on: Rgb): Rgb {
  const white: Rgb = [255, 255, 255];
  const black: Rgb = [16, 20, 18];
  return contrast(on, white) >= READABLE || contrast(on, white) > contrast(on, black) ? white : black;
}

/** The colour, moved towards black or white until it reads on the ground. */
export function readable(colour: Rgb, ground: Rgb): Rgb {
  const goal = luminance(ground) > 0.4 ? 0 : 255;
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = colour.map((part) => Math.round(part + (goal - part) * share)) as unknown as Rgb;
    if (contrast(mixed, ground) >= READABLE + 0.2) return mixed;
  }
  return [goal, goal, goal];
}

export function contrast(a: Rgb, b: Rgb): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function css(colour: Rgb): string {
  return `rgb(${colour.join(" ")})`;
}

/** Whatever way the colour is written: the browser knows it. */
function rgb(probe: HTMLElement, colour: string): Rgb | null {
  probe.style.color = "";
  probe.style.color = colour;
  const written = getComputedStyle(probe).color;
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  if (!canvas) return null;
  canvas.fillStyle = written;
  canvas.fillRect(0, 0, 1, 1);
  const [r, g, b] = canvas.getImageData(0, 0, 1, 1).data;
  return [r!, g!, b!];
}
