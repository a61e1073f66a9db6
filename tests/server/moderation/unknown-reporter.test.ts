import { expect, test } from "bun:test";
import type { AuditEntry } from "../../../server/protocol/audit.ts";
import type { Person } from "../../support/person.ts";
import { stage } from "../../support/stage.ts";
import { entryOf } from "../store/conformance/ground.ts";

type Line = Pick<AuditEntry, "event" | "actorId" | "subjectId" | "detail">;
const telling = /^(message\.reported|report\.settled)$/;
const said = (entries: Line[]) =>
  entries
    .filter(({ event }) => telling.test(event))
    .map(({ event, actorId, subjectId, detail }) => [event, actorId, subjectId, detail.seq])
    .reverse();

const pageOf = async (person: Person, query = "") => said((await person.get(`/api/audit${query}`)).entries);
const exportOf = async (person: Person) => {
  const lines = await (await person.fetch("POST", "/api/audit/export", {})).text();
  return said(
    lines
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  );
};

const { server, Olga, Anna, Ada, Max } = stage({
  people: { Olga: "owner", Anna: "admin", Ada: "admin", Max: "member" },
});

test("ASVS 8.2.3 who reported an admin is told to everybody who reads the audit log, but not to them", async () => {
  await (await Anna.enter()).say("rude");
  await (await Ada.enter()).say("ruder");
  await (await Olga.enter()).say("rudest");
  for (const seq of [1, 2, 3]) {
    const reporting = { conversation: "group", seq, reason: "" };
    expect((await Max.fetch("POST", "/api/reports", reporting)).status).toBe(204);
    const settled = await Olga.fetch("PUT", `/api/reports/${seq}`, { outcome: "dismissed" });
    expect(settled.status).toBe(204);
  }
  // Written before the author of a message was written down with its report.
  const former = { conversation: "group", seq: 1 };
  await server.store.audit.add(entryOf("message.reported", { actorId: 4, subjectId: null, detail: former }));

  const [onAnna, onAda, onOlga] = [2, 3, 1].map((author, at) => [
    ["message.reported", 4, author, at + 1],
    ["report.settled", 1, author, at + 1],
  ]);
  const formerOnAnna = ["message.reported", 4, null, 1];
  const seen = new Map([
    [Olga, [...onAnna!, ...onAda!, ...onOlga!, formerOnAnna]],
    [Anna, [...onAda!, ...onOlga!]],
    [Ada, [...onAnna!, ...onOlga!, formerOnAnna]],
  ]);
  for (const [person, lines] of seen) {
    expect([person.name, await pageOf(person)]).toEqual([person.name, lines]);
    expect([person.name, await exportOf(person)]).toEqual([person.name, lines]);
  }
  expect(await pageOf(Anna, "?event=message.reported&person=4")).toEqual([onAda![0]!, onOlga![0]!]);
  expect(await pageOf(Anna, "?person=2")).toEqual([]);

  for (const person of [Olga, Anna, Ada]) {
    const { history } = await (await person.fetch("POST", "/api/account/export", { format: "json" })).json();
    const mine = history.filter(
      ({ event, by }: { event: string; by?: string }) => telling.test(event) && !by,
    );
    expect([person.name, mine]).toEqual([person.name, []]);
  }
  const { history } = await (await Max.fetch("POST", "/api/account/export", { format: "json" })).json();
  expect(history.filter(({ event }: Line) => event === "message.reported")).toHaveLength(4);
});
