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

/** A person's own sessions, shown as the devices they run on. */
export function devices({ sessionStore, sessions, bound, auditEntry }: DevicesDeps) {
  const labels = bound("names of devices", 30, 30);

  /** The sessions of a person that have not expired. */
  const living = async (session: Session) =>
    (await sessionStore.of(session.userId))
      .map((device) => ({ ...session, ...device }))
      .filter((device) => sessions.lives(device));

  /** The person's own session with this public id; refuses any other id as `unknown_device`. */
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

    /** Ends one session. */
    async end(session: Session, id: string, address: string): Promise<void> {
      const own = await named(session, id);
      await sessions.end({ id: own }, auditEntry("session.ended", { by: session.userId, address }));
    },

    /** Ends all sessions but this one. */
    async endOthers({ id, userId }: Session, address: string): Promise<void> {
      await sessionStore.removeOthers(
        userId,
        id,
        auditEntry("session.others ended", { by: userId, address }),
      );
    },
  };
}

/** Hashes a session's id, which itself is the hash of its token, so that the public id reveals neither. */
const publicId = (id: Buffer): string => createHash("sha256").update(id).digest("base64url").slice(0, 22);

/** The browser and the operating system of a user agent; each null where it is unknown. */
export function nameOf(userAgent: string): Pick<DeviceInfo, "browser" | "system"> {
  if (userAgent === "") return { browser: null, system: null };
  const { browser, os } = Bowser.parse(userAgent);
  return { browser: browser.name || null, system: os.name || null };
}
