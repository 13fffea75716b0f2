// How well typed letters fit a label: whole beginnings first, then word beginnings, then
// letters in order anywhere. 0 is no match.

export function match(typed: string, label: string): number {
  const needle = typed.trim().toLocaleLowerCase();
  const hay = label.toLocaleLowerCase();
  if (!needle) return 1;
  if (hay.startsWith(needle)) return 100;
  const at = hay.indexOf(needle);
  if (at > 0) return /[\s\-/(]/.test(hay.charAt(at - 1)) ? 80 : 60;
  let from = 0;
  let gaps = 0;
  for (const letter of needle) {
    if (letter === " ") continue;
    const found = hay.indexOf(letter, from);
    if (found < 0) return 0;
    gaps += found - from;
    from = found + 1;
  }
  return Math.max(1, 40 - gaps);
}
