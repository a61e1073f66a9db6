/** The open tabs of this browser. */
export interface Tabs {
  /** Names this tab, until it is closed or reloaded. */
  readonly me: string;
  /** Calls `then` once when the tab of that name is gone; at once when it already is. */
  whenGone(tab: string, then: () => void): void;
}

const nameOf = (tab: string): string => `secure-chat.tab/${tab}`;

/**
 * Each tab holds a lock for as long as it lives, so whoever is granted that lock knows the tab is gone, even after a
 * crash. A browser that has no locks, or refuses them as it refuses storage, is taken to have one tab.
 */
export function lockedTabs(open: () => LockManager | undefined, me: string): Tabs {
  /** Waits for a lock; false where the browser gives none. */
  async function hold(tab: string, run: () => unknown): Promise<boolean> {
    let isGranted = false;
    const granted = () => {
      isGranted = true;
      return run();
    };
    try {
      const locks = open();
      if (!locks) return false;
      await locks.request(nameOf(tab), granted);
    } catch (error) {
      if (isGranted) throw error;
    }
    return isGranted;
  }
  void hold(me, () => new Promise<never>(() => {}));
  return {
    me,
    async whenGone(tab, then) {
      if (!(await hold(tab, then))) then();
    },
  };
}
