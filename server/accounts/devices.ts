import { createHash } from "node:crypto";
import Bowser from "bowser";
import type { Session } from "../db/kept/sessions.ts";
import type { Store } from "../db/store.ts";
import type { DeviceInfo } from "../protocol/devices.ts";
import { spend } from "../rate-limit.ts";
import { Refusal } from "../refusal.ts";
import type { MakeAct } from "./act.ts";
import type { Bound } from "./guess-limits.ts";
import type { Sessions } from "./sessions.ts";

export interface DevicesDeps {
  kept: Store["sessions"];
  sessions: Pick<Sessions, "lives" | "stageOf" | "end">;
  bound: Bound;
  act: MakeAct;
}

export type Devices = ReturnType<typeof devices>;

/** The sessions of one's own, as the devices they run on. */
export function devices({ kept, sessions, bound, act }: DevicesDeps) {
  const labels = bound("names of devices", 30, 30);

  /** Those that have not ended by the clock, each as the session it is. */
  const living = async (session: Session) =>
    (await kept.of(session.userId))
      .map((device) => ({ ...session, ...device }))
      .filter((device) => sessions.lives(device));

  /** One's own session of this public id; `unknown_device` for any other. */
  async function named(session: Session, id: string): Promise<Buffer> {
    const found = (await kept.of(session.userId)).find((device) => publicId(device.id) === id);
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
      if (!(await kept.setLabel(session.userId, own, label || null))) throw new Refusal("unknown_device");
    },

    /** Ends one session; gives its id, for the sockets to be closed. */
    async end(session: Session, id: string, address: string): Promise<Buffer> {
      const own = await named(session, id);
      await sessions.end({ id: own }, act("session.ended", { by: session.userId, address }));
      return own;
    },

    /** Ends all but this one. */
    async endOthers({ id, userId }: Session, address: string): Promise<void> {
      await kept.removeOthers(userId, id, act("session.others ended", { by: userId, address }));
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
