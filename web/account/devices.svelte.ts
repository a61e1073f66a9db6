import type { DeviceInfo } from "../../server/protocol/devices.ts";
import { Loaded } from "../app/loaded.svelte.ts";
import type { Session } from "../app/session.svelte.ts";

/** The devices one is logged in on. Verbs throw `Refused`. */
export class Devices {
  readonly #session: Session;
  readonly list: Loaded<DeviceInfo[]>;

  constructor(session: Session) {
    this.#session = session;
    this.list = new Loaded(() => session.call("GET /api/account/sessions"));
  }

  async label(id: string, label: string): Promise<void> {
    await this.#session.call("PUT /api/account/sessions/:id", { id, body: { label } });
    await this.list.load();
  }

  async end(id: string): Promise<void> {
    await this.#session.call("DELETE /api/account/sessions/:id", { id });
    await this.list.load();
  }

  async endOthers(): Promise<void> {
    await this.#session.call("DELETE /api/account/sessions");
    await this.list.load();
  }
}

/** The name of a device: the label its owner gave it, or its browser and system. */
export function deviceName({
  label,
  browser,
  system,
}: Pick<DeviceInfo, "label" | "browser" | "system">): string {
  if (label) return label;
  if (browser && system) return `${browser} on ${system}`;
  return browser ?? system ?? "Unknown device";
}
