import { describe, expect, test } from "bun:test";
import { Glob } from "bun";
import { imports, isOurs } from "./support/sources.ts";

interface Rule {
  files: string;
  /** Our own files it may use. Files of the same folder always may. */
  may: string[];
  /** Our own files it may name the types of. */
  mayNameTypesOf?: string[];
  /** Packages it may use; any when absent. */
  packages?: RegExp;
  reason: string;
}

const ground = ["server/protocol/*", "server/refusal.ts", "server/incident.ts", "server/system.ts"];

const rules: Rule[] = [
  {
    files: "server/protocol/**",
    may: [],
    packages: /^valibot$/,
    reason: "the wire is shared with the browser and with strangers' clients, so it stands alone",
  },
  {
    files: "server/broker/**",
    may: ground,
    packages: /^$/,
    reason: "carrying events needs to know nothing but events",
  },
  {
    files: "server/db/**",
    may: ground,
    packages: /^(node:|bun$|bun:sqlite$|drizzle-orm|valibot)/,
    reason: "the store stands at the bottom, so that another one can stand beside it",
  },
  {
    files: "server/accounts/**",
    may: [
      ...ground,
      "server/db/store.ts",
      "server/db/kept/*",
      "server/broker/*",
      "server/rate-limit.ts",
      "server/token-buckets.ts",
      "server/give-way.ts",
    ],
    packages:
      /^(node:crypto|node:worker_threads|node:fs\/promises|bcryptjs|arctic|jose|bowser|otpauth|@simplewebauthn\/server(\/helpers)?|@zxcvbn-ts\/.+)$/,
    reason: "who someone is does not depend on how they asked: no Hono, no sockets",
  },
  {
    files: "server/conversations/**",
    may: [...ground, "server/db/store.ts", "server/db/kept/*", "server/broker/*"],
    packages: /^$/,
    reason: "what a conversation is does not depend on how it is reached: no Hono, no sockets",
  },
  {
    files: "server/cluster/**",
    may: [
      ...ground,
      "server/db/store.ts",
      "server/db/kept/*",
      "server/db/postgres/*",
      "server/broker/*",
      "server/conversations/delivery.ts",
      "server/realtime/*",
      "server/token-buckets.ts",
    ],
    mayNameTypesOf: ["server/accounts/people.ts"],
    packages: /^(bun|node:crypto|valibot)$/,
    reason: "nodes agree through PostgreSQL and hint through signals; one process alone needs none of it",
  },
  {
    files: "server/realtime/**",
    may: [
      ...ground,
      "server/broker/*",
      "server/conversations/*",
      "server/json.ts",
      "server/validate.ts",
      "server/rate-limit.ts",
      "server/token-buckets.ts",
    ],
    mayNameTypesOf: [
      "server/db/store.ts",
      "server/db/kept/*",
      "server/accounts/people.ts",
      "server/accounts/act.ts",
    ],
    packages: /^(bun|valibot)$/,
    reason: "sockets carry commands to the use cases; they keep nothing and ask no database",
  },
  {
    files: "server/http/**",
    may: [
      ...ground,
      "server/accounts/*",
      "server/realtime/connections.ts",
      "server/json.ts",
      "server/validate.ts",
      "server/rate-limit.ts",
    ],
    mayNameTypesOf: ["server/db/store.ts", "server/db/kept/*", "server/token-buckets.ts", "server/pace.ts"],
    packages: /^(hono|valibot|bun$|node:fs$|node:net$|node:path$)/,
    reason: "routes carry requests to the use cases; they keep nothing and ask no database",
  },
  {
    files: "server/certificates/**",
    may: ["server/config.ts", "server/progress.ts"],
    reason: "certificates are made before there is a server",
  },
  {
    files: "web/parts/**",
    may: [],
    mayNameTypesOf: ["server/protocol/*"],
    reason: "a part shows what it is given and reports what was done with it",
  },
  {
    files: "web/screens/**",
    may: ["web/parts/*", "web/state/*"],
    mayNameTypesOf: ["server/protocol/*"],
    reason: "a screen joins parts with state; how the server is reached is not its business",
  },
  {
    files: "web/state/**",
    may: ["web/transport/*", "server/protocol/*"],
    reason: "state knows the wire, and nothing of how it is shown",
  },
  {
    files: "web/transport/**",
    may: ["server/protocol/*"],
    packages: /^$/,
    reason: "the transport runs without a framework and without a browser",
  },
];

const matches = (patterns: string[], path: string) =>
  patterns.some((pattern) => new Glob(pattern).match(path));

describe("who may import whom", () => {
  for (const { files, may, mayNameTypesOf = [], packages, reason } of rules) {
    test(`${files}: ${reason}`, () => {
      const folder = files.slice(0, files.indexOf("**"));
      const theirs = imports.filter(({ from }) => from.startsWith(folder));
      expect(theirs.length).toBeGreaterThan(0);
      const broken = theirs.filter(({ to, typesOnly }) => {
        if (!isOurs(to)) return packages !== undefined && !packages.test(to);
        if (to.startsWith(folder)) return false;
        return !matches(typesOnly ? [...may, ...mayNameTypesOf] : may, to);
      });
      expect(broken).toEqual([]);
    });
  }

  test("only main.ts and tests import app.ts: there is one way to start the program", () => {
    const broken = imports.filter(
      ({ from, to }) => to === "server/app.ts" && from !== "server/main.ts" && !from.startsWith("tests/"),
    );
    expect(broken).toEqual([]);
  });

  test("the browser gets nothing of the server but the wire", () => {
    const broken = imports.filter(
      ({ from, to }) =>
        from.startsWith("web/") && to.startsWith("server/") && !to.startsWith("server/protocol/"),
    );
    expect(broken).toEqual([]);
  });
});
