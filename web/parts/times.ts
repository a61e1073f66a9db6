const day = 86_400_000;

const format = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat(undefined, options);

const clock = format({ timeStyle: "short" });
const weekday = format({ weekday: "long" });
const thisYear = format({ weekday: "short", day: "numeric", month: "long" });
const otherYear = format({ day: "numeric", month: "long", year: "numeric" });
const shortWeekday = format({ weekday: "short" });
const shortDate = format({ day: "numeric", month: "short" });
const shortYear = format({ dateStyle: "short" });
const full = format({ dateStyle: "full", timeStyle: "medium" });
const brief = format({ dateStyle: "long", timeStyle: "short" });
const date = format({ dateStyle: "long" });

/** The local day of a moment, as the moment it began. */
export const dayOf = (at: number): number => new Date(at).setHours(0, 0, 0, 0);

/** The local day of a moment, as fields for days have it: "2026-11-30". */
export function isoDay(at: number): string {
  const when = new Date(at);
  return `${when.getFullYear()}-${two(when.getMonth() + 1)}-${two(when.getDate())}`;
}

export const timeOf = (at: number): string => clock.format(at);
export const fullTimeOf = (at: number): string => full.format(at);
export const dateTimeOf = (at: number): string => brief.format(at);
export const dateOf = (at: number): string => date.format(at);

/** What a person would call the day of `at`, looking back from `now`. */
export function dayName(at: number, now: number): string {
  const back = Math.round((dayOf(now) - dayOf(at)) / day);
  if (back === 0) return "Today";
  if (back === 1) return "Yesterday";
  if (back > 1 && back < 7) return weekday.format(at);
  return new Date(at).getFullYear() === new Date(now).getFullYear()
    ? thisYear.format(at)
    : otherYear.format(at);
}

/** The moment as short as a list has room for: a time today, then a day, then a date. */
export function shortTime(at: number, now: number): string {
  const back = Math.round((dayOf(now) - dayOf(at)) / day);
  if (back <= 0) return timeOf(at);
  if (back === 1) return "Yesterday";
  if (back < 7) return shortWeekday.format(at);
  return (new Date(at).getFullYear() === new Date(now).getFullYear() ? shortDate : shortYear).format(at);
}

const two = (count: number): string => String(count).padStart(2, "0");

/** How long something still is: "0:09", "1:02:03"; days in words. */
export function leftOf(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  if (hours >= 48) return `${Math.floor(hours / 24)} days`;
  const clock = hours > 0 ? `${hours}:${two(minutes)}` : `${minutes}`;
  return `${clock}:${two(seconds % 60)}`;
}
