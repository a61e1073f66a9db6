import { describe, expect, test } from "bun:test";
import { Glob } from "bun";
import { imports, isOurs, sources } from "./support/sources.ts";

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

const ground = ["server/protocol/*", "server/refusal.ts", "server/logging/incident.ts", "server/system.ts"];
/** What use cases stand on: plain data, limits, and the channel on which they tell of changes. */
const useCases = [...ground, "server/store/*", "server/broker/*", "server/limits/*"];

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
    files: "server/store/**",
    may: ground,
    packages: /^(node:|bun$|bun:sqlite$|drizzle-orm|valibot)/,
    reason: "the store stands at the bottom and knows nothing above it",
  },
  {
    files: "server/limits/**",
    may: ground,
    mayNameTypesOf: ["server/store/**"],
    packages: /^node:(crypto|fs|os|path)$/,
    reason: "a limit counts what it is told, whoever asks",
  },
  {
    files: "server/auth/**",
    may: [...useCases, "server/accounts/*", "server/moderation/*"],
    mayNameTypesOf: ["server/config/*"],
    packages:
      /^(node:|bcryptjs|arctic|jose|bowser|otpauth|@simplewebauthn\/server(\/helpers)?|@zxcvbn-ts\/.+)/,
    reason: "who somebody is does not depend on how they asked: no Hono, no sockets",
  },
  {
    files: "server/accounts/**",
    may: [...useCases, "server/auth/*", "server/moderation/*"],
    packages: /^node:crypto$/,
    reason: "an account does not depend on how it is reached: no Hono, no sockets",
  },
  {
    files: "server/moderation/**",
    may: [...useCases, "server/auth/*", "server/accounts/*", "server/export/*"],
    mayNameTypesOf: ["server/messages/memberships.ts"],
    packages: /^$/,
    reason: "what moderators may do does not depend on how they ask: no Hono, no sockets",
  },
  {
    files: "server/export/**",
    may: [...useCases, "server/messages/memberships.ts"],
    mayNameTypesOf: ["server/accounts/*", "server/moderation/*"],
    packages: /^node:/,
    reason: "an export reads the store and writes a file; who sends it is not its business",
  },
  {
    files: "server/messages/**",
    may: useCases,
    mayNameTypesOf: ["server/accounts/directory.ts", "server/moderation/audit-entry.ts"],
    packages: /^$/,
    reason: "what a conversation is does not depend on how it is reached: no Hono, no sockets",
  },
  {
    files: "server/cluster/**",
    may: [
      ...ground,
      "server/effects.ts",
      "server/store/*",
      "server/store/postgres/*",
      "server/broker/*",
      "server/messages/deliver.ts",
      "server/realtime/*",
      "server/limits/*",
    ],
    mayNameTypesOf: ["server/accounts/directory.ts", "server/messages/memberships.ts"],
    packages: /^(bun|node:crypto|valibot)$/,
    reason: "nodes agree through PostgreSQL and nudge through signals; one process alone needs none of it",
  },
  {
    files: "server/realtime/**",
    may: [
      ...ground,
      "server/broker/*",
      "server/messages/*",
      "server/json.ts",
      "server/validate.ts",
      "server/limits/*",
    ],
    mayNameTypesOf: ["server/store/*"],
    packages: /^(bun|valibot)$/,
    reason: "sockets carry commands to the use cases; they keep nothing and ask no database",
  },
  {
    files: "server/http/**",
    may: [
      ...ground,
      "server/auth/*",
      "server/accounts/*",
      "server/moderation/*",
      "server/export/*",
      "server/realtime/connections.ts",
      "server/json.ts",
      "server/validate.ts",
      "server/limits/*",
    ],
    mayNameTypesOf: ["server/store/*"],
    packages: /^(hono|valibot|bun$|node:fs$|node:net$|node:path$)/,
    reason: "routes carry requests to the use cases; they keep nothing and ask no database",
  },
  {
    files: "server/certificates/**",
    may: ["server/config/environment.ts", "server/logging/progress.ts"],
    reason: "certificates are made before there is a server",
  },
  {
    files: "web/parts/**",
    may: [],
    mayNameTypesOf: ["server/protocol/*"],
    reason: "a part shows what it is given and knows nothing of chats",
  },
  {
    files: "web/transport/**",
    may: ["server/protocol/*"],
    packages: /^$/,
    reason: "the transport runs without a framework and without a browser",
  },
  ...["chat", "account", "admin", "entry", "app"].map((area) => ({
    files: `web/${area}/**`,
    may: [
      "web/parts/*",
      "web/transport/*",
      "web/app/*",
      "web/styles/*",
      "server/protocol/*",
      // A screen that shows another area: the chat shows moderation and notes of the account, an entry page sets up a factor.
      ...{
        chat: ["web/account/*", "web/admin/*"],
        account: ["web/entry/*"],
        admin: [],
        entry: ["web/account/*", "web/chat/*"],
        app: ["web/chat/*", "web/account/*", "web/admin/*", "web/entry/*"],
      }[area]!,
    ],
    mayNameTypesOf: ["web/chat/*"],
    reason: "an area stands on parts, transport and the wire, and on another area only where it shows it",
  })),
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

  test("no .ts file of the browser imports a component: state does not depend on how it is shown", () => {
    const broken = imports.filter(
      ({ from, to }) => from.startsWith("web/") && from.endsWith(".ts") && to.endsWith(".svelte"),
    );
    expect(broken.filter(({ from }) => from !== "web/app/main.ts")).toEqual([]);
  });

  test("the browser gets nothing of the server but the wire", () => {
    const broken = imports.filter(
      ({ from, to }) =>
        from.startsWith("web/") && to.startsWith("server/") && !to.startsWith("server/protocol/"),
    );
    expect(broken).toEqual([]);
  });

  test("no two files import each other, types included: each can be read and moved without the other", () => {
    const edges = new Set(imports.map(({ from, to }) => `${from} ${to}`));
    expect(imports.filter(({ from, to }) => from < to && edges.has(`${to} ${from}`))).toEqual([]);
  });

  test("at most ten files lie at the server's root: what grows belongs in a folder", () => {
    expect(sources.filter((path) => /^server\/[^/]+\.ts$/.test(path)).length).toBeLessThanOrEqual(10);
  });
});
