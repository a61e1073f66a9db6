import { expect } from "bun:test";
import { sql } from "drizzle-orm";
import type { PasskeyInfo } from "../../../../server/protocol/passkeys.ts";
import { clock } from "../../../support/clock.ts";
import { database } from "../../../support/database.ts";
import { PasskeyDevice } from "../../../support/passkey-device.ts";
import { Person } from "../../../support/person.ts";
import { startServer } from "../../../support/server.ts";

export const minute = 60_000;
export const wrong: [number, string] = [403, "wrong_passkey"];
export const tooLate: [number, string] = [403, "link_invalid"];

/** A server with an account, whose owner has a phone that has no passkey yet. */
export async function ground() {
  const time = clock();
  const base = database();
  const server = await startServer({ store: base.store, system: time });
  const alice = await new Person(server, "alice").register();
  return {
    time,
    base,
    server,
    alice,
    phone: new PasskeyDevice(server.origin),
    /** Somebody at a browser that is not logged in. */
    visitor: () => new Person(server, "visitor"),
    audited: async (event: string) =>
      (await base.store.audit.page({}, null, 100)).filter((entry) => entry.event === event),
    /** Alice asks, as the owner, who has a second factor already where they need one to do so. */
    async ask(secondFactor: "everyone") {
      base.db.run(sql`update users set role = 'owner' where id = 1`);
      const settings = await (await alice.fetch("GET", "/api/settings")).json();
      expect((await alice.fetch("PUT", "/api/settings", { ...settings, secondFactor })).status).toBe(204);
    },
    async stop() {
      await server.stop();
      expect(server.bugs).toEqual([]);
    },
  };
}

export type Ground = Awaited<ReturnType<typeof ground>>;

export const passkeysOf = async (person: Person): Promise<PasskeyInfo[]> =>
  (await person.fetch("GET", "/api/account/passkeys")).json();

export const remove = (person: Person, id: string): Promise<Response> =>
  person.fetch("DELETE", `/api/account/passkeys/${id}`, {});

export const statusOf = async (person: Person, cookie: string = person.cookies): Promise<number> =>
  (await person.fetch("GET", "/api/account", undefined, { cookie })).status;
