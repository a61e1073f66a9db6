import { beforeEach, describe, expect, test } from "bun:test";
import type { ServerSettings } from "../../../server/protocol/settings.ts";
import { outcome } from "../../support/outcome.ts";
import { Person } from "../../support/person.ts";
import { stage } from "../../support/stage.ts";

const slow = "a password that takes its time";
let reached: PromiseWithResolvers<void>;
let weighing: PromiseWithResolvers<void>;
const strength = {
  async check(given: string) {
    if (given !== slow) return;
    reached.resolve();
    await weighing.promise;
  },
};
const { server, Olga: olga, contents } = stage({ strength, people: { Olga: "owner" } });
beforeEach(() => {
  [reached, weighing] = [Promise.withResolvers(), Promise.withResolvers()];
});

const change = async (rules: Partial<ServerSettings>) => {
  await olga.changeSettings(rules);
};
async function invitation() {
  const asked = { label: "", expiresIn: null, maxUses: 1 };
  const { id, token } = await (await olga.fetch("POST", "/api/invites", asked)).json();
  return { id, token };
}
const register = (invite?: string) => {
  const asked = { name: "late", password: slow, ...(invite === undefined ? {} : { invite }) };
  return outcome(new Person(server, "late").fetch("POST", "/api/account", asked));
};
const people = () => contents().users!.length;

describe("ASVS 15.4.2 whose password is still being weighed is let in by the rules that hold when it is done", () => {
  test("not once registration is closed, whoever has invited them", async () => {
    const { token } = await invitation();
    const late = [register(), register(token)];
    await reached.promise;
    await change({ registration: "closed" });
    weighing.resolve();
    expect(await Promise.all(late)).toEqual(Array(2).fill([403, "registration_closed"]));
    expect(people()).toBe(1);
  });

  test("not without an invitation once it takes one; and one that was shown is used up then", async () => {
    const { id, token } = await invitation();
    const late = register();
    await reached.promise;
    await change({ registration: "invite" });
    weighing.resolve();
    expect(await late).toEqual([403, "invite_needed"]);

    await change({ registration: "open" });
    [reached, weighing] = [Promise.withResolvers(), Promise.withResolvers()];
    const invited = register(token);
    await reached.promise;
    await change({ registration: "invite" });
    weighing.resolve();
    expect(await invited).toEqual([201, undefined]);
    expect(await server.store.invites.find(id)).toMatchObject({ uses: 1 });
  });
});
