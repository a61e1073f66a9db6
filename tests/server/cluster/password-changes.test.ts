import { expect, test } from "bun:test";
import { nodeStage } from "../../support/nodes.ts";
import { outcome } from "../../support/outcome.ts";
import { Person, password } from "../../support/person.ts";

const next = ["another horse battery", "the thief's own password"];
/** New passwords are weighed, after the current one was proven, until both are. */
let weighed = Promise.withResolvers<void>();
let waiting = 0;
const strength = {
  async check(given: string) {
    if (!next.includes(given)) return;
    if (++waiting === next.length) weighed.resolve();
    await weighed.promise;
  },
};

const { nodes } = nodeStage({ strength });

test("ASVS 15.4.2 of two who change one password at once, on two nodes, one does", async () => {
  for (let round = 0; round < 5; round++) {
    [weighed, waiting] = [Promise.withResolvers(), 0];
    const name = `anna-${round}`;
    const people = [await new Person(nodes[0]!, name).register(), new Person(nodes[1]!, name)];
    await people[1]!.signIn();
    const changes = people.map((person, at) =>
      outcome(person.fetch("PUT", "/api/account/password", { current: password, password: next[at] })),
    );
    const outcomes = await Promise.all(changes);
    expect(outcomes.toSorted(([a], [b]) => a - b)).toEqual([
      [204, undefined],
      [403, "wrong_password"],
    ]);
    const opens = next.map(async (given) => (await new Person(nodes[0]!, name).signIn(given)).status);
    expect(await Promise.all(opens)).toEqual(outcomes.map(([status]) => (status === 204 ? 200 : 401)));
  }
});
