import { expect, test } from "bun:test";
import { join } from "node:path";
import type { ConversationId } from "../../../server/protocol/conversation-id.ts";
import { openDatabase } from "../../../server/store/sqlite/open.ts";
import { sqliteStore } from "../../../server/store/sqlite/store.ts";
import { ChatProcess } from "../../support/chat-process.ts";
import { faults } from "../../support/ledger.ts";
import { Person } from "../../support/person.ts";
import { Talker } from "../../support/talker.ts";
import { logOf } from "../store/conformance/ground.ts";

const rounds = Number(process.env.KILL_ROUNDS ?? 12);
const seed = Number(process.env.KILL_SEED ?? Date.now() % 2 ** 31);
const env = { MESSAGES_PER_MINUTE: "1000000", MESSAGE_BURST: "1000000" };

/** Numbers from 0 up to 1, the same for the same seed (a linear congruential generator is chance enough here). */
function chance(from: number): () => number {
  let state = from >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Lets people talk while the server is killed again and again; gives every fault that is found in the end. */
async function survive(server: ChatProcess, times: number) {
  const choose = chance(seed);
  let killAt = Number.POSITIVE_INFINITY;
  let toldToKill = Promise.withResolvers<void>();
  const heard = () => {
    if (--killAt <= 0) toldToKill.resolve();
  };
  await server.start();
  const talkers: Talker[] = [];
  for (const [at, name] of ["alice", "bob", "carol", "dave"].entries()) {
    const pair = at < 2 ? "direct:1:2" : "direct:3:4";
    const person = await new Person(server, name).register();
    talkers.push(new Talker(person, ["group", "group", pair], choose, heard));
  }

  let up = Promise.withResolvers<void>();
  up.resolve();
  const talking = talkers.map((talker) => talker.talk(() => up.promise));
  for (let round = 0; round < times; round++) {
    toldToKill = Promise.withResolvers<void>();
    killAt = 1 + Math.floor(choose() * 200);
    await toldToKill.promise;
    // Some turns later: in the middle of whatever is going on then, a commit as well as a connection.
    for (let userQueues = Math.floor(choose() * 20); userQueues > 0; userQueues--)
      await new Promise(setImmediate);
    up = Promise.withResolvers<void>();
    await server.kill();
    await server.start();
    up.resolve();
  }
  for (const talker of talkers) talker.beQuiet();
  await Promise.all(talking);
  for (const { person, followers } of talkers) {
    const socket = await person.enter();
    for (const follower of followers) await follower.follow(socket);
    person.leave();
  }
  await server.stop();

  const store = sqliteStore(openDatabase(join(server.dataDir, "chat.sqlite")));
  const ids: ConversationId[] = ["group", "direct:1:2", "direct:3:4"];
  const stored = new Map(await Promise.all(ids.map(async (id) => [id, await logOf(store, id)] as const)));
  store.close();
  const copies = talkers.flatMap(({ person, followers }) =>
    followers.map(({ conversation, log }) => ({ holder: person.name, conversation, log })),
  );
  const contradictions = talkers.flatMap(({ followers }) => followers.flatMap((each) => each.contradictions));
  const found = faults(stored, talkers, copies);
  for (const [first, second] of contradictions) {
    found.push(`${first.conversation} ${first.seq} was "${first.body.text}", then "${second.body.text}"`);
  }
  return { found, acknowledged: talkers.flatMap(({ acknowledged }) => acknowledged).length };
}

test(
  `kill -9 at ${rounds} moments under load loses, doubles and reorders nothing (KILL_SEED=${seed})`,
  async () => {
    const server = new ChatProcess(env);
    try {
      const { found, acknowledged } = await survive(server, rounds);
      expect(found).toEqual([]);
      expect(acknowledged).toBeGreaterThan(rounds * 10);
    } finally {
      await server.remove();
    }
  },
  60_000 + rounds * 5_000,
);

test("a server that acknowledges before it commits is caught by the same test", async () => {
  const server = new ChatProcess(env, "tests/support/careless-server.ts");
  try {
    const { found } = await survive(server, 3);
    expect(found.some((fault) => fault.endsWith("was acknowledged and is lost"))).toBe(true);
  } finally {
    await server.remove();
  }
}, 60_000);
