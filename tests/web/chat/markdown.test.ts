import { afterEach, describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { flushSync, mount, unmount } from "svelte";
import { highlight } from "../../../web/chat/markdown/highlight.ts";
import Markdown from "../../../web/chat/markdown/Markdown.svelte";
import { parse } from "../../../web/chat/markdown/parse.ts";
import { type Mentionable, mentionableKey } from "../../../web/chat/mentionable.ts";
import { hasSigns, isEmojiAlone } from "../../../web/chat/message-signs.ts";
import { inDocument } from "../../support/dom.ts";

inDocument();

const ids = new Map([
  ["alice", 1],
  ["bob", 2],
]);
const people: Mentionable = {
  idOf: (name) => ids.get(name) ?? null,
  isMe: (id) => id === 1,
  pathTo: (id) => `/c/direct:1:${id}`,
};

let shown: Record<string, unknown> | null = null;
function clear(): void {
  if (shown) void unmount(shown);
  shown = null;
}
afterEach(clear);

/** Puts the text on the page, where alice and bob are known and alice reads. */
function show(text: string, everyone = false): HTMLElement {
  clear();
  const context = new Map([[mentionableKey, people]]);
  shown = mount(Markdown, { target: document.body, props: { text, everyone }, context });
  flushSync();
  return document.querySelector<HTMLElement>(".markdown") ?? document.body;
}

/** What is shown, as tags without their attributes. */
function outline(node: Node): string {
  return [...node.childNodes]
    .map((child) => {
      if (child instanceof Text) return child.data;
      if (!(child instanceof HTMLElement)) return "";
      if (child.localName === "figure") return fenceOf(child);
      const tag = child.matches("[role=button]") ? "hidden" : child.localName;
      if (child.matches("[inert]")) return outline(child);
      const value = child.localName === "li" && child.getAttribute("value");
      return `<${tag}${value ? ` ${value}` : ""}>${outline(child)}</${tag}>`;
    })
    .join("");
}

function fenceOf(figure: HTMLElement): string {
  const language = figure.querySelector("figcaption span")!.textContent;
  return `<pre${language && ` ${language}`}>${figure.querySelector("pre")!.textContent}</pre>`;
}

const cases: [text: string, outline: string][] = [
  [
    "a **b** *c* _d_ ~~e~~ `f*` end",
    "<p>a <strong>b</strong> <em>c</em> <em>d</em> <s>e</s> <code>f*</code> end</p>",
  ],
  [
    "***both***, snake_case_name, 2 * 3 * 4",
    "<p><em><strong>both</strong></em>, snake_case_name, 2 * 3 * 4</p>",
  ],
  ["  two spaces\n\n\n\tand a tab  \nend", "<p>  two spaces\n\n\n\tand a tab  \nend</p>"],
  ["||he *dies*|| a || b || c", "<p><hidden>he <em>dies</em></hidden> a || b || c</p>"],
  ["||over\n\nlines||", "<p><hidden>over\n\nlines</hidden></p>"],
  ["# Plan\n#channel\n---\n| a | b |", "<p><strong>Plan</strong></p><p>#channel\n---\n| a | b |</p>"],
  [
    "> said\n> > before\n> - x\nanswer",
    "<blockquote><p>said</p><blockquote><p>before</p></blockquote><ul><li><p>x</p></li></ul></blockquote><p>answer</p>",
  ],
  [
    "- a\n  - b\n    more\n- c\nend",
    "<ul><li><p>a</p><ul><li><p>b\nmore</p></li></ul></li><li><p>c</p></li></ul><p>end</p>",
  ],
  ["[name]() []() [**b**](<>) [c]( 'd' )", "<p>[name]() []() [<strong>b</strong>](<>) [c]( 'd' )</p>"],
  ["7. seven\n3. three", "<ol><li 7><p>seven</p></li><li 3><p>three</p></li></ol>"],
  [
    "2026. no list within\n-5 degrees\n+1",
    "<ol><li 2026><p>no list within</p></li></ol><p>-5 degrees\n+1</p>",
  ],
  ["see\n```ts\n\tif (a < b)  {\n\n}\n```\nend", "<p>see</p><pre ts>\tif (a < b)  {\n\n}</pre><p>end</p>"],
  ["```\na\nb```\nend", "<pre>a\nb</pre><p>end</p>"],
  ["```\nwithout end", "<pre>without end</pre>"],
  ["```", "<p>```</p>"],
  ["\\*a\\* C:\\dir\\.x \\\\host ¯\\_(ツ)_/¯", "<p>*a* C:\\dir\\.x \\\\host ¯\\_(ツ)_/¯</p>"],
  ["<b>&amp;</b> <!-- x -->", "<p><b>&amp;</b> <!-- x --></p>"],
  ["https://a.example/_x_/*y*?z=~~1 *i*", "<p><a>https://a.example/_x_/*y*?z=~~1</a> <em>i</em></p>"],
  [
    "[plan](https://a.example/x) [me](mailto:me@a.example)",
    "<p><a>plan</a> <bdi>(a.example)</bdi> <a>me</a> <bdi>(me@a.example)</bdi></p>",
  ],
  ["[bank.example](https://evil.example/)", "<p><a>bank.example</a> <bdi>(evil.example)</bdi></p>"],
  [
    "[https://bank.example](https://evil.example)",
    "<p><a>https://bank.example</a> <bdi>(evil.example)</bdi></p>",
  ],
  [
    "[x](javascript:alert(1)) [y](//a.example) [z](https://bank@evil.example) ![i](https://a.example/i.png)",
    "<p>[x](javascript:alert(1)) [y](//a.example) [z](https://bank@evil.example) !<a>i</a> <bdi>(a.example)</bdi></p>",
  ],
  [
    "[@bob ||x||](https://a.example) https://a.example/?q=@bob",
    "<p><a>@bob ||x||</a> <bdi>(a.example)</bdi> <a>https://a.example/?q=@bob</a></p>",
  ],
  [
    "@bob, @ALICE. @carol `@bob` a@bob.example",
    "<p><a>@bob</a>, <span>@ALICE</span>. @carol <code>@bob</code> a@bob.example</p>",
  ],
  [
    "안녕 **세상** שלום *עולם*\n- 一\n- 二",
    "<p>안녕 <strong>세상</strong> שלום <em>עולם</em></p><ul><li><p>一</p></li><li><p>二</p></li></ul>",
  ],
];

test.each(cases)("%j is shown as it is meant", (text, expected) => {
  expect(hasSigns(text) || /^(?:<b>| {2}two)/.test(text)).toBe(true);
  expect(outline(show(text))).toBe(expected);
});

test("a link opens another tab, and nobody learns from where; one with a name says where it leads", () => {
  const links = show("https://a.example [plan](https://b.example/c)").querySelectorAll("a");
  const common = { target: "_blank", rel: "noopener noreferrer nofollow" };
  expect([...links].map(({ href, target, rel, dir, title }) => ({ href, target, rel, dir, title }))).toEqual([
    { ...common, href: "https://a.example/", dir: "ltr", title: "" },
    { ...common, href: "https://b.example/c", dir: "auto", title: "https://b.example/c" },
  ]);
});

test("everyone is called only where that has called people; a mention of somebody leads to them", () => {
  expect(show("@everyone @bob").querySelectorAll(".mention")).toHaveLength(1);
  expect(document.querySelector(".mention")!.getAttribute("href")).toBe("/c/direct:1:2");
  expect(show("@everyone @bob", true).querySelectorAll(".mention.me")).toHaveLength(1);
});

test("a spoiler is shown by a click or by a key, and what was shown has the focus", () => {
  const page = show("||one|| ||two||");
  page.querySelector<HTMLElement>("[role=button]")!.click();
  flushSync();
  expect([outline(page), document.activeElement?.textContent]).toEqual([
    "<p><span>one</span> <hidden>two</hidden></p>",
    "one",
  ]);
  const press = new KeyboardEvent("keydown", { key: "Enter", bubbles: true });
  page.querySelector("[role=button]")!.dispatchEvent(press);
  flushSync();
  expect(page.querySelector("[role=button]")).toBeNull();
});

const signs = [
  "*",
  "**",
  "_",
  "~~",
  "`",
  "```",
  "\n",
  "\n\n",
  "> ",
  "- ",
  "1. ",
  "# ",
  "||",
  "[",
  "](",
  ")",
  "\\",
  " ",
  "  ",
  "\t",
  "<",
  "&amp;",
  "@",
  ":",
];
const word = fc.constantFrom(
  "alpha",
  "beta",
  "https://a.example/x",
  "javascript:x",
  "bob",
  "<img>",
  "語",
  "שלום",
  "👍",
);
const anyText = fc
  .array(fc.oneof(fc.constantFrom(...signs), word), { maxLength: 30 })
  .map((parts) => parts.join(""));
const letters = (text: string) => text.match(/[\p{L}\p{N}]/gu)?.join("") ?? "";
const allowed = "A,BDI,BLOCKQUOTE,BUTTON,CODE,DIV,EM,FIGCAPTION,FIGURE,LI,OL,P,PRE,S,SPAN,STRONG,UL";

describe("whatever is written", () => {
  test("loses nothing that can be read, and makes no other elements, addresses or styles", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const page = show(text);
        for (const icon of page.querySelectorAll("figure svg")) icon.remove();
        for (const element of page.querySelectorAll("*")) {
          expect(allowed.split(",")).toContain(element.tagName);
          expect([...element.attributes].filter(({ name }) => /^(on|style|src)/.test(name))).toEqual([]);
        }
        for (const link of page.querySelectorAll("a"))
          expect(link.getAttribute("href")).toMatch(/^(https?:|mailto:|\/c\/)/);
        expect(page.querySelector("a a, a [role=button]")).toBeNull();
        // What stands beside a link is its host; numbers of lists are drawn by the browser.
        for (const extra of page.querySelectorAll("bdi, figcaption button")) extra.remove();
        for (const item of page.querySelectorAll("li[value]")) item.prepend(item.getAttribute("value")!);
        for (const link of page.querySelectorAll("a[title]")) link.append(link.getAttribute("title")!);
        expect(letters(page.textContent!)).toBe(letters(text));
      }),
      { numRuns: 300 },
    );
  });

  test("is parsed before anybody notices, however long and hostile; what is too intricate stays plain", () => {
    const units = [
      "*",
      "_",
      "`",
      "[",
      "](",
      "||a ",
      "> ",
      "- ",
      "- a\n",
      "1. a\n",
      "**a ",
      "*a*",
      "[x](https://a.example) ",
      "https://a.example/",
      "```\n",
      "```\na\n```\n",
      "\\",
      "\t",
      "\n",
      "[a](",
      "_*`~[",
      "> - ",
      "- - ",
      "@a ",
    ];
    for (const unit of units) {
      const text = unit.repeat(16_384 / unit.length);
      const begun = performance.now();
      parse(text);
      // Ten times what it takes, so that a busy machine breaks nothing and a slow algorithm does.
      expect([unit, performance.now() - begun < 1_000]).toEqual([unit, true]);
    }
    expect(parse("> ".repeat(100))).toBeNull();
    const intricate = ["*a* ", "@bob ", "[x](https://a.example) ", "```\na\n```\n", "- a\n"];
    expect(intricate.filter((unit) => parse(unit.repeat(400)) !== null)).toEqual(["*a* ", "@bob "]);
    expect(intricate.filter((unit) => parse(unit.repeat(800)) !== null)).toEqual([]);
  });
});

test("code is coloured in a language that is known, and has all its letters", () => {
  const code = 'const a = "x"; // why\n';
  const parts = highlight(code, "TS title")!;
  expect(parts.map(({ text }) => text).join("")).toBe(code);
  expect(parts.flatMap(({ kind }) => kind ?? [])).toEqual(["keyword", "string", "comment"]);
  expect([highlight(code, "klingon"), highlight("x".repeat(10_000), "ts")]).toEqual([null, null]);
});

test("few emoji alone are large, and nothing else is", () => {
  expect(["👍", "👩‍👩‍👧 🏳️‍🌈\n👍🏽", "1️⃣", "👍".repeat(8)].filter(isEmojiAlone)).toHaveLength(4);
  expect(["👍!", "1", "", " ", "a👍", "👍".repeat(9)].filter(isEmojiAlone)).toEqual([]);
});
