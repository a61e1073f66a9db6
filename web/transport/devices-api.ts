import type { DeviceInfo } from "../../server/protocol/devices.ts";
import type { Call } from "./call.ts";

/** One's own sessions. Each call gives the answer or throws `Refused`. */
export interface DevicesApi {
  all(): Promise<DeviceInfo[]>;
  label(id: string, label: string): Promise<void>;
  end(id: string): Promise<void>;
  endOthers(): Promise<void>;
}

export const devicesApi = (call: Call): DevicesApi => ({
  all: () => call("GET", "/api/account/sessions"),
  label: (id, label) => call("PUT", `/api/account/sessions/${id}`, { label }),
  end: (id) => call("DELETE", `/api/account/sessions/${id}`),
  endOthers: () => call("DELETE", "/api/account/sessions"),
});
