import { expect, test } from "bun:test";
import { clock } from "../../../support/clock.ts";
import { found, ground, nowhere, open, remove, secret } from "./ground.ts";

const patienceMs = 10_000;

test.each(["message", "account"])(
  "ASVS 14.2.7 what a deleted %s leaves in the file goes after a restart too",
  async (what) => {
    const first = await ground();
    const { folder, bob, carla } = first;
    const hers = await carla.enter();
    // Stands in for the copies that SQLite leaves when it moves rows from page to page, which is seldom.
    first.base.db.$client.run("pragma secure_delete = off");
    const { seq } = await hers.say(`${secret} `.repeat(100));
    if (what === "message")
      await hers.ask("message.delete", { conversation: "group", seq }, "message.deleted");
    else {
      // The rewriting is begun, and ends with the process before anything is done.
      first.base.store.messages.vacuum = async () => null;
      expect((await remove(carla, "remove")).status).toBe(204);
      while ((await first.base.store.users.erasing()).length > 0) await bob.fetch("GET", "/api/session");
    }
    await first.server.stop();
    expect(found(folder, secret)["chat.sqlite"]).toBe(true);

    const time = clock(first.time.now());
    const { server } = await open(folder, time);
    time.advance(1);
    const his = bob.at(server);
    const end = performance.now() + patienceMs;
    while (found(folder, secret)["chat.sqlite"] && performance.now() < end)
      await his.fetch("GET", "/api/session");
    expect(found(folder, secret)).toEqual(nowhere);
    await server.stop();
    expect([first.server.bugs, server.bugs]).toEqual([[], []]);
  },
  30_000,
);
