import { beforeEach, expect, test } from "bun:test";
import { people as loadPeople } from "../../../server/accounts/directory.ts";
import { news } from "../../../server/accounts/news.ts";
import { requiringActive } from "../../../server/accounts/status.ts";
import { type ResetsDeps, resets, resetTicket } from "../../../server/auth/resets.ts";
import { TokenBuckets } from "../../../server/limits/token-buckets.ts";
import { auditEntries } from "../../../server/moderation/audit-entry.ts";
import type { User } from "../../../server/store/users.ts";
import { clock } from "../../support/clock.ts";
import { database } from "../../support/database.ts";
import { outcomeOf } from "../../support/outcome.ts";

const time = clock();
const auditEntry = auditEntries(time.now);
let store: ReturnType<typeof database>["store"];
let user: User;
let token: string;
/** The codes that were checked, and the one that is right. */
let checked: string[];
const client = { address: "address", device: "a browser" };
beforeEach(async () => {
  ({ store } = database());
  const made = await store.users.create({ name: "ann", passwordHash: "former", createdAt: 0 });
  const totp = { secret: "sealed", step: 1, createdAt: 0 };
  await store.factors.setTotp(made!.id, totp, [], auditEntry("code.added", { by: made!.id }));
  user = (await store.users.byId(made!.id))!;
  const link = resetTicket(user, null, time);
  token = link.token;
  await store.tickets.put(link.ticket);
  checked = [];
});

const verifyCode: ResetsDeps["secondFactor"]["verifyCode"] = async ({ id }, code) => {
  checked.push(`${id} ${code}`);
  return code === "123456";
};

const use = async (more: { code?: string }) => {
  const links = resets({
    users: store.users,
    tickets: store.tickets,
    people: await loadPeople(store.users),
    hashNew: async (password) => `hash of ${password}`,
    secondFactor: { verifyCode },
    news: news(() => {}, time.now),
    requireActive: requiringActive(store.audit, auditEntry),
    bound: (_, burst, perMinute) => new TokenBuckets(() => ({ burst, perMinute }), time.now),
    auditEntry,
    system: time,
  });
  return { links, done: links.reset({ token, password: "another", ...more }, client) };
};

test("ASVS 6.4.3 ASVS 6.4.4 an account with an authenticator app is not reset without a code of it", async () => {
  const { links, done } = await use({});
  expect(await outcomeOf(done)).toThrow(expect.objectContaining({ code: "wrong_code", field: "code" }));
  expect(await outcomeOf((await use({ code: "" })).done)).toThrow(
    expect.objectContaining({ code: "wrong_code" }),
  );
  expect(await outcomeOf((await use({ code: "654321" })).done)).toThrow(
    expect.objectContaining({ code: "wrong_code", field: "code" }),
  );
  expect(checked).toEqual([`${user.id} 654321`]);
  expect((await store.users.byId(user.id))?.passwordHash).toBe("former");
  expect(await links.check(token, "address")).toEqual({ name: "ann", needsCode: true });

  expect(await (await use({ code: "123456" })).done).toMatchObject({ factors: 2, user: { name: "ann" } });
  expect((await store.users.byId(user.id))?.passwordHash).toBe("hash of another");
});

test("one without is, and what else the chat asks for is still to come", async () => {
  await store.factors.removeTotp(user.id, auditEntry("code.removed", { by: user.id }));
  expect(await (await use({})).done).toMatchObject({ factors: 1 });
  expect(checked).toEqual([]);
});

test("ASVS 2.3.4 ASVS 15.4.2 of 20 who are through with their hashes at the same moment, one sets the password", async () => {
  const { links, done } = await use({ code: "123456" });
  const others = Array.from({ length: 19 }, (_, at) =>
    links.reset({ token, password: `another, no ${at}`, code: "123456" }, client),
  );
  const outcomes = await Promise.allSettled([done, ...others]);
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  const codes = outcomes.flatMap((each) => (each.status === "rejected" ? [each.reason.code] : []));
  expect(codes).toEqual(Array(19).fill("link_invalid"));
});
