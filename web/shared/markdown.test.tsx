// @vitest-environment happy-dom
import { render } from "preact";
import { describe, expect, it } from "vitest";
import { inline, parse, plain, safeAddress, slug } from "./markdown";
import { Markdown } from "./markdown-view";

function html(text: string): string {
  const place = document.createElement("div");
  render(<Markdown text={text} />, place);
  return place.innerHTML;
}

describe("blocks", () => {
  it("reads paragraphs, with line breaks kept", () => {
    expect(html("one\ntwo\n\nthree")).toBe("<p>one<br>two</p><p>three</p>");
  });
  it("reads lists, nested and numbered", () => {
    expect(html("- a\n  - b\n- c")).toBe("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>");
    expect(html("3. x\n4. y")).toBe('<ol start="3"><li>x</li><li>y</li></ol>');
    expect(html("Steps:\n1. x\n\n2. y")).toBe('<p>Steps:</p><ol start="1"><li>x</li><li>y</li></ol>');
  });
  it("reads tables", () => {
    const table = html("| A | B |\n| --- | --: |\n| 1 | *2* |");
    expect(table).toContain("<th scope=\"col\">A</th>");
    expect(table).toContain("<td><em>2</em></td>");
  });
  it("gives headings the ids that the server's links lead to", () => {
    expect(parse("## When do I *get* it?")[0]).toMatchObject({ kind: "heading", id: "when-do-i-get-it" });
    expect(slug("Größe & Maß")).toBe("größe-maß");
    expect(slug("?!")).toBe("section");
  });
  it("reads code as it stands", () => {
    expect(html("```\n<b>*x*\n```")).toBe('<pre tabindex="0"><code>&lt;b&gt;*x*</code></pre>');
  });
  it("reads quotes and rules", () => {
    expect(html("> a\n> b\n\n---")).toBe("<blockquote><p>a<br>b</p></blockquote><hr>");
  });
});

describe("words", () => {
  it("reads emphasis", () => {
    expect(html("**a** *b* _c_ ~~d~~ `e*f*`")).toBe(
      "<p><strong>a</strong> <em>b</em> <em>c</em> <s>d</s> <code>e*f*</code></p>",
    );
  });
  it.each(["2 * 3 * 4", "snake_case_name", "5*", "a ** b", "~5 EUR", "AW_1_2"])("leaves %s alone", (text) => {
    expect(plain(inline(text))).toBe(text);
    expect(inline(text)).toHaveLength(1);
  });
  it("keeps what is escaped", () => {
    expect(html("\\*not\\* \\[a](b)")).toBe("<p>*not* [a](b)</p>");
  });
  it("links addresses that stand bare, without the full stop", () => {
    expect(html("See https://shop.example/a_b. Thanks")).toContain('href="https://shop.example/a_b"');
  });
  it("opens links in a new window that cannot reach back", () => {
    expect(html("[x](https://shop.example)")).toBe(
      '<p><a href="https://shop.example" target="_blank" rel="noopener noreferrer">x</a></p>',
    );
  });
});

describe("safety", () => {
  it.each([
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "\u0001javascript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "//evil.example",
    "\\\\evil.example",
    "file:///etc/passwd",
    "blob:x",
    "",
  ])("does not lead to %j", (address) => {
    expect(safeAddress(address)).toBeNull();
  });
  it.each(["https://a.example/?q=1:2", "http://a.example", "mailto:a@b.example", "tel:+3291234567", "/help/x#y", "x.md", "#y"])(
    "leads to %s",
    (address) => {
      expect(safeAddress(address)).toBe(address);
    },
  );
  it("shows HTML as words", () => {
    expect(html('<img src=x onerror="alert(1)"><script>alert(1)</script>')).not.toMatch(/<(img|script)/);
  });

  /** A small generator with a fixed seed: a failure is found again. */
  function random(seed: number): () => number {
    return () => {
      seed = (seed + 0x6d2b79f5) | 0;
      let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
    };
  }

  it("makes nothing dangerous, and never fails, whatever is written", () => {
    const pieces = [
      ..."*_~`[]()<>\\|#->!:\n\n  \"'&;/.1aé",
      "javascript:", "data:", "https://a.example", "](", "<script>", "onerror=", "- ", "1. ", "> ", "```", "**", "\u0000", "\u202e", "|-|", "mailto:", "//x", "\t",
    ];
    const allowed = new Set("P H2 H3 H4 H5 H6 UL OL LI BLOCKQUOTE PRE CODE DIV TABLE THEAD TBODY TR TH TD HR BR STRONG EM S A".split(" "));
    const place = document.createElement("div");
    const next = random(20261122);
    for (let round = 0; round < 3000; round++) {
      const text = Array.from({ length: Math.floor(next() * 60) }, () => pieces[Math.floor(next() * pieces.length)]).join("");
      render(<Markdown text={text} key={round} />, place);
      for (const element of place.querySelectorAll("*")) {
        expect(allowed.has(element.tagName), `${element.tagName} from ${JSON.stringify(text)}`).toBe(true);
        for (const { name, value } of element.attributes) {
          expect(["href", "target", "rel", "id", "start", "scope", "class", "tabindex", "role"], JSON.stringify(text)).toContain(name);
          if (name === "href") expect(value, JSON.stringify(text)).toMatch(/^(https?:|mailto:|tel:|[^:]*$|[/?#]|[^:/?#]*[/?#])/i);
        }
      }
    }
  });

  it("takes time in proportion to the text", () => {
    for (const piece of ["*a", "[a](", "**", "> ", "- ", "`a", "_a ", "[[", "|", "<h", "~~a"]) {
      const started = performance.now();
      parse(piece.repeat(10_000));
      expect(performance.now() - started, piece).toBeLessThan(1500);
    }
  });
});
