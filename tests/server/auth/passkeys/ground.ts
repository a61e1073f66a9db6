import { beforeEach } from "bun:test";
import { sql } from "drizzle-orm";
import type { PasskeyInfo } from "../../../../server/protocol/passkeys.ts";
import { PasskeyDevice } from "../../../support/passkey-device.ts";
import { Person } from "../../../support/person.ts";
import { stage } from "../../../support/stage.ts";

export const minute = 60_000;
export const wrong: [number, string] = [403, "wrong_passkey"];
export const tooLate: [number, string] = [403, "link_invalid"];

/** The stage of a server with an account, whose owner has a phone that has no passkey yet. */
export function ground() {
  const set = stage({ clock: true, people: ["alice"] });
  const { server, alice } = set;
  const phone = new PasskeyDevice(server);
  beforeEach(() => void phone.passkeys.splice(0));
  return {
    ...set,
    phone,
    /** Somebody at a browser that is not logged in. */
    visitor: () => new Person(server, "visitor"),
    /** Alice asks, as the owner, who has a second factor already where they need one to do so. */
    async ask(secondFactor: "everyone") {
      server.db.run(sql`update users set role = 'owner' where id = 1`);
      await alice.changeSettings({ secondFactor });
    },
  };
}

export const passkeysOf = async (person: Person): Promise<PasskeyInfo[]> =>
  person.get("/api/account/passkeys");

export const remove = (person: Person, id: string): Promise<Response> =>
  person.fetch("DELETE", `/api/account/passkeys/${id}`, {});
