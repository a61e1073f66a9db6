import type { DeviceInfo } from "../../server/protocol/devices.ts";

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
