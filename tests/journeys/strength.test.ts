import { afterAll, expect, test } from "bun:test";
import { passwordStrength } from "../../server/auth/strength.ts";
import { stage } from "../support/stage.ts";
import { phone, type Visitor } from "../support/visitor.ts";

const stolen = "tulip sofa winter";
const strength = passwordStrength({
  breaches: { has: async (password) => password === stolen },
  hosts: ["localhost"],
});
const settings = { name: "Underwood Family" };
const { visit } = stage({ browser: true, strength, settings });
afterAll(() => strength.close());

const said = ({ page }: Visitor, text: string | RegExp) =>
  page.getByRole("status").filter({ hasText: text }).first().waitFor();
const asked = ({ page }: Visitor) =>
  page.evaluate(() =>
    performance.getEntriesByType("resource").flatMap(({ name }) => (/strength/.test(name) ? [name] : [])),
  );

test("ASVS 6.2.4 6.2.11 6.2.12 a meter says what to do until the password is good, and the server has the last word", async () => {
  const visitor = await visit("willibald", phone);
  await visitor.goto("/register");
  await visitor.field("Username").fill("willibald");
  expect(await asked(visitor)).toEqual([]);

  const password = visitor.field("Password");
  for (const [text, step] of [
    ["lemon", /^Very weak\. It needs 3 more characters\.$/],
    ["lemon lemon", /^Weak\. The same thing again and again/],
    ["willibald1", /^Very weak\. Your name and the names of this chat/],
    ["underwood!", /^Very weak\. Your name and the names of this chat/],
    ["rosenkohl", /^Nearly there\. Names are tried first/],
    ["dragonfly moonlight", /^Good\. One more word/],
    [stolen, /^Strong\. There is nothing left to do/],
  ] as const) {
    await password.fill(text);
    await said(visitor, step);
  }
  // The thread that judges is the built file, and passed the policy of the page.
  expect(await asked(visitor)).toHaveLength(2);
  expect(visitor.page.workers().map((worker) => new URL(worker.url()).pathname)).toEqual([
    expect.stringMatching(/^\/assets\/strength-worker-[\w-]+\.js$/),
  ]);

  const send = async (text: string) => {
    await password.fill(text);
    await visitor.field("Confirm password").fill(text);
    await visitor.button("Register").click();
  };
  await send("willibald1");
  const { page } = visitor;
  await page.getByText("That password is too easy to guess. Your name and the names of this chat").waitFor();
  await send(stolen);
  await page.getByText("That password is in a list of stolen passwords. Choose another one.").waitFor();
  await send("rosenkohl in butter");
  await visitor.log.waitFor();
  expect(
    await visitor.until(
      async () => page.workers().length,
      (count) => count === 0,
    ),
  ).toBe(0);
});

test("the page's policy lets no other file become a thread", async () => {
  const visitor = await visit("mallory");
  await visitor.goto("/");
  const fates = await visitor.page.evaluate(() => {
    const tries = [
      () => new Worker("/assets/anything.js"),
      () =>
        (
          window as never as { trustedTypes: { createPolicy(name: string, rules: object): void } }
        ).trustedTypes.createPolicy("another", {}),
    ];
    return tries.map((attempt) => {
      try {
        attempt();
        return "done";
      } catch (error) {
        return (error as Error).name;
      }
    });
  });
  expect(fates).toEqual(["TypeError", "TypeError"]);
  // Of the second the page complains, as it does of all that its policy forbids.
  await visitor.until(
    async () => visitor.complaints.splice(0),
    ([complaint]) => /policy named 'another'/i.test(complaint ?? ""),
  );
});

test("where the judge cannot be loaded, the meter says so, and one can still register", async () => {
  const visitor = await visit("ann");
  await visitor.context.route(/strength-worker/, (route) => route.abort());
  await visitor.goto("/register");
  await visitor.field("Password").fill("rosenkohl in butter");
  await said(visitor, "How strong it is cannot be told here.");
  await visitor.register();
});
