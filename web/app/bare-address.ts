/** Whether a host is an address of the network rather than a name: browsers know no passkeys there. */
export const isBareAddress = (host: string): boolean => host.startsWith("[") || /^\d+(\.\d+){3}$/.test(host);
