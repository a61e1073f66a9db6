import { expect, test } from "bun:test";
import { stage } from "../../support/stage.ts";

const { Mia: mia, Max: max } = stage({
  clock: true,
  people: { Olga: "owner", Mia: "moderator", Max: "member" },
});

/** The statuses of the same request, sent so often. */
async function statuses(times: number, send: () => Promise<Response>): Promise<number[]> {
  const all: number[] = [];
  for (let at = 0; at < times; at++) all.push((await send()).status);
  return all;
}

test("ASVS 2.4.1 devices are named 30 times at once and no more: each is a write to the disk", async () => {
  const [device] = await max.get("/api/account/sessions");
  const rename = () => max.fetch("PUT", `/api/account/sessions/${device.id}`, { label: "Laptop" });
  expect(await statuses(32, rename)).toEqual([...Array(30).fill(204), 429, 429]);
});

test("ASVS 2.4.1 a moderator mutes 60 times at once and no more: each is told and logged", async () => {
  const mute = () => mia.fetch("PUT", "/api/people/3/mute", { minutes: 5, reason: "" });
  expect(await statuses(62, mute)).toEqual([...Array(60).fill(204), 429, 429]);
});
