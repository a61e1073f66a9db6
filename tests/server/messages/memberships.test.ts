import { beforeEach, describe, expect, test } from "bun:test";
import { people as loadPeople, type People } from "../../../server/accounts/directory.ts";
import { groupTopic, userTopic } from "../../../server/broker/topics.ts";
import { ownMessages } from "../../../server/export/own-messages.ts";
import type { CommandDeps } from "../../../server/messages/command.ts";
import { commands } from "../../../server/messages/commands.ts";
import { type Memberships, memberships } from "../../../server/messages/memberships.ts";
import { roomDirectory } from "../../../server/messages/rooms.ts";
import { auditEntries } from "../../../server/moderation/audit-entry.ts";
import { reports } from "../../../server/moderation/reports.ts";
import type { ConversationId } from "../../../server/protocol/conversation-id.ts";
import type { Session } from "../../../server/store/sessions.ts";
import type { Store } from "../../../server/store/store.ts";
import { type Clock, clock } from "../../support/clock.ts";
import { database } from "../../support/database.ts";
import { outcomeOf } from "../../support/outcome.ts";
import { draft, settle } from "../store/conformance/ground.ts";

let store: Store;
let people: People;
let system: Clock;
let registry: Memberships;
beforeEach(async () => {
  store = database().store;
  await settle(store, "alice", "bob", "carol");
  people = await loadPeople(store.users);
  system = clock();
  registry = memberships(people, await roomDirectory(store.rooms), system);
});

const isMember = (user: number, conversation: string) => {
  try {
    return registry.requireMember(user, conversation as ConversationId).seesFrom === 1;
  } catch (error) {
    expect(error).toMatchObject({ code: "unknown_conversation" });
    return false;
  }
};

describe("who belongs to a conversation", () => {
  test("ASVS 8.2.2 everyone to the group, and the two people of a private one, who see all of it", () => {
    expect(isMember(1, "group")).toBe(true);
    expect(isMember(1, "direct:1:2")).toBe(true);
    expect(isMember(2, "direct:1:2")).toBe(true);
    expect(isMember(3, "direct:1:2")).toBe(false);
    expect(isMember(1, "direct:11:12")).toBe(false);
    expect(isMember(2, "direct:12:21")).toBe(false);
    expect([registry.of("group").members, registry.of("direct:1:2").members]).toEqual([null, [1, 2]]);
  });

  test("nobody, where no conversation has that name", () => {
    for (const id of ["", "groups", "direct:2:1", "direct:1:1", "direct:01:2", "direct:1:2:3", "room:1"])
      expect([id, isMember(1, id)]).toEqual([id, false]);
  });
});

test("its members may write, until they are muted, and as soon as that is over", () => {
  expect(() => registry.requireWriter(3, "direct:1:2")).toThrow(
    expect.objectContaining({ code: "unknown_conversation" }),
  );
  people.mute(1, system.now() + 5_000);
  for (const id of ["group", "direct:1:2"] as const)
    expect(() => registry.requireWriter(1, id)).toThrow(
      expect.objectContaining({ code: "muted", retryAfter: 5_000 }),
    );
  registry.requireWriter(2, "group");
  system.advance(5_000);
  registry.requireWriter(1, "direct:1:2");
});

test("its events go to the topic of the group or to those of its two people, and to nobody else", () => {
  const topicsOf = (id: ConversationId) => registry.of(id).topics();
  expect(topicsOf("group")).toEqual([groupTopic]);
  expect(topicsOf("direct:1:2")).toEqual([userTopic("alice"), userTopic("bob")]);
  expect(registry.topicsFor(1, "alice")).toEqual([groupTopic, userTopic("alice")]);
  people.forget(2);
  expect(topicsOf("direct:1:2")).toEqual([userTopic("alice")]);
  expect(topicsOf("direct:8:9")).toEqual([]);
});

test("a private one is called after the other person, as long as they have a name", () => {
  const titles = (...users: number[]) => users.map((user) => registry.of("direct:1:2").titleFor(user));
  expect(registry.of("group").titleFor(1)).toBe("Group chat");
  expect(titles(1, 2)).toEqual(["bob", "alice"]);
  people.forget(2);
  expect(titles(1, 2)).toEqual(["Deleted user", "alice"]);
});

describe("where a member sees a conversation from a number on only", () => {
  let handle: ReturnType<typeof commands>;
  let late: Memberships;
  beforeEach(async () => {
    late = { ...registry, requireMember: () => ({ seesFrom: 4 }) };
    await store.messages.append(Array.from({ length: 6 }, (_, at) => draft(`message ${at + 1}`)));
    await store.messages.remove("group", 2, 9);
    handle = commands({
      store,
      people,
      memberships: late,
      confirm: async () => {},
      changeRate: { take: () => 0 },
    } as unknown as CommandDeps);
  });
  const ref = "1";
  const conversation = "group";

  test("no page of its history has anything from before, or says that there is more", async () => {
    const page = async (asked: { before?: number; after?: number; around?: number; limit?: number }) => {
      const found = await handle["history.read"]({ type: "history.read", ref, conversation, ...asked }, 1);
      if (found?.type !== "history.page") throw new Error("There is no page.");
      return [found.messages.map(({ seq }) => seq), found.more];
    };
    expect(await page({})).toEqual([[4, 5, 6], false]);
    expect(await page({ limit: 2 })).toEqual([[5, 6], true]);
    expect(await page({ limit: 3 })).toEqual([[4, 5, 6], false]);
    expect(await page({ before: 4 })).toEqual([[], false]);
    expect(await page({ before: 6, limit: 1 })).toEqual([[5], true]);
    expect(await page({ after: 1, limit: 2 })).toEqual([[4, 5], true]);
    expect(await page({ around: 2, limit: 4 })).toEqual([[4, 5], false]);
  });

  test("what changed before it is no news, and the cursor goes past it", async () => {
    const { epoch } = store;
    expect(
      await handle["conversation.sync"]({ type: "conversation.sync", ref, conversation, epoch, after: 0 }, 1),
    ).toMatchObject({ messages: [{ seq: 4 }, { seq: 5 }, { seq: 6 }], upTo: 7 });
  });

  test("what is before it can as little be deleted as what there never was", async () => {
    const remove = (seq: number) =>
      handle["message.delete"]({ type: "message.delete", ref, conversation, seq }, 1);
    for (const seq of [3, 99])
      expect(await outcomeOf(remove(seq))).toThrow(expect.objectContaining({ code: "unknown_message" }));
  });
  test("it can as little be reported", async () => {
    const { add } = reports({
      ...{ reports: store.reports, messages: store.messages, people, system, memberships: late },
      ...{ bound: () => ({ take: () => 0 }), auditEntry: auditEntries(system.now) },
    } as unknown as Parameters<typeof reports>[0]);
    const report = add({ userId: 1 } as Session, { conversation, seq: 3, reason: "" }, "192.0.2.1");
    expect(await outcomeOf(report)).toThrow(expect.objectContaining({ code: "unknown_message" }));
    expect(await store.reports.list("all", null, 9)).toEqual([]);
  });

  test("nor is it in what they take along", async () => {
    const { messages } = ownMessages(store.messages, people, late).messagesIn(1, "group");
    const seqs = [];
    for await (const { seq } of messages) seqs.push(seq);
    expect(seqs).toEqual([4, 5, 6]);
  });
});
