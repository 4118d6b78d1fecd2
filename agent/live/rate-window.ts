/** How fast a counter grows, over the last few samples: steadier than the difference of two, and fair to uneven ones. */
export interface RateWindow {
  /** @param atMs a clock that never goes back. A value that fell is a counter that began again. */
  add(atMs: number, value: number): void;
  /** 0 before there are two samples; never negative. */
  perSecond(): number;
  clear(): void;
}

const SPAN_MS = 10_000;

export function createRateWindow(): RateWindow {
  const times: number[] = [];
  const values: number[] = [];
  const clear = () => {
    times.length = 0;
    values.length = 0;
  };
  return {
    add(atMs, value) {
      if (value < (values.at(-1) ?? 0)) clear();
      times.push(atMs);
      values.push(value);
      // The sample at the edge stays, so that the window is never shorter than its span.
      while ((times[1] ?? atMs) < atMs - SPAN_MS) {
        times.shift();
        values.shift();
      }
    },
    perSecond() {
      const ms = (times.at(-1) ?? 0) - (times[0] ?? 0);
      return ms <= 0 ? 0 : (((values.at(-1) ?? 0) - (values[0] ?? 0)) * 1000) / ms;
    },
    clear,
  };
}
