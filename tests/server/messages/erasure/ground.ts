import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Store } from "../../../../server/store/store.ts";
import { type Clock, clock } from "../../../support/clock.ts";
import { database } from "../../../support/database.ts";
import { temporaryFolder } from "../../../support/folder.ts";
import { Person, type Socket } from "../../../support/person.ts";
import { fromHeader, startServer } from "../../../support/server.ts";

export const address = "203.0.113.77";
/** As every secret begins, to be found wherever it is kept. */
export const secret = "the-text-of-carla";
/** A busy machine may take its time. */
const patienceMs = 10_000;

/** A server on a database in a folder of its own, and two people, of whom carla is going to leave. */
export async function ground() {
  const folder = temporaryFolder();
  const time = clock();
  const { base, server } = await open(folder, time);
  const bob = await new Person(server, "bob").register();
  const carla = await new Person(server, "carla-the-first").register();
  return { folder, time, base, server, bob, carla };
}

export type Ground = Awaited<ReturnType<typeof ground>>;

/** Starts a server on the folder. */
export async function open(folder: string, time: Clock) {
  const base = database(join(folder, "chat.sqlite"));
  return { base, server: await startServer({ store: base.store, system: time }) };
}

export const remove = (person: Person, messages: "keep" | "remove"): Promise<Response> =>
  person.fetch("DELETE", "/api/account", { messages }, { [fromHeader]: address });

/** Which files of the database hold these bytes. */
export function found(folder: string, text: string): Record<string, boolean> {
  const files = ["chat.sqlite", "chat.sqlite-wal"].filter((name) => existsSync(join(folder, name)));
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name)).includes(text)]));
}
export const nowhere = { "chat.sqlite": false, "chat.sqlite-wal": false };

export async function saidByCarla(socket: Socket, count: number): Promise<void> {
  for (let at = 0; at < count; at++) await socket.say(`${secret} ${at}`, at % 2 ? "direct:1:2" : "group");
}

/** Resolves when nobody's messages are left to be removed; somebody asks the server for something meanwhile. */
export async function erased({ users }: Pick<Store, "users">, meanwhile: Person): Promise<void> {
  const end = performance.now() + patienceMs;
  while ((await users.erasing()).length > 0) {
    if (performance.now() > end) throw new Error("The messages were not removed.");
    await meanwhile.fetch("GET", "/api/session");
  }
}
