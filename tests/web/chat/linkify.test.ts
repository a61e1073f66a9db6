import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { linkify } from "../../../web/chat/linkify.ts";

const links = (text: string) => linkify(text).flatMap(({ href }) => (href ? [href] : []));

describe("links", () => {
  const cases: [string, string[]][] = [
    ["see https://example.org/a?b=c#d now", ["https://example.org/a?b=c#d"]],
    ["(https://example.org/wiki/Set_(music)).", ["https://example.org/wiki/Set_(music)"]],
    ["Really, http://localhost:5000/x!?", ["http://localhost:5000/x"]],
    ["HTTPS://EXAMPLE.ORG/A", ["https://example.org/A"]],
    ["write to mailto:nora@example.org, please", ["mailto:nora@example.org"]],
    ["https://a.example https://b.example", ["https://a.example/", "https://b.example/"]],
    ["https://example.org/ünï", ["https://example.org/%C3%BCn%C3%AF"]],
    ["<https://example.org>", ["https://example.org/"]],
    ["mailto:nobody", []],
    ["https://example.com/foo。次の文", ["https://example.com/foo"]],
    ["（https://example.com/baz）です", ["https://example.com/baz"]],
    ["«https://example.com/x», ‚http://b.example/y‘ …", ["https://example.com/x", "http://b.example/y"]],
    ["“https://example.com” and 「https://b.example」", ["https://example.com/", "https://b.example/"]],
    ["『https://a.example:8443』、https://b.example", ["https://a.example:8443/", "https://b.example/"]],
    [
      "look at https://example.com—that is, https://b.example/c–d",
      ["https://example.com/", "https://b.example/c"],
    ],
    ["https://example.com/x؟ https://b.example/y، ok", ["https://example.com/x", "https://b.example/y"]],
    ["https://example.comを見て、https://b.example에서", ["https://example.com/", "https://b.example/"]],
    [
      "\u2068https://example.com\u2069, \u200ehttps://b.example/c\u200f.",
      ["https://example.com/", "https://b.example/c"],
    ],
    ["**https://a.example/x** _https://b.example_", ["https://a.example/x", "https://b.example/"]],
    [
      "https://de.example/wiki/Übergrößenträger.",
      ["https://de.example/wiki/%C3%9Cbergr%C3%B6%C3%9Fentr%C3%A4ger"],
    ],
    ["https://ja.example/wiki/東京。", ["https://ja.example/wiki/%E6%9D%B1%E4%BA%AC"]],
    [
      "https://ja.example/レ・ダ と https://ca.example/col·legi",
      ["https://ja.example/%E3%83%AC%E3%83%BB%E3%83%80", "https://ca.example/col%C2%B7legi"],
    ],
    [
      "https://fa.example/می\u200cخواهم",
      ["https://fa.example/%D9%85%DB%8C%E2%80%8C%D8%AE%D9%88%D8%A7%D9%87%D9%85"],
    ],
    ["https://example.org/☕\ufe0f now", ["https://example.org/%E2%98%95%EF%B8%8F"]],
    ["http://[::1]:8080/x", ["http://[::1]:8080/x"]],
    ["https://medium.example/@me/x", ["https://medium.example/@me/x"]],
    ["https://web.example/2020/https://example.com", ["https://web.example/2020/https://example.com"]],
    ["https://https://example.com", ["https://example.com/"]],
    ["https://", []],
    ["https://?", []],
    ["javascript:alert(1) data:text/html,x vbscript:x file:///etc/passwd", []],
    ["just text, e.g. this", []],
  ];
  for (const [text, expected] of cases) {
    test(text, () => {
      expect(links(text)).toEqual(expected);
    });
  }
});

