import { beforeAll, describe, expect, test } from "bun:test";
import { type CommandType, commands } from "../../../server/protocol/commands.ts";
import { isAbove, may, type Role, roles } from "../../../server/protocol/roles.ts";
import { newRoom, Person, type Socket } from "../../support/person.ts";
import { stage } from "../../support/stage.ts";

type Entered = Awaited<ReturnType<Person["enter"]>>;

/** Two of every role, so that each can be tried on the other: the ids of the first are 1 to 4, of the second 5 to 8. */
const everyone = Object.fromEntries(
  ["one", "other"].flatMap((which) => roles.map((role) => [`${which}-${role}`, role])),
) as Record<string, Role>;
const ids = Object.fromEntries(Object.keys(everyone).map((name, at) => [name, at + 1]));

const sockets: Record<string, Entered> = {};
// Limits so wide that what is tested is who may, not how often.
const { server, people, contents } = stage<string>({
  once: true,
  env: { MESSAGE_BURST: "1000000" },
  people: { ...everyone, gone: "member", locked: "member" },
});
beforeAll(async () => {
  for (const name of Object.keys(everyone)) sockets[name] = await people[name]!.enter();
});

/** What is stored, but for what was read, which is written down a little later than it is said. */
const stored = () => ({ ...contents(), memberships: null });

/** What each command asks in a conversation; `seq` is of a message that is there. A command without a row fails. */
const rows: Record<CommandType, (conversation: string, epoch: string, seq: number) => object> = {
  "chat.enter": () => ({}),
  "message.send": (conversation) => ({
    conversation,
    clientId: crypto.randomUUID(),
    body: { text: "hello" },
  }),
  "message.delete": (conversation, _, seq) => ({ conversation, seq }),
  "message.edit": (conversation, _, seq) => ({ conversation, seq, body: { text: "other" } }),
  "message.react": (conversation, _, seq) => ({ conversation, seq, emoji: "👍", on: true }),
  "message.pin": (conversation, _, seq) => ({ conversation, seq, on: true }),
  "message.read": (conversation, _, seq) => ({ conversation, seqs: [seq] }),
  "thread.read": (conversation, _, seq) => ({ conversation, seq }),
  "pins.read": (conversation) => ({ conversation }),
  "conversation.sync": (conversation, epoch) => ({ conversation, epoch, after: 0 }),
  "history.read": (conversation) => ({ conversation }),
  "read.mark": (conversation, _, seq) => ({ conversation, seq }),
  "read.unmark": (conversation, _, seq) => ({ conversation, seq }),
  "read.markAll": () => ({}),
  "readers.read": (conversation) => ({ conversation }),
  "typing.begin": (conversation) => ({ conversation }),
  "typing.end": (conversation) => ({ conversation }),
  "room.create": () => ({ conversation: newRoom(), access: "public", name: "Plans" }),
  "room.join": (conversation) => ({ conversation }),
  "room.leave": (conversation) => ({ conversation }),
  "room.add": (conversation) => ({ conversation, people: [1] }),
  "room.remove": (conversation) => ({ conversation, person: 1 }),
  "room.change": (conversation) => ({ conversation, name: "Other" }),
  "room.list": () => ({}),
  "room.read": (conversation) => ({ conversation }),
  ping: () => ({}),
};
const types = Object.keys(rows) as CommandType[];
/** What is asked in every kind of conversation; what only a room takes is tried in rooms, which have tests of their own. */
const inConversations = types.filter(
  (type) => !type.startsWith("room.") && "conversation" in rows[type]("group", "", 1),
);

/** The code with which a command was refused; null when it was granted. */
async function refusalOf(socket: Socket, type: CommandType, fields: object): Promise<string | null> {
  const ref = socket.send(type, fields as Record<string, unknown>);
  const answers = () => socket.events.filter((event) => "ref" in event && event.ref === ref);
  // These are answered without their ref, or not at all; all others wait for their turn.
  if (/^(message\.send|read\.|typing\.)/.test(type)) await socket.ask("ping", {}, "pong");
  else await socket.until(() => answers().length > 0);
  const [answer] = answers();
  return answer?.type === "error" ? answer.code : null;
}

