/** What is wrong with the tracker, in words. Pure. */
import type { TrackerState } from '../../lib/contract/countries.ts';
import type { Problem } from '../../lib/contract/snapshot.ts';
import type { WindowReport } from '../../lib/tracker/messages.ts';

/** A share of packets that shows in the figures. */
const MANY_DROPS = 0.005;

export function trackerProblems(
  { state, message, settings, geo }: Pick<TrackerState, 'state' | 'message' | 'settings' | 'geo'>,
  recent: readonly Pick<WindowReport, 'packets' | 'dropped'>[],
): Problem[] {
  return [
    ...(state === 'waiting'
      ? [
          problem(
            'tracker-waiting',
            'Countries are not counted',
            message ?? 'The tracker waits.',
            'It is tried again by itself. Stations of 2.x report their countries all the same.',
          ),
        ]
      : []),
    ...dropsProblem(recent, settings.capture),
    ...(geo.error === null
      ? []
      : [
          problem(
            'geoip-unusable',
            'The database of countries cannot be used',
            `${geo.error} ${geo.name === null ? 'No other is there.' : `${geo.name} is used instead.`}`,
            'Put the file in place, or choose another in the settings.',
          ),
        ]),
  ];
}

function dropsProblem(
  recent: readonly Pick<WindowReport, 'packets' | 'dropped'>[],
  capture: TrackerState['settings']['capture'],
): Problem[] {
  const dropped = recent.reduce((sum, window) => sum + window.dropped, 0);
  const packets = recent.reduce((sum, window) => sum + window.packets, 0);
  if (packets === 0 || dropped / packets < MANY_DROPS) return [];
  const percent = ((100 * dropped) / packets).toFixed(1);
  return [
    problem(
      'tracker-drops',
      'The tracker misses packets',
      `${percent} % of the packets of the last windows were not counted; countries show less than there is.`,
      capture === 'tcpdump' ? 'Let the kernel count instead: settings, Countries, capture.' : null,
    ),
  ];
}

function problem(code: string, title: string, detail: string, remedy: string | null): Problem {
  return { code, severity: 'warning', title, detail, remedy, station: null };
}
