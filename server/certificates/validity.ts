export const day = 86_400_000;

/** Browsers refuse a server certificate that is valid for longer. */
export const serverDays = 397;
export const authorityDays = 3650;
/** With fewer days left than this the start makes a new one. */
export const renewalDays = 30;

/** Slightly in the past, because the clocks of phones and laptops differ. Whole seconds, as certificates count. */
export function backdated(now: number): Date {
  return new Date(Math.floor((now - day) / 1000) * 1000);
}

/** Both ends count as valid, so a span of that many days ends one second earlier. */
export function daysAfter(start: Date, days: number): Date {
  return new Date(start.getTime() + days * day - 1000);
}
