import type { Broker } from "../broker/broker.ts";
import { groupTopic } from "../broker/topics.ts";
import type { Role } from "../protocol/roles.ts";
import type { PublicSettings, ServerSettings } from "../protocol/settings.ts";
import type { Store } from "../store/store.ts";
import type { NewAuditEntry } from "../store/transaction.ts";

/** How the server is set up, kept in memory: every message and every session asks for it. */
export type LiveSettings = Awaited<ReturnType<typeof liveSettings>>;

/** Reads the rules there are. Whoever goes by them asks for them each time, so that no part has to be told of a change. */
export async function liveSettings(store: Store["settings"], broker: Broker) {
  let settings = await store.read();

  function take(next: ServerSettings) {
    const isSame = JSON.stringify(next) === JSON.stringify(settings);
    settings = next;
    if (isSame) return;
    const { messageBytes } = next;
    broker.publish(groupTopic, [{ type: "settings.changed", ...shownOf(next), messageBytes }]);
  }

  async function reload() {
    const next = await store.read();
    if (next) take(next);
  }

  async function known() {
    if (settings === null) await reload();
    return settings;
  }

  return {
    /** Null until the server is set up, and until that is known here. */
    current: (): ServerSettings | null => settings,
    /** The same, read anew while there is none: who has set it up on another node may come here next. */
    known,
    /** What everybody may know of it; null until the server is set up. */
    async shown(): Promise<PublicSettings | null> {
      const rules = await known();
      return rules && shownOf(rules);
    },
    /** Whether somebody of this role needs a second factor or a passkey. */
    asksMoreOf(role: Role): boolean {
      if (settings === null || settings.secondFactor === "nobody") return false;
      return settings.secondFactor === "everyone" || role === "admin" || role === "owner";
    },
    /** Stores another set of rules, and tells everyone here. */
    async change(next: ServerSettings, entry: NewAuditEntry): Promise<void> {
      await store.write(next, entry);
      await reload();
    },
    /** Takes what was stored, by this node or another, and lets everybody here know where it is another. */
    take,
    /** Reads it anew, and lets everybody here know where it is another. */
    reload,
  };
}

const shownOf = ({ name, welcome, registration }: ServerSettings): PublicSettings => ({
  name,
  welcome,
  registration,
});
