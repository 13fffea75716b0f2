/** Puts a style on the widget; a page's strict policy does not forbid this way. */
export function wear(root: ShadowRoot, css: string): void {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  } catch {
    // An old browser: an element, with the nonce that the page gave to the script.
    const style = document.createElement("style");
    style.nonce = nonce;
    style.textContent = css;
    root.append(style);
  }
}

const nonce = document.querySelector<HTMLScriptElement>("script[src*='widget.js'][nonce]")?.nonce ?? "";
