import { beforeEach, describe, expect, test } from "bun:test";
import { draft, entryOf, type Ground, logOf, type OpenGround, settle } from "./ground.ts";
import { asOwner } from "./samples.ts";

/** What is asked for while a transaction is open: nobody finds half of it. */
export function transactionSuite(open: OpenGround): void {
  let ground: Ground;
  beforeEach(async () => {
    ground = await open();
    await settle(ground.store, "alice", "bob");
    await asOwner(ground.store);
  });

  describe("ASVS 2.3.3 while a transaction is open", () => {
    test("a read sees all of it or nothing", async () => {
      const { users, audit } = ground.store;
      const seen = async (): Promise<(string | undefined)[][]> => [
        (await users.directory()).map(({ role }) => role),
        (await audit.page({ events: ["house.handed over"] }, null, 9)).map(({ event }) => event),
      ];
      const before = [["owner", undefined], []];
      const after = [["admin", "owner"], ["house.handed over"]];
      const held = await ground.holdAudit();
      const handing = users.handOver(1, 2, entryOf("house.handed over"));
      await held.reached();
      expect([before, after]).toContainEqual(await seen());
      await held.release();
      expect(await handing).toBe(true);
      expect(await seen()).toEqual(after);
    });

    test("an append sees all of it or nothing", async () => {
      const { users, messages, conversations } = ground.store;
      const held = await ground.holdAudit();
      const removing = users.remove(2, false, entryOf("account.deleted"));
      await held.reached();
      const appending = messages.append([draft("to bob", 1, "direct:1:2"), draft("by bob", 2, "direct:1:2")]);
      await held.release();
      await removing;
      const kinds = (await appending).map((outcome) =>
        outcome.kind === "refused" ? outcome.code : "stored",
      );
      expect([
        ["stored", "stored"],
        ["person_deleted", "not_signed_in"],
      ]).toContainEqual(kinds);
      const stored = await logOf(ground.store, "direct:1:2");
      expect(stored).toHaveLength(kinds.filter((kind) => kind === "stored").length);
      expect(await conversations.of(2)).toEqual([]);
    });
  });
}
