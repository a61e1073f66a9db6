import { expect, test } from "bun:test";
import { commitLoop } from "../../../server/conversations/commit-loop.ts";
import { erasure } from "../../../server/conversations/erasure.ts";
import { clock } from "../../support/clock.ts";
import { database } from "../../support/database.ts";
import { draft, logOf, settle } from "../db/conformance/ground.ts";

test("ASVS 2.4.1 account after account that is deleted clears out the database once in a while only, and all in the end", async () => {
  const { store } = database();
  const { users, messages } = store;
  const time = clock();
  let scrubs = 0;
  const scrub = async () => {
    scrubs++;
    await messages.scrub();
  };
  const erase = erasure({
    users,
    messages: { ...messages, scrub },
    commits: commitLoop(messages, () => {}),
    system: time,
    report: (error) => expect(error).toBeUndefined(),
  });
  await settle(store, "alice", "bob", "carla", "dave");
  await messages.append([1, 2, 3].map((author) => draft("said", author)));
  for (const id of [1, 2, 3]) {
    await users.remove(id, true);
    await erase.run();
  }
  // What was said is gone at once for everybody who reads it here.
  expect((await logOf(store)).map(({ body }) => body.text)).toEqual(["", "", ""]);
  expect([scrubs, await users.erasing()]).toEqual([1, [2, 3]]);
  time.advance(5 * 60_000);
  await erase.run();
  expect([scrubs, await users.erasing()]).toEqual([2, []]);
  await erase.run();
  expect(scrubs).toBe(2);
  // A single message that was deleted leaves traces too.
  await messages.append([draft("said", 4)]);
  await messages.remove("group", 7, 500);
  await erase.run();
  expect(scrubs).toBe(2);
  time.advance(5 * 60_000);
  await erase.run();
  await erase.run();
  expect(scrubs).toBe(3);
});
