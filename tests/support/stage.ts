import { afterAll, afterEach, beforeAll, beforeEach, expect } from "bun:test";
import type { Browser, BrowserContextOptions } from "playwright-core";
import type { AuditEvent } from "../../server/protocol/audit.ts";
import type { Role } from "../../server/protocol/roles.ts";
import type { ServerSettings } from "../../server/protocol/settings.ts";
import { launch } from "./browser.ts";
import { clock } from "./clock.ts";
import { contentsOf, database } from "./database.ts";
import { Person, type Reachable } from "./person.ts";
import { startServer, type TestServer, type TestServerOptions } from "./server.ts";
import { setUpLink } from "./server-settings.ts";
import { settleRoles } from "./village.ts";
import { Visitor } from "./visitor.ts";

interface Options<Name extends string> extends Omit<TestServerOptions, "store"> {
  /** Who has an account and a session, in the order of their ids: members, or people with these roles. */
  people?: readonly Name[] | Readonly<Record<Name, Role>>;
  /** Who has set the server up, before anybody else came; and who may register from then on. */
  owner?: string;
  registration?: ServerSettings["registration"];
  /** Whether time stands still, but for what a test moves it. */
  clock?: boolean;
  /** Whether there is one server for all tests, in place of a new one for each. */
  once?: boolean;
  /** Whether there is a real browser; then there is one server for all tests. */
  browser?: boolean;
}

type Base = Pick<ReturnType<typeof database>, "db" | "store">;
type StageServer = TestServer & Pick<Base, "db">;

/**
 * Sets the stage for the tests of a file, or of the `describe` it is called in: a server and people with accounts. What it
 * gives are the same objects for all tests, which each test finds as new. After a test no bug was reported by the server,
 * and no error by a page.
 */
export function stage<const Name extends string = never>(options: Options<Name> = {}) {
  const { people = [], owner, registration, clock: standsStill, once, browser: wanted, ...rest } = options;
  const server = {} as StageServer;
  const time = clock();
  const system = standsStill ? time : rest.system;
  const settings = owner === undefined ? rest.settings : null;
  const names = Array.isArray(people) ? people : Object.keys(people);
  const roles: Role[] = Array.isArray(people) ? [] : Object.values(people);
  const all = Object.fromEntries(names.map((name) => [name, new Person(server, name)]));
  const first = new Person(server, owner ?? "owner");
  let browser: Browser;
  let visitors: Visitor[] = [];

  async function start({ db, store }: Base) {
    Object.assign(server, await startServer({ ...rest, system, settings, store }), { db });
  }
  async function open() {
    time.restart();
    await start(database());
    if (owner !== undefined) await first.forget().setUp(setUpLink(server), registration);
    for (const person of Object.values<Person>(all)) {
      person.forget().moveTo(server);
      await person.register();
    }
    if (!roles.some((role) => role !== "member")) return;
    await settleRoles(server.store, roles);
    // The server has read who is what when it started.
    await server.app.drain();
    await server.server.stop(true);
    await start(server);
  }
  const isWell = () => {
    expect(server.bugs).toEqual([]);
    expect(visitors.flatMap(({ complaints }) => complaints)).toEqual([]);
    visitors = [];
  };

  const isShared = once || wanted;
  const [before, after] = isShared ? [beforeAll, afterAll] : [beforeEach, afterEach];
  before(async () => {
    const [launched] = await Promise.all([wanted ? launch() : null, open()]);
    if (launched) browser = launched;
  });
  if (isShared) afterEach(isWell);
  after(async () => {
    await browser?.close();
    await server.stop();
    isWell();
  });

  return {
    server,
    time,
    ...(all as Record<Name, Person>),
    people: all as Record<Name, Person>,
    owner: first,
    /** The lines of the audit log that tell of this. */
    audited: async (event: AuditEvent) => await server.store.audit.page({ events: [event] }, null, 100),
    /** Every row of the database. */
    contents: () => contentsOf(server.db),
    /** Somebody with a browser of their own, in which no page is open yet. */
    async visit(name: string, look?: BrowserContextOptions, at: Reachable = server): Promise<Visitor> {
      const visitor = await Visitor.arrive(browser, at, name, look);
      visitors.push(visitor);
      return visitor;
    },
  };
}
