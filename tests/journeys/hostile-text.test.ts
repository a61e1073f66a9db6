import { expect, test } from "bun:test";
import { Person } from "../support/person.ts";
import { stage } from "../support/stage.ts";

const { server, visit } = stage({
  browser: true,
  env: { MESSAGES_PER_MINUTE: "100000", MESSAGE_BURST: "1000" },
});

const corpus = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  '"><svg/onload=alert(1)>',
  "<b>bold</b> &lt;b&gt; &amp; &#60;",
  "%3Cscript%3Ealert(1)%3C/script%3E %253Cscript%253E",
  "javascript:alert(1) data:text/html,<script>alert(1)</script> vbscript:msgbox(1)",
  "[click](javascript:alert(1)) ![](x) [data](data:text/html,x)",
  "[x](https://bank@evil.example) [y](//evil.example) [z](vbscript:x)",
  '<a href="javascript:alert(1)">x</a><iframe srcdoc="<script>alert(1)</script>"></iframe>',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a template is what this pretends to be
  "{@html '<img src=x onerror=alert(1)>'} {{7*7}} ${alert(1)}",
  '<form id="body" name="cookie"><input name="attributes"></form>',
  "<style>*{display:none}</style><link rel=stylesheet href=//example.org>",
  "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
  'https://example.org/"onmouseover=alert(1)//',
  "\u202eevil\u202c \u2066isolated\u2069 \u200bzero\ufeff",
  "\u202esee https://example.org/abc now \u2067https://example.org/def\u2069",
  "\u05d0 \u202ehttps://example.org/ghi",
  "'; DROP TABLE messages; --",
];

test("ASVS 1.1.2 ASVS 1.2.1 ASVS 1.3.2 ASVS 1.3.5 ASVS 3.2.2 ASVS 3.2.3 what people write is shown as text and never becomes markup", async () => {
  const mallory = await new Person(server, "mallory").register();
  const socket = await mallory.enter();
  const alice = await visit("alice");
  const dialogs: string[] = [];
  alice.page.on("dialog", (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  const asked: string[] = [];
  alice.page.on("request", (request) => asked.push(request.url()));
  await alice.register();
  for (const text of corpus) await socket.say(text);
  await socket.say("that was all");
  await alice.sees("that was all");

  const stacked = `Z${"\u0301\u0300\u0302".repeat(30)}${"\u0323\u0324\u0331".repeat(30)}algo`;
  await socket.say(stacked);
  await socket.say("below the marks");
  await alice.sees("below the marks");
  const neighbours = ["that was all", "below the marks"].map((text) =>
    alice.log.locator("article").filter({ hasText: text }),
  );
  const look = () => Promise.all(neighbours.map((row) => row.screenshot()));
  const withMarks = await look();
  await alice.log
    .getByText(stacked)
    .evaluate((text) => Object.assign((text as HTMLElement).style, { visibility: "hidden" }));
  expect((await look()).map((row, at) => row.equals(withMarks[at]!))).toEqual([true, true]);

  await alice.log.locator(".markdown").first().waitFor();
  const shown = await alice.log.textContent();
  for (const text of corpus) expect(shown).toContain(text);
  const made = alice.log.locator("script, img, iframe, form, input, style, link, math, object, embed, b");
  expect(await made.count()).toBe(0);
  const links = await alice.log
    .getByRole("link")
    .evaluateAll((all) => all.map((a) => (a as HTMLAnchorElement).protocol));
  expect(links.filter((protocol) => !["http:", "https:", "mailto:"].includes(protocol))).toEqual([]);
  const turned = await alice.log.getByRole("link").evaluateAll((all) =>
    all.flatMap(({ firstChild }) => {
      const places = [...firstChild!.textContent!].map((_, at) => {
        const range = document.createRange();
        range.setStart(firstChild!, at);
        range.setEnd(firstChild!, at + 1);
        return range.getBoundingClientRect().left;
      });
      return places.every((left, at) => at === 0 || left > places[at - 1]!) ? [] : [firstChild!.textContent];
    }),
  );
  expect(turned).toEqual([]);
  expect(dialogs).toEqual([]);
  expect(
    asked.filter(
      (url) => !url.startsWith(server.origin) && !url.startsWith(server.origin.replace("https", "wss")),
    ),
  ).toEqual([]);

  const refused = await alice.page.evaluate(() =>
    [
      () => setTimeout("document.title = 'evaluated'" as unknown as () => void),
      () => document.body.insertAdjacentHTML("beforeend", "<b>markup</b>"),
    ].map((attempt) => {
      try {
        attempt();
        return "went through";
      } catch (error) {
        return String(error);
      }
    }),
  );
  expect(refused).toEqual([expect.stringContaining("TrustedScript"), expect.stringContaining("TrustedHTML")]);
  socket.close();
});
