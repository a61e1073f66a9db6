import { expect, test } from "bun:test";
import { takesCookies } from "../../../web/transport/cookies.ts";

/** A page whose cookies are as a browser would hold them, of those that `takes` lets through. */
function pageWith(takes: (name: string) => boolean) {
  const jar = new Map<string, string>();
  return {
    jar,
    get cookie() {
      return [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    },
    set cookie(text: string) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(text) ?? [];
      if (/max-age=0/i.test(text)) jar.delete(name);
      else if (takes(name)) jar.set(name, value);
    },
  };
}

test("cookies that are taken leave nothing behind, and nothing else is touched", () => {
  const page = pageWith(() => true);
  page.jar.set("other", "1");
  expect(takesCookies(page)).toBe(true);
  expect([...page.jar]).toEqual([["other", "1"]]);
});

test("cookies that are dropped without a word, or refused with one, are known", () => {
  expect(takesCookies(pageWith(() => false))).toBe(false);
  const refuse = () => {
    throw new DOMException("The document is sandboxed.", "SecurityError");
  };
  expect(takesCookies(Object.defineProperty({ cookie: "" }, "cookie", { get: refuse, set: refuse }))).toBe(
    false,
  );
});
