import { afterAll, afterEach, beforeAll, beforeEach, expect, setDefaultTimeout } from "bun:test";
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

export interface StageOptions<Name extends string> extends Omit<TestServerOptions, "store"> {
  /** Who has an account and a session, in the order of their ids: members, or people with these roles. */
  people?: readonly Name[] | Readonly<Record<Name, Role>>;
  /** Who has set the server up, before anybody else came; and who may register from then on. */
  owner?: string;
  registration?: ServerSettings["registration"];
  /** Whether time stands still, but for what a test moves it; and since when, where that matters. */
  clock?: boolean | number;
  /** What is only known once something else was started, before each server. */
  prepare?(): Promise<TestServerOptions>;
  /** Whether there is one server for all tests, in place of a new one for each. */
  once?: boolean;
  /** Whether there is a real browser; then there is one server for all tests, unless it is said otherwise. */
  browser?: boolean;
}

type Base = Pick<ReturnType<typeof database>, "db" | "store">;
type StageServer = TestServer & Pick<Base, "db">;

/**
 * Sets the stage for the tests of a file, or of the `describe` it is called in: a server and people with accounts. What it
 * gives are the same objects for all tests, which each test finds as new. After a test no bug was reported by the server,
 * and no error by a page.
 */
export function stage<const Name extends string = never>(options: StageOptions<Name> = {}) {
  const {
    people = [],
    owner,
    registration,
    clock: standsStill,
    once,
    browser: wanted,
    prepare,
    ...rest
  } = options;
  const server = {} as StageServer;
  const time = clock(typeof standsStill === "number" ? standsStill : undefined);
  const system = standsStill ? time : rest.system;
  const settings = owner === undefined ? rest.settings : null;
  const names = Array.isArray(people) ? people : Object.keys(people);
  const roles: Role[] = Array.isArray(people) ? [] : Object.values(people);
  const all = Object.fromEntries(names.map((name) => [name, new Person(server, name)]));
  const first = new Person(server, owner ?? "owner");
  const visit = wanted ? inBrowser() : null;

  async function start({ db, store }: Base, more?: TestServerOptions) {
    Object.assign(server, await startServer({ ...rest, ...more, system, settings, store }), { db });
  }
  async function open() {
    time.restart();
    const prepared = await prepare?.();
    await start(database(), prepared);
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
    await start(server, prepared);
  }
  const isWell = () => expect(server.bugs.splice(0)).toEqual([]);

  const isShared = once ?? wanted;
  const [before, after] = isShared ? [beforeAll, afterAll] : [beforeEach, afterEach];
  before(open);
  if (isShared) afterEach(isWell);
  after(async () => {
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
    /** Somebody at the browser, of whom it knows nothing. */
    visit: (name: string, look?: BrowserContextOptions, at: Reachable = server) => visit!(at, name, look),
  };
}

/**
 * Starts a real browser for the tests of a file. Gives how somebody comes with a context of their own in it, in which no page is
 * open yet. After a test no page has reported an error.
 */
export function inBrowser() {
  // A browser on a busy machine takes its time.
  setDefaultTimeout(90_000);
  let launched: Promise<Browser>;
  let visitors: Visitor[] = [];
  beforeAll(() => {
    launched = launch();
  });
  afterEach(() => {
    const complaints = visitors.flatMap(({ complaints }) => complaints);
    visitors = [];
    expect(complaints).toEqual([]);
  });
  afterAll(async () => (await launched).close());

  return async (at: Reachable, name: string, look?: BrowserContextOptions): Promise<Visitor> => {
    const visitor = await Visitor.arrive(await launched, at, name, look);
    visitors.push(visitor);
    return visitor;
  };
}
