import { expect, test } from "bun:test";
import { countMax } from "../../../server/auth/surplus-sessions.ts";
import { closeCodes } from "../../../server/protocol/close-codes.ts";
import { enrol } from "../../support/authenticator.ts";
import { Person } from "../../support/person.ts";
import { stage } from "../../support/stage.ts";

const { server, time } = stage({ clock: true });

test("ASVS 7.1.2 the sessions of an account are bounded; those that wait for a second factor push out none that are open", async () => {
  const first = await new Person(server, "alice").register();
  const socket = await first.enter();
  const last = new Person(server, "alice");
  for (let at = 0; at < countMax; at++) {
    time.advance(1000);
    expect((await last.signIn()).status).toBe(200);
    // Another browser: it does not end what it had.
    last.bring("__Host-session=");
  }
  expect(await socket.closed).toBe(closeCodes.signedOut);
  expect((await first.fetch("GET", "/api/account")).status).toBe(401);
  expect(await server.store.sessions.of(1)).toHaveLength(countMax);

  await last.signIn();
  await enrol(last, time.now);
  for (let at = 0; at < countMax + 3; at++) {
    time.advance(1000);
    expect((await new Person(server, "alice").signIn()).status).toBe(200);
  }
  expect((await last.fetch("GET", "/api/account")).status).toBe(200);
  expect(await server.store.sessions.of(1)).toHaveLength(countMax + 1);
});

test("who logs in is not among those with too many, also where the clock was set back meanwhile", async () => {
  await new Person(server, "alice").register();
  for (let at = 1; at < countMax; at++) await new Person(server, "alice").signIn();
  time.advance(-60_000);
  const late = await new Person(server, "alice").logIn();
  expect((await late.fetch("GET", "/api/account")).status).toBe(200);

  // Of all others, which began at the same moment, any may be the one that was too many.
  await enrol(late, time.now);
  for (let at = 0; at < countMax; at++) await new Person(server, "alice").signIn();
  time.advance(-60_000);
  const waiting = await new Person(server, "alice").logIn();
  const { stage } = await waiting.get("/api/session");
  expect(stage).toBe("second factor");
  expect(await server.store.sessions.of(1)).toHaveLength(countMax + 1);
});
