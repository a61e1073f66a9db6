import { expect, test } from "bun:test";
import { hashOfToken, newToken } from "../../../server/auth/link-tokens.ts";
import type { PasskeyInfo } from "../../../server/protocol/passkeys.ts";
import { enrol } from "../../support/authenticator.ts";
import { nodeStage } from "../../support/nodes.ts";
import { settingsFor } from "../../support/oidc.ts";
import { outcome } from "../../support/outcome.ts";
import { addPasskey, PasskeyDevice } from "../../support/passkey-device.ts";
import { Person } from "../../support/person.ts";

const issuer = "https://provider.example";
const rounds = 5;

const { nodes, one } = nodeStage({ env: settingsFor(issuer), settings: { secondFactor: "everyone" } });

/** Somebody who has no password, but an account at the provider, which opens theirs. */
async function withoutPassword(name: string): Promise<[Person, id: number]> {
  const token = newToken(crypto.getRandomValues(new Uint8Array(32)));
  const createdAt = Date.now();
  const user = await one.store.users.create(
    { name, passwordHash: null, createdAt },
    {
      identity: { issuer, subject: name, provider: "oidc", createdAt },
      session: { id: hashOfToken(token), device: "" },
    },
  );
  const person = new Person(one, name);
  person.bring(`__Host-session=${token}`);
  return [person, user!.id];
}

const passkeysOf = async (person: Person): Promise<PasskeyInfo[]> => person.get("/api/account/passkeys");

/** Removes all of these at once, each on a node of its own; gives what became of it, in the order of the statuses. */
async function removeAtOnce(person: Person, paths: string[]) {
  const asked = paths.map((path, at) => outcome(person.at(nodes[at % 2]!).fetch("DELETE", path, {})));
  return (await Promise.all(asked)).toSorted(([a], [b]) => a - b);
}

const provider = "/api/account/providers/oidc";

test("ASVS 15.4.2 of a passkey and an account at a provider that are removed at once, the last way in stays", async () => {
  for (let round = 0; round < rounds; round++) {
    const [person, id] = await withoutPassword(`anna-${round}`);
    await enrol(person, Date.now);
    await addPasskey(person, new PasskeyDevice(one));
    const [own] = await passkeysOf(person);
    const done = await removeAtOnce(person, [`/api/account/passkeys/${own!.id}`, provider]);
    expect(done).toEqual([
      [204, undefined],
      [409, "last_way_in"],
    ]);
    const { factors } = one.store;
    const left = [...(await factors.passkeys(id)), ...(await factors.identities(id))];
    expect(left).toHaveLength(1);
  }
});

test("ASVS 15.4.2 of two passkeys that are removed at once, the last way in stays", async () => {
  for (let round = 0; round < rounds; round++) {
    const [person] = await withoutPassword(`bert-${round}`);
    await enrol(person, Date.now);
    for (const name of ["Phone", "Key"]) await addPasskey(person, new PasskeyDevice(one), name);
    expect((await person.fetch("DELETE", provider)).status).toBe(204);
    const own = await passkeysOf(person);
    const done = await removeAtOnce(
      person,
      own.map(({ id }) => `/api/account/passkeys/${id}`),
    );
    expect(done).toEqual([
      [204, undefined],
      [409, "last_way_in"],
    ]);
    expect(await passkeysOf(person)).toHaveLength(1);
  }
});

test("ASVS 15.4.2 of the app and a passkey that are removed at once, the last second factor stays where one is asked for", async () => {
  for (let round = 0; round < rounds; round++) {
    const person = await new Person(one, `carl-${round}`).register();
    await enrol(person, Date.now);
    await addPasskey(person, new PasskeyDevice(one));
    const [own] = await passkeysOf(person);
    const done = await removeAtOnce(person, [`/api/account/passkeys/${own!.id}`, "/api/account/code"]);
    expect(done).toEqual([
      [204, undefined],
      [403, "enrolment_needed"],
    ]);
    const user = await one.store.users.byName(person.name);
    expect([user!.hasCode, user!.hasPasskey].toSorted()).toEqual([false, true]);
  }
});
