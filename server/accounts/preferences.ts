import type { Bound } from "../limits/guess-limits.ts";
import { spend } from "../limits/rate-limit.ts";
import type { PreferencesChange } from "../protocol/preferences.ts";
import { Refusal } from "../refusal.ts";
import type { Session } from "../store/sessions.ts";
import type { Store } from "../store/store.ts";

export interface PreferencesDeps {
  preferences: Store["preferences"];
  bound: Bound;
}

export type ChangePreferences = ReturnType<typeof changingPreferences>;

/** Gives the function that changes some of one's own preferences, of which all one's devices hear. */
export function changingPreferences({ preferences, bound }: PreferencesDeps) {
  const rate = bound("preferences", 60, 60);
  return async ({ userId }: Session, change: PreferencesChange): Promise<void> => {
    spend(rate, userId);
    if ((await preferences.change(userId, change)) === null) throw new Refusal("not_signed_in");
  };
}
