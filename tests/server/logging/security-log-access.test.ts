import { expect, test } from "bun:test";
import { post, request } from "../../support/raw.ts";
import { stage } from "../../support/stage.ts";

const { server, alice } = stage({ once: true, people: ["alice"] });

/** The records that what a test does adds to the log, without their times. */
async function logged(run: () => Promise<unknown>) {
  const before = server.log.length;
  await run();
  return server.log.slice(before).map((line) => {
    const { time, ...record } = JSON.parse(line);
    expect(new Date(time).toISOString()).toBe(time);
    return record;
  });
}
const refused = (code: string, asked: string, actor: number | null = null, source = "127.0.0.1") => [
  { event: "request.refused", actor, subject: null, source, detail: { code, asked } },
];

test("ASVS 16.3.2 what may not be done is one record, with who tried and from where, and without the query", async () => {
  const records = await logged(() => alice.fetch("GET", "/api/people"));
  expect(records).toEqual(refused("not_allowed", "GET /api/people", 1));
  const from = "192.0.2.77";
  const stranger = await logged(() => request(server, { path: "/api/people?secret=canary", from }));
  expect(stranger).toEqual(refused("not_signed_in", "GET /api/people", null, from));
});

test("ASVS 16.3.3 what comes from another website, or is of no right form, is one record", async () => {
  const evil = { headers: { Origin: "https://evil.example" } };
  expect(await logged(() => post(server, "/api/session", {}, evil))).toEqual(
    refused("foreign_origin", "POST /api/session"),
  );
  expect(await logged(() => alice.fetch("POST", "/api/session", "{"))).toEqual(
    refused("malformed", "POST /api/session"),
  );
});

test("ASVS 16.3.2 16.3.3 so it is with a command over the socket", async () => {
  const socket = await alice.enter();
  const asked = { conversation: "direct:7:8", before: 1 };
  expect(await logged(() => socket.ask("history.read", asked, "error"))).toEqual(
    refused("unknown_conversation", "history.read", 1),
  );
  alice.leave();
});
