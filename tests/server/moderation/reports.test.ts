import { expect, test } from "bun:test";
import { stage } from "../../support/stage.ts";
import { draft, entryOf } from "../store/conformance/ground.ts";

const { people, server } = stage({ people: { Olga: "owner", Mia: "moderator", Max: "member" } });

test("ASVS 2.3.1 a moderator does not dismiss what is said of them; others do, and the owner always", async () => {
  for (const [seq, name] of (["Mia", "Olga"] as const).entries()) {
    await (await people[name].enter()).say("rude");
    const reporting = { conversation: "group", seq: seq + 1, reason: "" };
    expect((await people.Max.fetch("POST", "/api/reports", reporting)).status).toBe(204);
  }
  const dismiss = async (name: "Mia" | "Olga", id: number) =>
    (await people[name].fetch("PUT", `/api/reports/${id}`, { outcome: "dismissed" })).status;
  expect(await dismiss("Mia", 1)).toBe(403);
  expect(await dismiss("Olga", 1)).toBe(204);
  expect(await dismiss("Olga", 2)).toBe(204);
});

test("ASVS 8.2.3 a moderator is neither shown nor told of what is said of them, nor is it counted for them", async () => {
  const sockets = { Olga: await people.Olga.enter(), Mia: await people.Mia.enter() };
  const counts = (name: "Olga" | "Mia") =>
    sockets[name].events.flatMap((event) => (event.type === "report.added" ? [event.open] : []));
  const report = async (seq: number) => {
    const reporting = { conversation: "group", seq, reason: "" };
    expect((await people.Max.fetch("POST", "/api/reports", reporting)).status).toBe(204);
  };
  await sockets.Mia.say("rude");
  await sockets.Olga.say("rude");
  await report(1);
  await report(2);
  for (const socket of Object.values(sockets)) await socket.ask("ping", {}, "pong");
  expect([counts("Olga"), counts("Mia")]).toEqual([[1, 2], [1]]);
  expect((await people.Mia.enter()).entered.openReports).toBe(1);
  expect((await people.Olga.enter()).entered.openReports).toBe(2);

  const outcome = { outcome: "dismissed" };
  for (const id of [1, 2])
    expect((await people.Olga.fetch("PUT", `/api/reports/${id}`, outcome)).status).toBe(204);
  for (const socket of Object.values(sockets)) await socket.ask("ping", {}, "pong");
  expect([counts("Olga"), counts("Mia")]).toEqual([
    [1, 2, 1, 0],
    [1, 0],
  ]);
});

test("ASVS 8.2.3 a moderator sees the oldest open report, however many came since, also about themself", async () => {
  const { messages, reports } = server.store;
  const texts = Array.from({ length: 450 }, (_, at) => draft(`${at}`, at > 0 && at <= 225 ? 2 : 3));
  await messages.append(texts);
  for (let seq = 1; seq <= texts.length; seq++) {
    const report = { conversation: "group", seq, reporterId: 1, reason: "", createdAt: seq } as const;
    await reports.add(report, entryOf("message.reported"));
  }
  const seen = async (name: "Mia" | "Olga", which: string): Promise<number[]> =>
    (await people[name].get(`/api/reports?which=${which}`)).map(({ seq }: { seq: number }) => seq);
  const from = (first: number, count: number) => Array.from({ length: count }, (_, at) => first + at);
  for (const which of ["open", "all"]) {
    expect(await seen("Mia", which)).toEqual([1, ...from(227, 199)]);
    expect(await seen("Olga", which)).toEqual(from(1, 200));
  }
  // What is settled makes room for what comes next.
  for (const id of [1, 228])
    expect((await people.Mia.fetch("PUT", `/api/reports/${id}`, { outcome: "dismissed" })).status).toBe(204);
  expect(await seen("Mia", "open")).toEqual([227, ...from(229, 199)]);
});
