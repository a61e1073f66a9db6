import { expect, test } from "bun:test";
import { stage } from "../../support/stage.ts";
import { draft, entryOf } from "../store/conformance/ground.ts";

const { server, people } = stage({ people: { Olga: "owner", Mia: "moderator", Max: "member" } });

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
