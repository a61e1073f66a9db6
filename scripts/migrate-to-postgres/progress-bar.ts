interface Screen {
  isTerminal: boolean;
  write(text: string): void;
  /** Milliseconds, of any beginning. */
  now(): number;
}

export interface ProgressBar {
  /** How many are done in all. */
  at(done: number): void;
  /** Ends the line. */
  end(): void;
}

const width = 24;
const redrawMs = 100;
const lineMs = 5_000;

/**
 * Shows how far something has come, how fast and how long it will take: on a terminal a bar that is drawn over itself,
 * elsewhere a line now and then. `from` were done before; they say nothing about the speed.
 */
export function progressBar(what: string, all: number, from: number, screen: Screen): ProgressBar {
  const { isTerminal, write, now } = screen;
  const begun = now();
  let shownAt = Number.NEGATIVE_INFINITY;
  let done = from;

  const text = () => {
    const seconds = (now() - begun) / 1000;
    const rate = seconds > 0 ? (done - from) / seconds : 0;
    const left = rate > 0 ? `, ${duration((all - done) / rate)} left` : "";
    const share = all === 0 ? 1 : done / all;
    const filled = Math.round(share * width);
    const bar = isTerminal ? `${"█".repeat(filled)}${"░".repeat(width - filled)} ` : "";
    const percent = `${Math.floor(share * 100)}%`.padStart(4);
    const speed = rate > 0 ? `, ${count(rate)}/s` : "";
    return `  ${what.padEnd(14)}${bar}${percent}  ${count(done)} of ${count(all)} messages${speed}${done < all ? left : ""}`;
  };
  const show = () => {
    shownAt = now();
    write(isTerminal ? `\r${text()}\x1b[K` : `${text()}\n`);
  };
  show();
  return {
    at(reached) {
      done = reached;
      if (now() - shownAt >= (isTerminal ? redrawMs : lineMs)) show();
    },
    end() {
      show();
      if (isTerminal) write("\n");
    },
  };
}

const count = (number: number) => Math.round(number).toLocaleString("en-US");

function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