describe("ASVS 8.2.1 ASVS 8.2.2 ASVS 8.3.1 who may give a command", () => {
  test("the table has a row for every command", () => {
    expect(Object.keys(rows).toSorted()).toEqual(Object.keys(commands).toSorted());
  });

  for (const type of types.filter((type) => !/^room\.(?!create|list)/.test(type))) {
    test(`${type}: whoever is signed in may, whatever their role, in the group and in their own private conversations`, async () => {
      const outcomes: unknown[] = [];
      for (const role of roles) {
        const me = `one-${role}`;
        const socket = sockets[me]!;
        const [low, high] = [ids[me]!, ids["other-owner"]!];
        for (const conversation of ["group", `direct:${low}:${high}`]) {
          const { seq } = await socket.say("mine", conversation);
          const asked = rows[type](conversation, socket.entered.epoch, seq);
          outcomes.push([role, conversation, await refusalOf(socket, type, asked)]);
        }
      }
      // Everybody in the group would see what one pins there.
      const refused = type === "message.pin" ? [["member", "group", "not_allowed"]] : [];
      expect(outcomes.filter((outcome) => (outcome as unknown[])[2] !== null)).toEqual(refused);
    });
  }

  for (const type of inConversations) {
    test(`${type}: nobody may in a private conversation of others, not the owner either, nor learns that it is there`, async () => {
      await sockets["one-member"]!.say("between us", "direct:1:5");
      for (const role of ["moderator", "admin", "owner"]) {
        const socket = sockets[`other-${role}`]!;
        const before = stored();
        for (const there of ["direct:1:5", "direct:1:6", "direct:77:78"]) {
          if (there === `direct:1:${ids[`other-${role}`]}`) continue;
          const asked = rows[type](there, socket.entered.epoch, 1);
          expect([there, await refusalOf(socket, type, asked)]).toEqual([there, "unknown_conversation"]);
        }
        expect(stored()).toEqual(before);
      }
    });
  }
});

describe("ASVS 8.2.2 ASVS 8.2.3 whose messages one may delete", () => {
  for (const role of roles) {
    test(`a ${role}: in the group one's own and, by the table of rights, those of people of a lesser role; in private one's own`, async () => {
      const me = `one-${role}`;
      const outcomes: unknown[] = [];
      const wanted: unknown[] = [];
      for (const [author, other] of Object.entries(everyone)) {
        const between = [ids[me]!, ids[author]!].toSorted((one, another) => one - another);
        for (const conversation of author === me ? ["group"] : ["group", `direct:${between.join(":")}`]) {
          const { seq } = await sockets[author]!.say("whose?", conversation);
          const before = stored();
          const refusal = await refusalOf(sockets[me]!, "message.delete", { conversation, seq });
          const isModerated =
            conversation === "group" && may(role, "message.delete any") && isAbove(role, other);
          outcomes.push([author, conversation, refusal]);
          wanted.push([author, conversation, author === me || isModerated ? null : "not_allowed"]);
          if (refusal !== null) expect(stored()).toEqual(before);
        }
      }
      expect(outcomes).toEqual(wanted);
    });
  }

  test("who is made a moderator may at once, and may not any more when that is taken back", async () => {
    const socket = sockets["other-member"]!;
    const make = (role: string) => people["one-owner"]!.fetch("PUT", "/api/people/5/role", { role });
    const attempt = async () => {
      const { seq } = await sockets["one-member"]!.say("well?");
      return refusalOf(socket, "message.delete", { conversation: "group", seq });
    };
    expect(await attempt()).toBe("not_allowed");
    expect((await make("moderator")).status).toBe(204);
    expect(await attempt()).toBeNull();
    expect((await make("member")).status).toBe(204);
    expect(await attempt()).toBe("not_allowed");
  });
});

describe("ASVS 8.2.3 what of a person who gets to see", () => {
  test("one's own role and everybody's, in the directory; how many reports wait, only who may settle them", async () => {
    const { seq } = await sockets["other-member"]!.say("report me");
    const reported = { conversation: "group", seq, reason: "spam" };
    expect((await people["one-member"]!.fetch("POST", "/api/reports", reported)).status).toBe(204);
    for (const role of roles) {
      const { entered } = await people[`one-${role}`]!.enter();
      const shown = role === "member" ? {} : { role };
      expect(entered.me).toEqual({ id: ids[`one-${role}`]!, name: `one-${role}`, ...shown });
      expect(entered.people).toContainEqual(entered.me);
      expect([role, entered.openReports]).toEqual([role, may(role, "reports.settle") ? 1 : undefined]);
      expect(entered.mutedUntil).toBeUndefined();
    }
    for (const [name, role] of Object.entries(everyone)) {
      const said = sockets[name]!.events.filter(({ type }) => type === "report.added");
      expect([name, said.length]).toEqual([name, may(role, "reports.settle") ? 1 : 0]);
    }
  });
});

describe("ASVS 8.3.1 who is not signed in, or not any more", () => {
  test("opens no socket: nobody, a stranger, a former member, who is locked out", async () => {
    const owner = people["one-owner"]!;
    const lock = { status: "suspended", reason: "" };
    expect((await owner.fetch("PUT", "/api/people/10/status", lock)).status).toBe(204);
    expect((await owner.fetch("DELETE", "/api/people/9", { messages: "keep" })).status).toBe(204);
    const stranger = new Person(server, "stranger");
    stranger.bring(`__Host-session=${"A".repeat(43)}`);
    for (const person of [new Person(server, "nobody"), stranger, people.gone!, people.locked!])
      expect([person.name, await person.connect().catch(String)]).toEqual([
        person.name,
        expect.stringContaining("1006"),
      ]);
  });
});
