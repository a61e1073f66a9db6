import { describe, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { stage } from "../support/stage.ts";

/** What looks like an encoding, a piece of JSON, markup or a template. */
const texts = [
  "%253Cscript%253E %3Cb%3E +%2B",
  "&lt;b&gt; &amp;amp; &#60; <b>bold</b>",
  "\\u003cb\\u003e \\x3c \\n \\\\ \\",
  '","type":"house.changed","x":"',
  '"}]}] , [{"type":"message.sent"}',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a template is what this pretends to be
  "{{7*7}} <%= 7*7 %> #{7*7} *{7*7} [[${7*7}]] @(7*7) %7B7*7%7D",
  "=?utf-8?B?PGI+?= +ADw-b+AD4- PGI+",
  "' \" ` </script><!-- \u2028 \u2029 ]]>",
];

const { server, alice, bob } = stage({
  once: true,
  env: { MESSAGE_BURST: "100" },
  people: { alice: "owner", bob: "member" },
});

const textsOf = (messages: readonly { body: { text: string } | null }[]) =>
  messages.map(({ body }) => body?.text);

describe("ASVS 1.1.1 ASVS 1.1.2 ASVS 1.2.3 ASVS 1.3.7 what people write stays as they wrote it", () => {
  test("on its way to the others, in the database, and when it is read again", async () => {
    const [here, there] = [await alice.enter(), await bob.enter()];
    for (const text of texts) await here.say(text);
    await there.event("message.sent", ({ message }) => message.body?.text === texts.at(-1));
    const heard = there.events.flatMap((event) => (event.type === "message.sent" ? [event.message] : []));
    expect(textsOf(heard)).toEqual(texts);

    const rows = server.db.all<{ body: string }>(sql`select body from chat_messages order by seq`);
    expect(rows.map(({ body }) => JSON.parse(body))).toEqual(texts.map((text) => ({ text })));

    const page = await there.ask("history.read", { conversation: "group" }, "history.page");
    expect(textsOf(page.messages)).toEqual(texts);
  });

  test("in the settings", async () => {
    for (const welcome of texts) {
      const before = await alice.get("/api/settings");
      const response = await alice.fetch("PUT", "/api/settings", { ...before, welcome });
      expect(response.status).toBe(204);
      expect((await bob.get("/api/session")).settings.welcome).toBe(welcome);
    }
  });

  test("in the files that one can take along: as it is in JSON, and escaped once in HTML", async () => {
    const take = async (format: string) =>
      (await alice.fetch("POST", "/api/account/export", { format })).text();
    const { conversations } = JSON.parse(await take("json"));
    expect(conversations[0].messages.map(({ text }: { text: string }) => text)).toEqual(texts);

    const shown = [...(await take("html")).matchAll(/<p dir="auto">(.*?)<\/p>/gs)].map(([, inner]) => inner!);
    expect(shown.filter((inner) => /[<>"']|&(?!#\d+;)/.test(inner))).toEqual([]);
    const read = (inner: string) =>
      inner.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
    expect(shown.map(read)).toEqual(texts);
  });

  test("and an address is decoded once", async () => {
    const page = async (before: string) => (await alice.fetch("GET", `/api/audit?person=${before}`)).status;
    expect([await page("1"), await page("%31"), await page("%2531")]).toEqual([200, 200, 400]);
  });
});
