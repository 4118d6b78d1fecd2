/** What is wrong with the fleet, in words for people. Pure. */
import type { DesiredFleet, Stranger } from '../../lib/contract/fleet.ts';
import type { Problem } from '../../lib/contract/snapshot.ts';
import { containerName, stationOfName } from '../../lib/fleet/names.ts';
import type { Failure } from './recovery.ts';
import type { HeldRoll } from './roll-hold.ts';

export interface ProblemInput {
  prefix: string;
  volumeOf: (station: number) => string;
  desired: DesiredFleet;
  keyAlarms: ReadonlyMap<number, string>;
  strangers: Stranger[];
  failure: Failure | null;
  held: HeldRoll | null;
  /** A take-down was begun and has not ended. */
  takingDown: boolean;
}

const CODES: Record<string, { code: string; title: string }> = {
  image_unavailable: { code: 'image-unavailable', title: 'The image of the stations cannot be had' },
  port_in_use: { code: 'port-taken', title: 'A port of the stations is taken' },
  disk_full: { code: 'disk-full', title: 'The disk is full' },
};

export function fleetProblems(input: ProblemInput): Problem[] {
  const count = input.desired.active ? input.desired.settings.count : 0;
  return [
    ...[...input.keyAlarms]
      .filter(([station]) => station <= count)
      .map(([station, alarm]) => keyAlarm(input, station, alarm)),
    ...input.strangers.flatMap((stranger) => {
      const station = stationOfName(input.prefix, stranger.name);
      return station !== null && station <= count ? [nameTaken(station, stranger)] : [];
    }),
    ...(input.held === null || count === 0 ? [] : [stoppedRoll(input.held)]),
    ...(input.failure !== null && (count > 0 || input.takingDown)
      ? [incomplete(input.failure, input.takingDown)]
      : []),
  ];
}

function keyAlarm({ prefix, volumeOf }: ProblemInput, station: number, alarm: string): Problem {
  const name = containerName(prefix, station);
  return {
    code: 'key-alarm',
    severity: 'critical',
    title: `The key of ${name} is not what it was`,
    detail: `${name}: ${alarm}. The station is not started or restarted like this: it would make itself a new key and lose its reputation.`,
    remedy: `From a backup: \`sudo conduit restore ARCHIVE --stations ${station}\`. By hand: put the right conduit_key.json back into the volume ${volumeOf(station)}; the station then starts by itself. Or, if it is lost for good and you accept a new identity: move what is left of it away and run \`sudo conduit start ${station} --new-key\`.`,
    station,
  };
}

function nameTaken(station: number, { name, image }: Stranger): Problem {
  return {
    code: 'name-taken',
    severity: 'warning',
    title: `Another container is called ${name}`,
    detail: `A container of the image ${image}, not made by this manager, has the name of station ${station}. It is left alone.`,
    remedy: `Rename or remove it; the station then starts by itself: docker rename ${name} other-name`,
    station,
  };
}

function stoppedRoll({ message, remedy, stations }: HeldRoll): Problem {
  return {
    code: 'roll-stopped',
    severity: 'critical',
    title: 'A change of the fleet was stopped',
    detail: `${message} It goes on by itself as soon as one of them is live.`,
    remedy,
    station: stations[0] ?? null,
  };
}

function incomplete({ code, message, remedy }: Failure, takingDown: boolean): Problem {
  const title = takingDown ? 'The fleet is not down yet' : 'The fleet is not as wanted yet';
  const known = CODES[code] ?? { code: 'fleet-incomplete', title };
  return {
    ...known,
    severity: 'critical',
    detail: `${message.replace(/\.?$/, '.')} It is tried again by itself.`,
    remedy,
    station: null,
  };
}
