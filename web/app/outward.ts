const isLocal = (origin: string): boolean =>
  /^(localhost|127\.[\d.]+|\[::1\])$/.test(URL.parse(origin)?.hostname ?? "");

/** Where others find the chat that one has opened here: `localhost` is somewhere else on each computer. */
export const outwardOrigin = (here: string, origins: readonly string[]): string =>
  isLocal(here) ? (origins.find((origin) => !isLocal(origin)) ?? here) : here;

/** Whether a link can be opened on this computer only. */
export const isOnlyHere = (link: string): boolean => isLocal(link);
