import type { Broker } from "../broker/broker.ts";
import { groupTopic } from "../broker/topics.ts";
import type { Act } from "../db/kept/audit.ts";
import type { Store } from "../db/store.ts";
import type { House, PublicHouse } from "../protocol/house.ts";
import type { Role } from "../protocol/roles.ts";

/** How the server is set up, kept in memory: every message and every session asks for it. */
export interface HouseKeeper {
  /** Null until the server is set up, and until that is known here. */
  current(): House | null;
  /** The same, read anew while there is none: who has set it up on another node may come here next. */
  known(): Promise<House | null>;
  /** What everybody may know of it; null until the server is set up. */
  shown(): Promise<PublicHouse | null>;
  /** Whether somebody of this role needs a second factor or a passkey. */
  asksMoreOf(role: Role): boolean;
  /** Stores another set of rules, and tells everyone here. */
  change(house: House, act: Act): Promise<void>;
  /** Makes true here what was stored already, such as by another node; the same again changes nothing. */
  take(house: House): void;
  /** Reads it anew, where it may have changed behind our back. */
  reload(): Promise<void>;
}

/** Reads the rules there are. Whoever goes by them asks for them each time, so that no part has to be told of a change. */
export async function houseKeeper(store: Store["house"], broker: Broker): Promise<HouseKeeper> {
  let house = await store.read();

  function take(next: House) {
    const isSame = JSON.stringify(next) === JSON.stringify(house);
    house = next;
    if (isSame) return;
    const { messageBytes } = next;
    broker.publish(groupTopic, [{ type: "house.changed", ...shownOf(next), messageBytes }]);
  }

  async function reload() {
    const next = await store.read();
    if (next) take(next);
  }

  async function known() {
    if (house === null) await reload();
    return house;
  }

  return {
    current: () => house,
    known,
    async shown() {
      const rules = await known();
      return rules && shownOf(rules);
    },
    asksMoreOf(role) {
      if (house === null || house.secondFactor === "nobody") return false;
      return house.secondFactor === "everyone" || role === "admin" || role === "owner";
    },
    async change(next, act) {
      await store.write(next, act);
      // Not what was written: another node may have written something else since.
      take((await store.read()) ?? next);
    },
    take,
    reload,
  };
}

const shownOf = ({ name, welcome, registration }: House): PublicHouse => ({ name, welcome, registration });
