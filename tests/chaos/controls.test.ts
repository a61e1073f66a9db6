import { describe, expect, test } from "bun:test";
import { run } from "./run.ts";
import { asSuperuser } from "./servers.ts";
import { seed, short } from "./short.ts";

// Runs that have to fail: they show that a run that does not fail says something.

const control = { plain: true, talkers: 12, leavers: 0, revoked: [], settleMs: 2_000 };

describe(`what the checks are worth (CHAOS_SEED=${seed})`, () => {
  test("with nobody looking for what a lost signal would have told, clients are left with other logs than the store's", async () => {
    const entry = "tests/chaos/deaf-node.ts";
    const { options } = short({ ...control, entry, ms: 4_000 });
    const { broken } = await run(options);
    const found = broken.filter((each) => /copy of .* (differs|goes on)/.test(each));
    expect(found).not.toEqual([]);
    console.log(`  failed as it must, without looking: ${found.length} copies differ`);
  }, 60_000);

  test("without the unique key, and the look-up that trusts in it, messages that are sent again are doubled", async () => {
    const { options } = short({ ...control, ms: 4_000, hangUps: 200, spoil: withoutKey });
    const { broken } = await run(options);
    const found = broken.filter((each) => /is stored \d+ times/.test(each));
    expect(found).not.toEqual([]);
    console.log(`  failed as it must, without the unique key: ${found.length} messages are doubled`);
  }, 60_000);
});

/** Appending looks for what is stored already; that is only to spare it the refusal of the key, so it goes with it. */
async function withoutKey(url: string): Promise<void> {
  await asSuperuser(url, async (sql) => {
    await sql`drop index messages_once`;
    const [found] = await sql`select pg_get_functiondef('append_messages_v3'::regproc) as text`;
    const lookUp = "WHERE client_id = client AND author_id = author LIMIT 1";
    if (!found.text.includes(lookUp))
      throw new Error("append_messages_v3 looks for stored messages in another way.");
    await sql.unsafe(found.text.replace(lookUp, "WHERE false LIMIT 1"));
  });
}
