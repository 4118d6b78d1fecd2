/** Answers questions about the past from the record. */
import type { HistoryStore } from '../../db/history.ts';
import type { HistoryExportRow, HistoryLines, HistorySeries } from '../../lib/contract/history.ts';
import type { Parsed } from '../../lib/contract/operations.ts';
import {
  type Answer,
  answerLines,
  answerSeries,
  type Wanted,
  wantCountry,
  wantStation,
} from '../../lib/history/answers.ts';
import { answerCountries, answerRows, type CountryTotals } from '../../lib/history/by-name.ts';
import { createFrameReader, FLEET_KEY, type FrameSource } from '../../lib/history/frame.ts';
import { planRange, type RangePlan } from '../../lib/history/query.ts';

export interface Past {
  series(query: Parsed<'history.query'>): HistorySeries;
  lines(query: Parsed<'history.lines'>): HistoryLines;
  /** Countries with too few clients are `other`. */
  rows(query: Parsed<'history.export'>): HistoryExportRow[];
  countries(
    source: 'stations' | 'tracker',
    range: { from: number; to: number },
  ): CountryTotals & { plan: RangePlan };
}

/** Buckets over which countries are added up: fine enough that the edges of a range hardly matter. */
const COUNTRY_POINTS = 300;

export function createPast({
  store,
  now,
  foldBelow,
}: {
  store: HistoryStore;
  now: () => number;
  foldBelow: () => number;
}): Past {
  const reader = createFrameReader();
  function ask<T>(plan: RangePlan, source: FrameSource, answer: Answer<T>): T {
    const { tier, from, to } = plan;
    store.scan({ tier, source, from, to }, Math.floor(now() / 1000), answer.take);
    return answer.done();
  }
  const countries: Past['countries'] = (source, range) => {
    const plan = planRange({ ...range, maxPoints: COUNTRY_POINTS }, now());
    const frames = frameSource(source);
    return { ...ask(plan, frames, answerCountries(frames, reader)), plan };
  };
  /** A country that may not be named has nothing to show of its own. */
  function isFolded(code: string | undefined, source: 'stations' | 'tracker', range: RangePlan): boolean {
    if (code === undefined || foldBelow() === 0) return false;
    const sum = countries(source, { from: range.from * 1000, to: range.to * 1000 }).countries.get(code);
    const peak = source === 'tracker' ? sum?.clients : sum?.connectedMax;
    return (peak ?? 0) < foldBelow();
  }

  return {
    series(query) {
      const plan = planRange(query, now());
      const { station, country, source } = query;
      if (country === undefined && source === undefined) {
        const wanted = wantStation(station ?? FLEET_KEY);
        const series = ask(plan, 'stations', answerSeries(plan, 'stations', wanted, reader));
        return station === undefined ? series : { ...series, stationsRunning: series.t.map(() => null) };
      }
      const frames = frameSource(source ?? 'stations');
      const wanted: Wanted = isFolded(country, source ?? 'stations', plan)
        ? () => false
        : wantCountry(country);
      return ask(plan, frames, answerSeries(plan, frames, wanted, reader));
    },
    lines(query) {
      const plan = planRange(query, now());
      const source: FrameSource = query.by === 'station' ? 'stations' : frameSource(query.source);
      const question = { source, measure: query.measure, top: query.top, foldBelow: foldBelow() };
      return ask(plan, source, answerLines(plan, question, reader));
    },
    rows(query) {
      const plan = planRange(query, now());
      const source: FrameSource = query.by === 'country' ? frameSource(query.source) : 'stations';
      const question = { source, wanted: wantedBy(query.by), foldBelow: foldBelow() };
      return ask(plan, source, answerRows(plan, question, reader));
    },
    countries,
  };
}

function frameSource(source: 'stations' | 'tracker') {
  return source === 'stations' ? 'regions' : 'tracker';
}

function wantedBy(by: 'total' | 'station' | 'country'): Wanted {
  if (by === 'country') return () => true;
  return by === 'total' ? (key) => key === FLEET_KEY : (key) => key !== FLEET_KEY;
}
