import { expect, test } from "bun:test";
import { village } from "../../support/village.ts";

test("ASVS 2.3.1 a moderator does not dismiss what is said of them; others do, and the owner always", async () => {
  const { server, people } = await village({ Olga: "owner", Mia: "moderator", Max: "member" });
  for (const [seq, name] of ["Mia", "Olga"].entries()) {
    await (await people[name]!.enter()).say("rude");
    const reporting = { conversation: "group", seq: seq + 1, reason: "" };
    expect((await people.Max!.fetch("POST", "/api/reports", reporting)).status).toBe(204);
  }
  const dismiss = async (name: string, id: number) =>
    (await people[name]!.fetch("PUT", `/api/reports/${id}`, { outcome: "dismissed" })).status;
  expect(await dismiss("Mia", 1)).toBe(403);
  expect(await dismiss("Olga", 1)).toBe(204);
  expect(await dismiss("Olga", 2)).toBe(204);
  await server.stop();
  expect(server.bugs).toEqual([]);
});
