import { expect, test } from "bun:test";
import ts from "typescript";
import { sources, textOf } from "../support/sources.ts";

const code = sources
  .filter((path) => path.startsWith("server/"))
  .map((path) => ({ path, text: textOf.get(path)!.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "") }));

const found = (pattern: RegExp): string[] =>
  code.flatMap(({ path, text }) => [...text.matchAll(pattern)].map(([, what]) => `${path}: ${what!.trim()}`));

const isSecret =
  /(token|secret|hash|mark|cookie|digest|mac|nonce|challenge|handle|password|pepper|verifier|ticket)(Of)?$/i;
const equalities = [
  ts.SyntaxKind.EqualsEqualsToken,
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
];

/** What an expression is called: the last name in it, also of what is called, awaited or cast. */
function nameOf(node: ts.Expression): string {
  if (ts.isIdentifier(node)) return node.text;
  if (ts.isPropertyAccessExpression(node)) return node.name.text;
  if (ts.isCallExpression(node))
    return [node.expression, ...node.arguments].map(nameOf).find((name) => isSecret.test(name)) ?? "";
  if (
    ts.isAwaitExpression(node) ||
    ts.isParenthesizedExpression(node) ||
    ts.isNonNullExpression(node) ||
    ts.isAsExpression(node)
  )
    return nameOf(node.expression);
  return "";
}

/** Whether comparing with it tells nothing: whether there is anything, or of what type it is. */
const isPlain = (node: ts.Expression): boolean =>
  node.kind === ts.SyntaxKind.NullKeyword ||
  ts.isLiteralExpression(node) ||
  (ts.isIdentifier(node) && node.text === "undefined");

/** The comparisons of what is called like a secret that end at the first difference. */
function hastyComparisons(path: string): string[] {
  const file = ts.createSourceFile(path, textOf.get(path)!, ts.ScriptTarget.Latest, true);
  const hasty: string[] = [];
  const look = (node: ts.Node) => {
    if (ts.isBinaryExpression(node) && equalities.includes(node.operatorToken.kind)) {
      const sides = [node.left, node.right];
      if (!sides.some(isPlain) && sides.some((side) => isSecret.test(nameOf(side))))
        hasty.push(`${path}: ${node.getText()}`);
    }
    if (ts.isCallExpression(node) && /\.(equals|compare|localeCompare)$/.test(node.expression.getText()))
      hasty.push(`${path}: ${node.getText()}`);
    ts.forEachChild(node, look);
  };
  look(file);
  return hasty;
}

/** Neither side comes from who might guess, or it is nothing that opens anything. */
const harmless = [
  // Two values of the database: whether the password is still the one that was proven.
  "server/accounts/accounts.ts: user?.passwordHash === passwordHash",
  "server/auth/resets.ts: was !== markOf(user)",
  // Hashes of session tokens, of sessions that were let in.
  "server/auth/surplus-sessions.ts: id.equals(begun)",
  "server/auth/devices.ts: one.id.equals(session.id)",
  "server/realtime/connections.ts: socket.data.session.id.equals(but.id)",
  "server/realtime/connections.ts: socket.data.session.id.equals(session.id)",
  // The authenticator is told the handle, and its signature is what counts.
  "server/auth/passkey-ceremonies.ts: userHandle !== isoBase64URL.fromBuffer(handleOf(passkey.userId))",
  // Stands in the address the browser is sent to, and in a token that the provider has signed.
  "server/auth/providers/id-token.ts: nonce === expected.nonce",
  // The public list of stolen passwords.
  "server/auth/sorted-hashes.ts: line.hash === hash",
  // Whether an estimate is of the whole password, which is the asker's own.
  "server/protocol/strength.ts: once === password",
  // The pepper's mark in the database, at the start.
  "server/cluster/node-storage.ts: (await pepperMark(db, mark)) === mark",
  // Whether an author sends a message of their own again.
  "server/store/sqlite/append.ts: sentMark === markOfBody(sent)",
];

test("ASVS 11.2.4 secrets are compared in constant time, or looked up by their hash", () => {
  const comparing = found(/(\btimingSafeEqual)\(/g).map((use) => use.split(":")[0]!);
  expect(comparing).toEqual([
    "server/auth/known-devices.ts",
    "server/auth/link-tokens.ts",
    "server/auth/providers.ts",
  ]);
  const hasty = new Set(code.flatMap(({ path }) => hastyComparisons(path)));
  expect([...hasty].sort()).toEqual(harmless.toSorted());
});

/** What is drawn and is no secret: parts of names and of waits, ids in the log, and nonces of ciphers. */
const noSecrets = [
  "server/auth/sealed.ts: nonceBytes",
  "server/cluster/lasting-connection.ts: 1",
  "server/cluster/signal-outbox.ts: 1",
  "server/cluster/signal-seal.ts: nonceBytes",
  "server/logging/report.ts: 6",
  "server/config/secrets.ts: 6",
  "server/cluster/node-storage.ts: 8",
];
/** Recovery codes have 120 bits: more than the 112 that ASVS 6.5.2 asks of them, and few tries. */
const recoveryCodes = "server/auth/recovery-codes.ts: bytes";

test("ASVS 11.5.1 what must not be guessed is 128 bits at the least, from the system's strong source", () => {
  const draws = found(/\brandom(?:Bytes)?\(([^):]+)\)/g).filter((use) => !use.startsWith("server/system.ts"));
  const sizeOf = (use: string) => {
    const [path, size] = use.split(": ") as [string, string];
    const constant = new RegExp(`const ${size} = (\\d+);`);
    // A constant of another file has a name that no other file gives away.
    const places = [textOf.get(path)!, ...code.map(({ text }) => text)];
    const [, named] = places.map((text) => constant.exec(text)).find((at) => at !== null) ?? [];
    return Number(named ?? size);
  };
  const secrets = draws.filter((use) => !noSecrets.includes(use));
  expect(secrets.length).toBeGreaterThan(10);
  const small = secrets.filter((use) => !(8 * sizeOf(use) >= 128));
  expect(small.map((use) => [use, 8 * sizeOf(use)])).toEqual([[recoveryCodes, 120]]);

  const drawing = found(/\b(randomBytes|Math\.random|randomUUID\w*|getRandomValues|randomInt|nanoid)\b/g);
  expect([...new Set(drawing)]).toEqual([
    "server/config/secrets.ts: randomBytes",
    "server/store/sqlite/incarnation.ts: randomBytes",
    "server/system.ts: randomBytes",
  ]);
  expect(found(/(random: .+),$/gm)).toContain("server/system.ts: random: (bytes) => randomBytes(bytes)");
});