describe("the host that is shown is the host that is opened", () => {
  const cases: [string, string | null][] = [
    ["https://\u202e@evil.example/moc.knab", null],
    ["https://bank.example@evil.example/", null],
    ["https://bank.example:443@evil.example/", null],
    ["https://bank.example%40evil.example/", null],
    ["https://b%61nk.example/", null],
    ["https://bank.example\\@evil.example", "https://bank.example"],
    ["https://evil.example\u200b.bank.example/", null],
    ["https://evil.example\u2066\u00ad-bank.example/", null],
    ["https://evil.example․bank.example/", null],
    ["https://b\u00e4nk.example/ä", "https://xn--bnk-qla.example/ä"],
    ["https://\u0430pple.example/", "https://xn--pple-43d.example/"],
    ["https://bank.exampleノx.evil.example/", "https://bank.xn--examplex-b44g.evil.example/"],
    ["https://ｂａｎｋ.example/", "https://bank.example/"],
    ["http://0x7f.1:80/", "http://127.0.0.1/"],
    ["http://BANK.example:80/A", "http://BANK.example:80/A"],
    ["mailto:nora@\u0430pple.example?subject=Hi", "mailto:nora@xn--pple-43d.example?subject=Hi"],
    ["mailto:bank@bank.example%2Cmallory@evil.example", null],
  ];
  for (const [text, expected] of cases) {
    test(text, () => {
      const [link] = linkify(text).filter(({ href }) => href);
      expect(link ? (link.label ?? link.text) : null).toBe(expected);
    });
  }
});

test("no punctuation beyond ASCII around a link is taken for a part of it", () => {
  const taken: string[] = [];
  for (let code = 0x80; code < 0x1_10000; code++) {
    const sign = String.fromCodePoint(code);
    if (!/[\p{Ps}\p{Pe}\p{Pi}\p{Pf}\p{Pd}\p{Po}\p{Bidi_Control}]/u.test(sign)) continue;
    const text = `${sign}https://example.com${sign} ${sign}https://example.com/a${sign}次の文 https://example.com/b${sign}`;
    const expected = ["https://example.com/", "https://example.com/a", "https://example.com/b"];
    if (links(text).join() !== expected.join()) taken.push(code.toString(16));
  }
  expect(taken).toEqual([]);
});

const anyCode = Array.from({ length: 0x3_0000 }, (_, code) => String.fromCodePoint(code));
const signs = [/\p{P}/u, /\p{Cf}/u, /\p{L}/u, /\p{M}/u].map((kind) =>
  anyCode.filter((sign) => kind.test(sign)),
);
const pieces = fc.oneof(
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.constantFrom(
    "https://",
    "http://",
    "mailto:",
    "javascript:",
    "data:",
    "a@b.c",
    "example.org",
    "/",
    ".",
    ")",
    "(",
    '"',
    "<",
    "\n",
    "\u202e",
    "\u200b",
    "@",
    ":",
    "\\",
    "%61",
    "。",
    "」",
    "а",
    "次",
    "0x7f.1",
  ),
  ...signs.map((kind) => fc.nat(kind.length - 1).map((index) => kind[index]!)),
);

/** What stands between the scheme and the path, as a reader sees it. */
const hostIn = (shown: string): string =>
  (shown.startsWith("mailto:") ? shown.replace(/^.*?@/, "") : shown.replace(/^.*?:\/\//, ""))
    .replace(/[/?#].*$/su, "")
    .toLowerCase();
const hostOf = (href: string): string => {
  const { protocol, host, pathname } = new URL(href);
  return protocol === "mailto:" ? pathname.replace(/^.*@/, "") : host;
};

test("ASVS 1.2.2 joined together, the pieces are the text; only web and mail become links; and a link shows the host it opens", () => {
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
      const text = parts.join("");
      const cut = linkify(text);
      expect(cut.map((piece) => piece.text).join("")).toBe(text);
      for (const { href, text, label = text } of cut) {
        if (!href) continue;
        const url = new URL(href);
        expect(["http:", "https:", "mailto:"]).toContain(url.protocol);
        expect(url.username + url.password).toBe("");
        expect([hostOf(href), `${hostOf(href)}:${url.protocol === "http:" ? 80 : 443}`]).toContain(
          hostIn(label),
        );
        expect(label).not.toMatch(/\p{Bidi_Control}/u);
      }
      for (const piece of cut) expect(piece.text).not.toBe("");
    }),
    { numRuns: 5_000 },
  );
});

test("a long hostile text takes no longer than a long friendly one", () => {
  for (const text of [
    `https://${")".repeat(16_000)}`,
    `https://a${".".repeat(16_000)}`,
    `https://${".".repeat(16_000)}a`,
    `https://a${"-_.".repeat(5_000)}\u00e9`,
    "https://".repeat(2_000),
  ]) {
    const began = performance.now();
    linkify(text);
    expect(performance.now() - began).toBeLessThan(100);
  }
});
