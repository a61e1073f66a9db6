import { beforeAll, describe, expect, test } from "bun:test";
import { closeCodes } from "../../../server/protocol/close-codes.ts";
import type { ServerSettings } from "../../../server/protocol/settings.ts";
import { carriers, nodeStage } from "../../support/nodes.ts";
import { outcome } from "../../support/outcome.ts";
import { Person, password, type Socket, sending } from "../../support/person.ts";

/** What a change of who may do what may take to be true on every node. */
const boundMs = 2_000;

describe.each(carriers)("%s", (_, spoil) => {
  let owner: Person;
  let count = 0;
  const { one, two } = nodeStage({ spoil });
  beforeAll(async () => {
    owner = await new Person(one, "olga").register();
    const entry = { at: 0, event: "person.role changed", actorId: null, address: null, detail: {} } as const;
    await one.store.users.setRole(await idOf(owner), "owner", { ...entry, subjectId: null });
  });

  const idOf = async (person: Person): Promise<number> => (await person.get("/api/account")).id;
  /** Somebody new, with a socket on the other node than the one they have registered on. */
  async function newPerson() {
    const person = await new Person(one, `person-${++count}`).register();
    return { person, id: await idOf(person), socket: await person.at(two).enter() };
  }
  /** Does something by a request at the first node; what it leads to has to be so soon. */
  async function soon<T>(run: () => Promise<Response>, becomes: () => Promise<T>): Promise<T> {
    const response = await run();
    if (!response.ok) throw new Error(await response.text());
    const start = performance.now();
    const result = await becomes();
    expect(performance.now() - start).toBeLessThan(boundMs);
    return result;
  }
  const codeOf = async (socket: Socket, ref: string) =>
    (await socket.event("error", (event) => event.ref === ref)).code;

  test("ASVS 8.3.2 a role that is given, or taken, is true of sockets that were open on another node", async () => {
    const [{ id, socket }, other] = [await newPerson(), await newPerson()];
    const messages = [await other.socket.say("one"), await other.socket.say("two")];
    const roleOf = (role: string | undefined) => () =>
      socket.event("person.changed", ({ person }) => person.id === id && person.role === role);
    const give = (role: string) => () => owner.fetch("PUT", `/api/people/${id}/role`, { role });
    const remove = ({ seq }: { seq: number }) => ({ conversation: "group", seq });

    expect(await codeOf(socket, socket.send("message.delete", remove(messages[0]!)))).toBe("not_allowed");
    await soon(give("moderator"), roleOf("moderator"));
    await socket.ask("message.delete", remove(messages[0]!), "message.deleted");
    await soon(give("member"), roleOf(undefined));
    expect(await codeOf(socket, socket.send("message.delete", remove(messages[1]!)))).toBe("not_allowed");
  });

  test("a message that is deleted on one node is so on the other, and to who comes later", async () => {
    const [{ person, socket }, other] = [await newPerson(), await newPerson()];
    const here = await person.at(one).enter();
    const { seq } = await socket.say("regretted");
    const begun = performance.now();
    await here.ask("message.delete", { conversation: "group", seq }, "message.deleted");
    const { message } = await other.socket.event("message.changed", ({ message }) => message.seq === seq);
    expect(performance.now() - begun).toBeLessThan(boundMs);
    expect(message).toMatchObject({ body: { text: "" }, deletedAt: expect.any(Number) });
    const page = await (await other.person.at(two).enter()).ask(
      "history.read",
      { conversation: "group" },
      "history.page",
    );
    expect(page.messages.find((each) => each.seq === seq)).toEqual(message);
  });

  test("ASVS 8.3.2 who is muted writes on no node, and hears that it is over", async () => {
    const { id, socket } = await newPerson();
    const mute = (minutes: number) => () =>
      owner.fetch("PUT", `/api/people/${id}/mute`, { minutes, reason: "" });
    const clientId = crypto.randomUUID();
    const message = { conversation: "group", clientId, body: { text: "well" } };
    await soon(mute(5), () => socket.event("me.muted", ({ until }) => until !== null));
    expect(await codeOf(socket, socket.send("message.send", message))).toBe("muted");
    await soon(mute(0), () => socket.event("me.muted", ({ until }) => until === null));
    await socket.say("well");
  });

  test("ASVS 7.4.2 who is banned has no socket and no session left on any node, and none again before that is over", async () => {
    const [{ person, id, socket }, other] = [await newPerson(), await newPerson()];
    const direct = `direct:${id}:${other.id}`;
    const write = sending("there?", direct);
    const isBarred = (barred: boolean) =>
      other.socket.event(
        "person.changed",
        (it) => it.person.id === id && (it.person.barred ?? false) === barred,
      );
    const stand = (status: string) => () =>
      owner.fetch("PUT", `/api/people/${id}/status`, { status, reason: "spam" });
    expect(await soon(stand("banned"), () => socket.closed)).toBe(closeCodes.accountBarred);
    await isBarred(true);
    await other.socket.event("presence.changed", ({ offline }) => offline.includes(id));
    const { entered } = await other.person.at(two).enter();
    expect(entered.online).not.toContain(id);
    expect(await codeOf(other.socket, other.socket.send("message.send", write))).toBe("person_barred");
    expect((await person.at(two).fetch("GET", "/api/account")).status).toBe(401);
    const refused = await new Person(two, person.name).signIn();
    expect(await outcome(refused)).toEqual([403, "account_barred"]);
    await soon(stand("active"), () => new Person(two, person.name).signIn());
    await isBarred(false);
    await other.socket.say("welcome back", direct);
    await person.at(two).signIn();
    await person.at(two).enter();
  });

  test("ASVS 7.4.5 sessions that an admin ends, or their user, are closed on another node, and the one that asked stays", async () => {
    const { person, id, socket } = await newPerson();
    const phone = await new Person(two, person.name).logIn();
    const there = await phone.enter();
    const others = () => person.fetch("DELETE", "/api/account/sessions");
    expect(await soon(others, () => there.closed)).toBe(closeCodes.signedOut);
    await socket.ask("ping", {}, "pong");
    const all = () => owner.fetch("DELETE", `/api/people/${id}/sessions`);
    expect(await soon(all, () => socket.closed)).toBe(closeCodes.signedOut);
  });

  test("ASVS 7.2.4 a session that proves itself anew closes its former sockets on another node, and comes back", async () => {
    const { person, socket } = await newPerson();
    const former = person.cookies;
    const prove = () => person.fetch("POST", "/api/proof", { password });
    expect(await soon(prove, () => socket.closed)).toBe(closeCodes.restarting);
    expect(person.cookies).not.toBe(former);
    await person.at(two).enter();
  });

  test("ASVS 6.3.7 what happened to an account is told to its devices on another node, and to nobody else", async () => {
    const [{ person, socket }, other] = [await newPerson(), await newPerson()];
    await soon(
      () => new Person(one, person.name).signIn(),
      () => socket.event("account.notified"),
    );
    await other.socket.ask("ping", {}, "pong");
    expect(other.socket.events.filter(({ type }) => type === "account.notified")).toEqual([]);
  });

  test("a report is told to those who may settle it, on whichever node they are", async () => {
    const [{ person, socket }, other] = [await newPerson(), await newPerson()];
    const watching = await owner.at(two).enter();
    const { seq } = await socket.say("rude");
    await soon(
      () => other.person.fetch("POST", "/api/reports", { conversation: "group", seq, reason: "rude" }),
      () => watching.event("report.added"),
    );
    await socket.ask("ping", {}, "pong");
    expect(socket.events.filter(({ type }) => type === "report.added")).toEqual([]);
    expect((await person.fetch("GET", "/api/reports")).status).toBe(403);
  });

  test("how the server is set up is so on every node: its name, its limits, and who may join", async () => {
    const { socket } = await newPerson();
    const settings: ServerSettings = await owner.get("/api/settings");
    const next: ServerSettings = {
      ...settings,
      name: `House ${count}`,
      registration: "closed",
      messageBytes: 10,
    };
    const change = (to: ServerSettings) => () => owner.fetch("PUT", "/api/settings", to);
    const named = (name: string) => () => socket.event("settings.changed", (event) => event.name === name);
    await soon(change(next), named(next.name));
    const shown = await new Person(two, "stranger").get("/api/session");
    expect(shown.settings).toEqual({ name: next.name, welcome: "", registration: "closed" });
    const body = { name: "stranger", password };
    const joined = await new Person(two, "stranger").fetch("POST", "/api/account", body);
    expect(joined.status).toBe(403);
    const message = sending("x".repeat(11));
    expect(await codeOf(socket, socket.send("message.send", message))).toBe("message_too_large");
    await soon(change(settings), named(settings.name));
    await socket.say("x".repeat(11));
  });

  test("ownership that is handed over is true of both on another node", async () => {
    const { person, id, socket } = await newPerson();
    const there = await owner.at(two).enter();
    const former = await idOf(owner);
    const roles = async () => {
      const changed = (of: number) => there.event("person.changed", ({ person }) => person.id === of);
      const [mine, theirs] = [await changed(former), await changed(id)];
      return [mine.person.role, theirs.person.role];
    };
    const hand = () => owner.fetch("PUT", `/api/people/${id}/ownership`);
    expect(await soon(hand, roles)).toEqual(["admin", "owner"]);
    expect((await owner.at(two).fetch("PUT", `/api/people/${id}/role`, { role: "member" })).status).toBe(403);
    expect((await person.at(two).fetch("PUT", `/api/people/${former}/role`, { role: "member" })).status).toBe(
      204,
    );
    await socket.ask("ping", {}, "pong");
  });
});
