import { beforeEach, expect, test } from "bun:test";
import type { AuditEvent } from "../../../../server/protocol/audit.ts";
import type { RoomId } from "../../../../server/protocol/conversation-id.ts";
import { Refusal } from "../../../../server/refusal.ts";
import type { NewRoom, Room } from "../../../../server/store/rooms.ts";
import type { Committed } from "../../../../server/store/transaction.ts";
import { draft, type Ground, logOf, type OpenGround, settle } from "./ground.ts";

const id: RoomId = "room:aaaaaaaaaaaaaaaa";
const plans: NewRoom = {
  id,
  name: "Plans",
  description: "",
  access: "private",
  history: "joined",
  writers: "everyone",
};

/** Rooms, and who is in them. People are 1 alice, 2 bob, 3 carol, 4 dave. */
export function roomSuite(open: OpenGround): void {
  let ground: Ground;
  let told: Room[];
  beforeEach(async () => {
    ground = await open();
    await settle(ground.store, "alice", "bob", "carol", "dave");
    told = [];
    ground.store.onCommit(({ events }: Committed) => {
      for (const event of events) if (event.kind === "room.changed") told.push(event.room);
    });
  });
  const rooms = () => ground.store.rooms;
  const make = (more: Partial<NewRoom> = {}, people = [2]) =>
    rooms().create({ ...plans, ...more }, 1, people, 10);
  const peopleIn = (room: Room | undefined) => room?.members.map(({ user }) => user);
  const refusal = (work: Promise<unknown>) =>
    work.then(
      () => null,
      (error) => (error instanceof Refusal ? error.code : Promise.reject(error)),
    );
  const say = async (text: string, author = 1) =>
    (await ground.store.messages.append([draft(text, author, id)]))[0];

  test("a room is made once, with its line, and told of as it is", async () => {
    const [line] = await make({}, [2, 2, 9]);
    expect(line).toMatchObject({
      seq: 1,
      rev: 1,
      author: 1,
      body: { text: "", line: { what: "made", people: [2] } },
    });
    expect(told).toEqual(await rooms().all());
    expect(told[0]).toEqual({
      ...plans,
      version: 1,
      archivedAt: null,
      members: [
        { user: 1, seesFrom: 1, isOwner: true },
        { user: 2, seesFrom: 1, isOwner: false },
      ],
    });
    expect(await make()).toEqual([]);
    expect(await refusal(rooms().create(plans, 3, [], 11))).toBe("unknown_conversation");
    expect(told).toHaveLength(1);
    expect((await ground.store.conversations.of(1)).find((each) => each.id === id)).toMatchObject({
      unread: 0,
      latest: { seq: 1, author: 1, text: "", line: { what: "made" } },
    });
  });

  test("to its maker who is out of it a room is not there", async () => {
    await make();
    await rooms().leave(id, 1, 20);
    expect(await refusal(make())).toBe("unknown_conversation");
  });

  test("only who is in it writes there, from when they are in it until they are not", async () => {
    await make();
    expect(await say("for us", 1)).toMatchObject({ kind: "stored" });
    expect(await say("me?", 3)).toEqual({ kind: "refused", code: "unknown_conversation" });
    await rooms().add(id, 2, [3], 20);
    expect(await say("hello", 3)).toMatchObject({ kind: "stored" });
    const [line] = await rooms().remove(id, 1, 3, 30);
    expect(line).toMatchObject({ body: { line: { what: "removed", people: [3] } } });
    expect(await say("still?", 3)).toEqual({ kind: "refused", code: "unknown_conversation" });
    expect((await logOf(ground.store, id)).map(({ rev }) => rev)).toEqual([1, 2, 3, 4, 5]);
    expect(told.map(({ version }) => version)).toEqual([1, 3, 5]);
    expect(peopleIn(told.at(-1))).toEqual([1, 2]);
    for (const work of [
      () => ground.store.messages.edit(id, 4, { author: 3, body: { text: "x" }, meant: [], at: 1 }),
      () => ground.store.messages.react(id, 2, 3, "👍", true),
      () => rooms().add(id, 3, [4], 40),
      () => rooms().change(id, 3, { name: "Mine" }, 40),
    ])
      expect(await refusal(work())).toBe("unknown_conversation");
  });

  test("who comes later sees what its maker chose, and none of it counts as unread", async () => {
    await make();
    await say("before");
    await rooms().add(id, 1, [3], 20);
    await rooms().create({ ...plans, id: "room:bbbbbbbbbbbbbbbb", history: "all" }, 1, [], 10);
    await rooms().add("room:bbbbbbbbbbbbbbbb", 1, [3], 20);
    const seen = (await rooms().all()).map(({ members }) => members.find(({ user }) => user === 3)?.seesFrom);
    expect(seen).toEqual([3, 1]);
    const counted = (await ground.store.conversations.of(3)).map(({ unread }) => unread);
    expect(counted).toEqual([0, 0, 0]);
    await say("after");
    expect((await ground.store.conversations.of(3)).find((each) => each.id === id)).toMatchObject({
      unread: 1,
    });
  });

  test("anybody joins a public room, once, and nobody a private one", async () => {
    await make();
    expect(await refusal(rooms().join(id, 3, 20))).toBe("unknown_conversation");
    expect(await refusal(rooms().join("room:zzzzzzzzzzzzzzzz", 3, 20))).toBe("unknown_conversation");
    await make({ id: "room:bbbbbbbbbbbbbbbb", access: "public" }, []);
    const join = () => rooms().join("room:bbbbbbbbbbbbbbbb", 3, 20);
    expect(await join()).toMatchObject([{ author: 3, body: { line: { what: "joined" } } }]);
    expect(await join()).toEqual([]);
    expect(peopleIn(told.at(-1))).toEqual([1, 3]);
  });

  test("whoever has been there for the longest looks after it when its last owner goes, by leaving or altogether", async () => {
    await make({}, []);
    await rooms().add(id, 1, [3], 20);
    await rooms().add(id, 1, [2], 21);
    const owners = () => told.at(-1)!.members.flatMap(({ user, isOwner }) => (isOwner ? [user] : []));
    expect(await refusal(rooms().change(id, 3, { name: "Mine" }, 25))).toBe("not_allowed");
    expect(await refusal(rooms().remove(id, 3, 2, 25))).toBe("not_allowed");
    await rooms().leave(id, 1, 30);
    expect([peopleIn(told.at(-1)), owners()]).toEqual([[3, 2], [3]]);
    await ground.store.users.remove(3);
    expect([peopleIn(told.at(-1)), owners()]).toEqual([[2], [2]]);
    expect(await rooms().leave(id, 1, 50)).toEqual([]);
    expect(await rooms().leave(id, 2, 50)).toHaveLength(1);
    expect(peopleIn(told.at(-1))).toEqual([]);
  });

  test("a moderator who is in it may look after it, and put out who stands below", async () => {
    await make({}, [2, 3, 4]);
    await ground.run("update users set role = 'moderator' where id in (2, 3)");
    expect(await rooms().change(id, 2, { description: "for all" }, 20)).toHaveLength(1);
    expect(await refusal(rooms().remove(id, 2, 3, 30))).toBe("not_allowed");
    expect(await rooms().remove(id, 2, 4, 30)).toHaveLength(1);
  });

  test("what is done to a room is audited where it is public, or where a moderator does what its owners did not", async () => {
    const publicRoom: RoomId = "room:bbbbbbbbbbbbbbbb";
    await make({}, [2, 3]);
    await make({ id: publicRoom, access: "public" }, [3]);
    await ground.run("update users set role = 'moderator' where id = 2");
    const entry = (event: AuditEvent, by: number) =>
      ({ ...{ at: 20, actorId: by, subjectId: null, address: null }, event, detail: {} }) as const;
    const archive = (room: RoomId, by: number) =>
      rooms().change(room, by, { archived: true }, 20, entry("room.archived", by));
    await rooms().change(id, 1, { archived: true }, 20, entry("room.archived", 1));
    await rooms().change(id, 2, { archived: false, name: "Trips" }, 20, entry("room.restored", 2));
    await rooms().remove(id, 1, 3, 20, entry("room.person removed", 1));
    await rooms().remove(publicRoom, 1, 3, 20, entry("room.person removed", 1));
    await archive(publicRoom, 1);
    expect(await refusal(archive(publicRoom, 1))).toBe("archived");
    const lines = await ground.store.audit.page({}, null, 9);
    expect(lines.map(({ event, actorId }) => [event, actorId])).toEqual([
      ["room.archived", 1],
      ["room.person removed", 1],
      ["room.restored", 2],
    ]);
  });

  test("each change has a line, what is no change has none, and nothing changes in what is put away", async () => {
    await make();
    const change = (patch: object) => rooms().change(id, 1, patch, 20);
    expect(await change({ name: "Plans", writers: "everyone", archived: false })).toEqual([]);
    const lines = await change({ name: "Trips", description: "where to", writers: "owners" });
    expect(lines.map(({ body }) => body.line)).toEqual([
      { what: "renamed", name: "Trips" },
      { what: "described" },
      { what: "writers", writers: "owners" },
    ]);
    expect(await say("may I?", 2)).toEqual({ kind: "refused", code: "read_only" });
    expect(await say("I may", 1)).toMatchObject({ kind: "stored" });
    await change({ archived: true });
    expect(told.at(-1)).toMatchObject({ name: "Trips", writers: "owners", archivedAt: 20, version: 6 });
    expect(await say("too late")).toEqual({ kind: "refused", code: "archived" });
    expect(await refusal(change({ name: "No" }))).toBe("archived");
    expect(await refusal(rooms().add(id, 1, [3], 30))).toBe("archived");
    await change({ archived: false });
    expect(await say("again")).toMatchObject({ kind: "stored" });
  });

  test("a private conversation of a few has no owner, takes nobody, puts nobody out, and may be named by each", async () => {
    await make({ access: "people", name: null, history: "all" }, [2, 3]);
    expect(told[0]!.members.map(({ isOwner }) => isOwner)).toEqual([false, false, false]);
    expect(await refusal(rooms().add(id, 1, [4], 20))).toBe("not_allowed");
    expect(await refusal(rooms().remove(id, 1, 2, 20))).toBe("not_allowed");
    expect(await refusal(rooms().change(id, 1, { archived: true }, 20))).toBe("not_allowed");
    await rooms().change(id, 2, { name: "Us three" }, 20);
    await rooms().leave(id, 1, 30);
    expect(told.at(-1)).toMatchObject({ name: "Us three" });
    expect(told.at(-1)!.members.some(({ isOwner }) => isOwner)).toBe(false);
  });

  test("who is barred by now does nothing to a room", async () => {
    await make({ access: "public" });
    await ground.run("update users set standing = 'banned' where id in (1, 3)");
    for (const work of [
      () => rooms().create({ ...plans, id: "room:bbbbbbbbbbbbbbbb" }, 1, [], 20),
      () => rooms().join(id, 3, 20),
      () => rooms().add(id, 1, [4], 20),
      () => rooms().remove(id, 1, 2, 20),
      () => rooms().change(id, 1, { name: "Mine" }, 20),
    ])
      expect(await refusal(work())).toBe("account_barred");
    expect(await logOf(ground.store, id)).toHaveLength(1);
  });

  test("a line is nobody's message: it is not changed, counted, exported or removed", async () => {
    await make();
    expect(await refusal(ground.store.messages.react(id, 1, 1, "👍", true))).toBe("not_allowed");
    expect(await ground.store.messages.by(1, id, 0, 9)).toEqual([]);
    expect(await ground.store.messages.countOf(1)).toBe(0);
    expect(await ground.store.messages.removeOf(1, 50, 9)).toEqual([]);
  });
}
