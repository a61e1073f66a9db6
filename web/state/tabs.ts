/** The open tabs of this browser, as far as one has to know of another. */
export interface Tabs {
  /** Names this tab, until it is closed or reloaded. */
  readonly me: string;
  /** Calls `then` once when the tab of that name is gone; at once when it already is. */
  whenGone(tab: string, then: () => void): void;
}

const nameOf = (tab: string): string => `secure-chat.tab/${tab}`;

/**
 * Each tab holds a lock for as long as it lives, so whoever is granted that lock knows the tab is gone, even after a
 * crash. A browser without locks is taken to have one tab.
 */
export function lockedTabs(locks: LockManager | undefined, me: string): Tabs {
  locks?.request(nameOf(me), () => new Promise<never>(() => {}));
  return {
    me,
    whenGone(tab, then) {
      if (locks) locks.request(nameOf(tab), then);
      else then();
    },
  };
}
