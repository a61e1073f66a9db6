import type { LinkTokens } from "../auth/link-tokens.ts";
import type { HashNew } from "../auth/new-passwords.ts";
import type { Bound } from "../limits/guess-limits.ts";
import { spend } from "../limits/rate-limit.ts";
import type { MakeAuditEntry } from "../moderation/audit-entry.ts";
import type { SetUp } from "../protocol/set-up.ts";
import type { ServerSettings } from "../protocol/settings.ts";
import { Refusal } from "../refusal.ts";
import type { NewSession } from "../store/sessions.ts";
import type { User } from "../store/users.ts";
import type { NewAccounts } from "./new-accounts.ts";
import type { LiveSettings } from "./settings.ts";

export interface SetUpDeps {
  /** The incarnation of the database, which the link is for. */
  epoch(): string;
  settings: LiveSettings;
  tokens: LinkTokens;
  newAccounts: NewAccounts;
  hashNew: HashNew;
  bound: Bound;
  auditEntry: MakeAuditEntry;
  /** What people may write until the owner says otherwise. */
  limits: Pick<ServerSettings, "messageBurst" | "messagesPerMinute" | "messageBytes">;
}

export type SettingUp = ReturnType<typeof settingUp>;

/** How a fresh server gets its owner: by the link that its start has printed, once. */
export function settingUp(deps: SetUpDeps) {
  const { settings, tokens, newAccounts, auditEntry } = deps;
  const tries = deps.bound("set-up links", 30, 10);

  function check(token: string, address: string) {
    if (settings.current() !== null) throw new Refusal("already_set_up");
    spend(tries, address);
    if (!tokens.isSetUp(token, deps.epoch())) throw new Refusal("link_invalid");
  }

  return {
    /** Refuses as `already_set_up`, `link_invalid`, or `rate_limited` by address. */
    check,

    /** Makes the owner's account with its first session, and the rules of the chat; refuses in the same way. */
    async setUp(given: SetUp, address: string, session: NewSession): Promise<User> {
      const { token, chatName, registration, name, password } = given;
      check(token, address);
      await newAccounts.requireFree(name);
      const passwordHash = await deps.hashNew(password, name, address, chatName);
      const rules = newSettings(chatName, registration, deps.limits);
      const entry = auditEntry("house.set up", { address, detail: { registration } });
      // The store lets only one be first, on whichever node.
      const owner = await newAccounts
        .create(name, passwordHash, { session, settings: rules, entry: entry })
        .catch(async (error) => {
          if (error instanceof Refusal && error.code === "already_set_up") await settings.reload();
          throw error;
        });
      await settings.reload();
      return owner;
    },
  };
}

/** The rules of a chat that was just set up: what was not asked is left to the owner. */
export function newSettings(
  name: string,
  registration: ServerSettings["registration"],
  { messageBurst, messagesPerMinute, messageBytes }: SetUpDeps["limits"],
): ServerSettings {
  return {
    name,
    welcome: "",
    registration,
    secondFactor: "nobody",
    messageBurst,
    messagesPerMinute,
    messageBytes,
  };
}
