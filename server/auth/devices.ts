import { createHash } from "node:crypto";
import Bowser from "bowser";
import type { Bound } from "../limits/guess-limits.ts";
import { spend } from "../limits/rate-limit.ts";
import type { MakeAuditEntry } from "../moderation/audit-entry.ts";
import type { DeviceInfo } from "../protocol/devices.ts";
import { Refusal } from "../refusal.ts";
import type { Session } from "../store/sessions.ts";
import type { Store } from "../store/store.ts";
import type { Sessions } from "./sessions.ts";

export interface DevicesDeps {
  sessionStore: Store["sessions"];
  sessions: Pick<Sessions, "lives" | "stageOf" | "end">;
  bound: Bound;
  auditEntry: MakeAuditEntry;
}

export type Devices = ReturnType<typeof devices>;

/** The sessions of one's own, as the devices they run on. */
export function devices({ sessionStore, sessions, bound, auditEntry }: DevicesDeps) {
  const labels = bound("names of devices", 30, 30);

  /** Those that have not ended by the clock, each as the session it is. */
  const living = async (session: Session) =>
    (await sessionStore.of(session.userId))
      .map((device) => ({ ...session, ...device }))
      .filter((device) => sessions.lives(device));

  /** One's own session of this public id; `unknown_device` for any other. */
  async function named(session: Session, id: string): Promise<Buffer> {
    const found = (await sessionStore.of(session.userId)).find((device) => publicId(device.id) === id);
    if (!found) throw new Refusal("unknown_device");
    return found.id;
  }

  return {
    async list(session: Session): Promise<DeviceInfo[]> {
      return (await living(session)).map((one) => ({
        id: publicId(one.id),
        isThis: one.id.equals(session.id),
        label: one.label,
        ...nameOf(one.device),
        address: one.address,
        createdAt: one.createdAt,
        seenAt: one.seenAt,
        isTwoStep: one.factors === 2,
        isWaiting: sessions.stageOf(one) !== "open",
        isBound: Boolean(one.keyHash),
      }));
    },

    async label(session: Session, id: string, label: string): Promise<void> {
      spend(labels, session.userId);
      const own = await named(session, id);
      if (!(await sessionStore.setLabel(session.userId, own, label || null)))
        throw new Refusal("unknown_device");
    },

    /** Ends one session; gives its id, for the sockets to be closed. */
    async end(session: Session, id: string, address: string): Promise<Buffer> {
      const own = await named(session, id);
      await sessions.end({ id: own }, auditEntry("session.ended", { by: session.userId, address }));
      return own;
    },

    /** Ends all but this one. */
    async endOthers({ id, userId }: Session, address: string): Promise<void> {
      await sessionStore.removeOthers(
        userId,
        id,
        auditEntry("session.others ended", { by: userId, address }),
      );
    },
  };
}

/** The id of a session is the hash of its token; its own hash says nothing of either. */
const publicId = (id: Buffer): string => createHash("sha256").update(id).digest("base64url").slice(0, 22);

/** The browser and the system of a user agent; each null where it does not tell. */
export function nameOf(userAgent: string): Pick<DeviceInfo, "browser" | "system"> {
  if (userAgent === "") return { browser: null, system: null };
  const { browser, os } = Bowser.parse(userAgent);
  return { browser: browser.name || null, system: os.name || null };
}
