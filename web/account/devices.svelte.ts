import type { DeviceInfo } from "../../server/protocol/devices.ts";
import { Loaded } from "../app/loaded.svelte.ts";
import type { Session } from "../app/session.svelte.ts";
import { type DevicesApi, devicesApi } from "../transport/devices-api.ts";

/** The devices one is logged in on. Verbs throw `Refused`. */
export class Devices {
  readonly #session: Session;
  readonly #api: DevicesApi;
  readonly list: Loaded<DeviceInfo[]>;

  constructor(session: Session) {
    this.#session = session;
    this.#api = devicesApi(session.call);
    this.list = new Loaded(() => this.#api.all());
  }

  async label(id: string, label: string): Promise<void> {
    await this.#api.label(id, label);
    await this.list.load();
  }

  async end(id: string): Promise<void> {
    await this.#session.proof.run(() => this.#api.end(id));
    await this.list.load();
  }

  async endOthers(): Promise<void> {
    await this.#session.proof.run(() => this.#api.endOthers());
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
