import { expect, test } from "bun:test";
import { stage } from "../../support/stage.ts";

const { people } = stage({ people: { Olga: "owner", Mia: "moderator", Max: "member" } });

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
