/** Which sources have something to say about countries, and what each leaves out. Pure. */
import type { CountriesReport, TrackerState } from '../../lib/contract/countries.ts';
import { plural } from '../../lib/format/count.ts';

export interface SourceFacts {
  stations: { running: number; reporting: number };
  /** Whose figures are in the record. */
  recorded: { stations: boolean; tracker: boolean };
  tracker: TrackerState;
  hasLegacy: boolean;
}

type Source = CountriesReport['sources'][number];

/** In the order of truth. */
export function describeSources({ stations, recorded, tracker, hasLegacy }: SourceFacts): Source[] {
  return [
    {
      source: 'stations',
      available: stations.reporting > 0 || recorded.stations,
      note: stationsNote(stations),
    },
    {
      source: 'tracker',
      available: tracker.state === 'running' || recorded.tracker,
      note: trackerNote(tracker),
    },
    {
      source: 'legacy',
      available: hasLegacy,
      note: hasLegacy
        ? 'Totals that version 1 had estimated before it was migrated; they have no dates.'
        : 'Nothing was taken over from version 1.',
    },
  ];
}

function stationsNote({ running, reporting }: SourceFacts['stations']): string | null {
  if (running === 0) return 'No station is running.';
  if (reporting === running) return null;
  const others = running - reporting;
  return `${plural(others, 'running station')} of ${running} ${others === 1 ? 'does' : 'do'} not report countries: images before 2.0 cannot.`;
}

function trackerNote({ state, message, settings }: TrackerState): string | null {
  if (state === 'off') return 'The tracker is switched off.';
  if (state !== 'running') return message ?? 'The tracker is starting.';
  return settings.preset === 'frontend'
    ? 'Counts what reaches the balancer’s ports. Clients that a station reaches by WebRTC on other ports are not in it.'
    : 'Counts everything but SSH on the main interface, the stations’ own connections to Psiphon’s servers included.';
}
