/** What is wrong now, in words for people: the engine, the host, and the stations taken together. Pure. */
import type { Problem, Snapshot } from '../../lib/contract/snapshot.ts';
import { hostProblems } from '../../lib/doctor/host-problems.ts';
import { numberRanges, plural } from '../../lib/format/count.ts';
import type { JudgedStation } from './snapshot.ts';
import { isCrashLooping } from './station-track.ts';

export interface ProblemInput {
  engine: Snapshot['engine'];
  host: Snapshot['host'];
  stations: readonly JudgedStation[];
  wanted: number;
}

const ORDER = { critical: 0, warning: 1, info: 2 };

export function findProblems(input: ProblemInput): Problem[] {
  return [
    engineDown(input),
    fleetEmpty(input),
    stationsFailing(input),
    upgradeRequired(input),
    ...hostProblems(input.host),
  ].filter((problem) => problem !== null);
}

/** @param problem why nothing is written; null while all is well */
export function historyProblems(problem: string | null): Problem[] {
  if (problem === null) return [];
  return [
    {
      code: 'history-stopped',
      severity: 'warning',
      title: 'History is not written',
      detail: problem,
      remedy: 'Look at the free space of the disk. It is tried again every ten seconds.',
      station: null,
    },
  ];
}

/** The worst first; equally bad ones stay as they were. */
export function bySeverity(problems: readonly Problem[]): Problem[] {
  return [...problems].sort((a, b) => ORDER[a.severity] - ORDER[b.severity]);
}

function engineDown({ engine }: ProblemInput): Problem | null {
  if (engine.state === 'up') return null;
  return {
    code: 'docker-down',
    severity: 'critical',
    title: 'Docker does not answer',
    detail: `${engine.message ?? 'The Docker engine cannot be reached.'} Stations cannot be started, stopped or changed.`,
    remedy: 'Start it with `systemctl start docker`; everything else recovers by itself.',
    station: null,
  };
}

function fleetEmpty({ wanted, engine }: ProblemInput): Problem | null {
  if (wanted > 0 || engine.state === 'down') return null;
  return {
    code: 'fleet-empty',
    severity: 'info',
    title: 'No stations yet',
    detail: 'The fleet is not running: no stations are wanted.',
    remedy: 'Choose a number of stations in the settings, or run `conduit scale 3`.',
    station: null,
  };
}

/** One problem for all of them: forty stations behind a broken network are one thing to look at, not forty. */
function stationsFailing({ stations, wanted, engine }: ProblemInput): Problem | null {
  if (engine.state === 'down') return null;
  const looping = stations.filter(({ track }) => track.runtime.wanted && isCrashLooping(track));
  const silent = stations.filter(({ verdict }) => verdict.state === 'unresponsive');
  const down = stations.filter(({ verdict }) => verdict.state === 'exited');
  const failing = [...new Set([...looping, ...silent, ...down])];
  const [only] = failing;
  if (only === undefined) return null;
  const detail = [
    sentence(silent, 'does not answer', 'do not answer'),
    sentence(looping, 'keeps ending and being restarted', 'keep ending and being restarted'),
    sentence(
      down.filter((station) => !looping.includes(station)),
      'has ended',
      'have ended',
    ),
  ];
  return {
    code: 'stations-failing',
    severity: failing.length >= wanted ? 'critical' : 'warning',
    title:
      failing.length === 1
        ? `Station ${only.snapshot.index} is failing`
        : `${plural(failing.length, 'station')} are failing`,
    detail: detail.filter((text) => text !== null).join(' '),
    remedy: `Its log says why: \`conduit logs ${only.snapshot.index}\`. A restart helps a station that hangs: \`conduit restart ${only.snapshot.index}\`.`,
    station: failing.length === 1 ? only.snapshot.index : null,
  };
}

function upgradeRequired({ stations }: ProblemInput): Problem | null {
  const old = stations.filter(({ track }) => track.upgradeRequired);
  if (old.length === 0) return null;
  return {
    code: 'upgrade-required',
    severity: 'critical',
    title: 'A newer version of Conduit is required',
    detail: `${sentence(old, 'says', 'say')?.slice(0, -1)} that the Psiphon network needs a newer version of the station's program. They get no clients until then.`,
    remedy: 'Update the stations: `sudo conduit update`, or the Update button of the Stations page.',
    station: null,
  };
}

function sentence(stations: readonly JudgedStation[], one: string, many: string): string | null {
  if (stations.length === 0) return null;
  const numbers = numberRanges(stations.map(({ snapshot }) => snapshot.index));
  return stations.length === 1 ? `Station ${numbers} ${one}.` : `Stations ${numbers} ${many}.`;
}
