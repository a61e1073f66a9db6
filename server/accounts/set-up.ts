import type { NewSession } from "../db/kept/sessions.ts";
import type { User } from "../db/kept/users.ts";
import type { House } from "../protocol/house.ts";
import type { SetUp } from "../protocol/set-up.ts";
import { spend } from "../rate-limit.ts";
import { Refusal } from "../refusal.ts";
import type { MakeAct } from "./act.ts";
import type { Bound } from "./guess-limits.ts";
import type { HouseKeeper } from "./house.ts";
import type { LinkTokens } from "./link-tokens.ts";
import type { NewAccounts } from "./new-accounts.ts";
import type { HashNew } from "./new-passwords.ts";

export interface SetUpDeps {
  /** The incarnation of the database, which the link is for. */
  epoch(): string;
  house: HouseKeeper;
  tokens: LinkTokens;
  newAccounts: NewAccounts;
  hashNew: HashNew;
  bound: Bound;
  act: MakeAct;
  /** What people may write until the owner says otherwise. */
  limits: Pick<House, "messageBurst" | "messagesPerMinute" | "messageBytes">;
}

/** How a fresh server gets its owner: by the link that its start has printed, once. */
export interface SettingUp {
  /** Refuses as `already_set_up`, `link_invalid`, or `rate_limited` by address. */
  check(token: string, address: string): void;
  /** Makes the owner's account with its first session, and the rules of the house; refuses in the same way. */
  setUp(given: SetUp, address: string, session: NewSession): Promise<User>;
}

export function settingUp(deps: SetUpDeps): SettingUp {
  const { house, tokens, newAccounts, act } = deps;
  const tries = deps.bound("set-up links", 30, 10);

  function check(token: string, address: string) {
    if (house.current() !== null) throw new Refusal("already_set_up");
    spend(tries, address);
    if (!tokens.isSetUp(token, deps.epoch())) throw new Refusal("link_invalid");
  }

  return {
    check,
    async setUp({ token, house: houseName, registration, name, password }, address, session) {
      check(token, address);
      await newAccounts.requireFree(name);
      const passwordHash = await deps.hashNew(password, name, address, houseName);
      const rules = newHouse(houseName, registration, deps.limits);
      const told = act("house.set up", { address, detail: { registration } });
      // The store lets only one be first, on whichever node.
      const owner = await newAccounts
        .create(name, passwordHash, { session, house: rules, act: told })
        .catch(async (error) => {
          if (error instanceof Refusal && error.code === "already_set_up") await house.reload();
          throw error;
        });
      house.take(rules);
      return owner;
    },
  };
}

/** The rules of a house that was just set up: what was not asked is left to the owner. */
export function newHouse(
  name: string,
  registration: House["registration"],
  { messageBurst, messagesPerMinute, messageBytes }: SetUpDeps["limits"],
): House {
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
