import { isIPv4, isIPv6 } from "node:net";
import type { networkInterfaces } from "node:os";

/** What a server is called: DNS names in lower case, addresses as plain text without brackets or zone. */
export interface Names {
  readonly dns: readonly string[];
  readonly addresses: readonly string[];
}

export type Interfaces = ReturnType<typeof networkInterfaces>;

// Bridges between containers and virtual machines on this computer: nobody on the network reaches the chat by them, and they come and go.
const virtual = /^(docker\d|br-[0-9a-f]{6,}|veth|virbr|vmnet|vboxnet|cni|flannel|cali)/;

/** Takes the host name and the network interfaces, gives every name under which people may open this server. */
export function machineNames(hostname: string, interfaces: Interfaces): Names {
  const host = hostNameOf(hostname);
  const onLan = host && host !== "localhost" ? `${host.split(".")[0]}.local` : null;
  const lan = Object.entries(interfaces)
    .filter(([name]) => !virtual.test(name))
    .flatMap(([, addresses]) => addresses ?? [])
    .filter(({ internal, address }) => !internal && usableInBrowser(address))
    .map(({ address }) => address.toLowerCase());
  return {
    dns: unique(["localhost", host, onLan].filter((name) => name !== null)),
    addresses: unique(["127.0.0.1", "::1", ...lan.filter(isIPv4), ...lan.filter(isIPv6)]),
  };
}

/** A host name as certificates may hold it, or null for one that cannot be a DNS name. */
export function hostNameOf(hostname: string): string | null {
  const name = hostname.toLowerCase().replace(/\.$/, "");
  const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
  const labels = name.split(".");
  const last = labels.at(-1) ?? "";
  return name.length <= 253 && labels.every((each) => label.test(each)) && !/^\d+$/.test(last) ? name : null;
}

// A link-local IPv6 address only works with a zone, which no browser takes.
function usableInBrowser(address: string): boolean {
  return isIPv4(address) || (isIPv6(address) && !/^fe[89ab]/i.test(address) && !address.includes("%"));
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
