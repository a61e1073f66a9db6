import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { resetAlert, resetKind, resetTicket } from "../server/auth/resets.ts";
import { type Config, parseConfig } from "../server/config/environment.ts";
import { auditEntries, type MakeAuditEntry } from "../server/moderation/audit-entry.ts";
import { FolderInUse, openStorage } from "../server/storage.ts";
import { openDatabase } from "../server/store/sqlite/open.ts";
import { sqliteStore } from "../server/store/sqlite/store.ts";
import type { Store } from "../server/store/store.ts";
import type { User } from "../server/store/users.ts";
import { system } from "../server/system.ts";
import { command, SetupError } from "./setup.ts";

const usage = "Whose password is it? bun run reset-link <user name> [--forget-factors]";

// Makes a link by which somebody sets another password: for the owner, for whom nobody in the chat can make one. Whoever has
// the machine has all that is kept on it anyway. The server may be running.
await command(async () => {
  const { name, forgetFactors } = wanted();
  const config = parseConfig(Bun.env);
  const { store, close } = await open(config);
  try {
    const user = await store.users.byName(name);
    if (!user) throw new SetupError(`Nobody here is called ${name}.`);
    if (user.status !== "active") throw new SetupError(`The account of ${user.name} is locked.`);
    const auditEntry = auditEntries(system.now);
    if (forgetFactors) await forget(store, user, auditEntry);
    const { token, ticket } = resetTicket(user, null, system);
    await store.tickets.removeOf(user.id, resetKind);
    const detail = { way: "command line" };
    const alert = resetAlert("reset link made", user.id, null, system.now());
    await store.tickets.put(ticket, auditEntry("password.reset link made", { to: user.id, detail }), alert);
    const origin = config.origins?.[0] ?? `https://localhost:${config.port}`;
    console.log(`With this link ${user.name} sets another password. It works once, and for a day:\n`);
    console.log(`  ${origin}/reset#${token}\n`);
    console.log("The chat may be opened at another address as well; what counts is what follows it.");
    return 0;
  } finally {
    await close();
  }
});

function wanted(): { name: string; forgetFactors: boolean } {
  try {
    const { values, positionals } = parseArgs({
      args: Bun.argv.slice(2),
      options: { "forget-factors": { type: "boolean", default: false } },
      allowPositionals: true,
    });
    const [name, ...more] = positionals;
    if (name !== undefined && more.length === 0) return { name, forgetFactors: values["forget-factors"] };
  } catch {
    // An option that there is not: the same sentence helps.
  }
  throw new SetupError(usage);
}

/** Opens what the configuration names, beside a server that is running on it. Nothing is made that is not there. */
async function open(config: Config): Promise<{ store: Store; close(): Promise<void> | void }> {
  const path = join(config.dataDir, "chat.sqlite");
  if (config.postgres === null && !existsSync(path))
    throw new SetupError(`There is no chat in ${config.dataDir}. Choose another folder with DATA_DIR.`);
  try {
    return await openStorage(config, system, (error) => console.error(error));
  } catch (error) {
    if (!(error instanceof FolderInUse)) throw error;
    // A server holds the folder; it keeps nothing of what changes here in memory, and looks each time.
    const db = openDatabase(path);
    return { store: sqliteStore(db), close: () => db.$client.close() };
  }
}

/** For who has lost authenticator app and passkeys too: a link asks for a code of them, wherever it comes from. */
async function forget({ factors }: Store, { id }: User, auditEntry: MakeAuditEntry): Promise<void> {
  const detail = { way: "command line" };
  await factors.removeTotp(id, auditEntry("code.removed", { to: id, detail }));
  for (const passkey of await factors.passkeys(id))
    await factors.removePasskey(id, passkey.id, auditEntry("passkey.removed", { to: id, detail }));
}
