/** Makes the plan from the desired fleet and what is on this machine now. Changes nothing. */
import { availableParallelism } from 'node:os';
import { AppError } from '../../lib/contract/errors.ts';
import type { DesiredFleet, FleetPlan } from '../../lib/contract/fleet.ts';
import { containerName } from '../../lib/fleet/names.ts';
import { planFleet } from '../../lib/fleet/plan.ts';
import { type ImageFacts, type SpecContext, stationSpec } from '../../lib/fleet/station-spec.ts';
import { plural } from '../../lib/format/count.ts';
import type { ContainerSpec } from '../../lib/host/docker-types.ts';
import { findBase, findImage, specContext } from './environment.ts';
import type { KeyGuard } from './keys.ts';
import type { FleetServiceOptions, StationRuntime } from './service.ts';
import type { FleetState } from './state.ts';
import type { StationVolumes } from './volumes.ts';

/** What every part of the fleet works with. */
export interface FleetCore extends FleetServiceOptions {
  state: FleetState;
  keys: KeyGuard;
  volumes: StationVolumes;
  /** Every station that is wanted or exists, by number; from memory. */
  runtimes: () => StationRuntime[];
  /** Images that could not say what they understand, by id: not asked again for a while. */
  notStations: Map<string, { error: AppError; untilMs: number }>;
}

export interface Draft {
  plan: FleetPlan;
  image: ImageFacts | null;
  context: SpecContext | null;
  specOf: (station: number) => ContainerSpec;
}

/** @throws AppError engine_unavailable, image_unavailable when the image is no station's, host_unsupported */
export async function draftPlan(core: FleetCore, desired: DesiredFleet): Promise<Draft> {
  await core.state.settle();
  await core.state.refresh();
  // What only goes away needs no image.
  const image = desired.active ? await findImage(core, desired.settings.image) : null;
  const context = image === null ? null : specContext(core, image, await findBase(core, desired));
  const count = desired.active ? desired.settings.count : 0;
  await core.keys.check(Array.from({ length: count }, (_, i) => i + 1));
  const plan = planFleet({
    prefix: core.env.prefix,
    desired,
    actual: [...core.state.stations].map(([index, detail]) => ({ ...detail, index })),
    specOf: (station) => (context === null ? null : stationSpec(desired, station, context)),
    blocked: blockedStations(core),
    connectedOf: core.connectedOf,
    hostCpus: availableParallelism(),
    notes: [...notesOf(desired, context), ...(await displacedNote(core, desired))],
  });
  return {
    plan,
    image,
    context,
    specOf(station) {
      if (context !== null) return stationSpec(desired, station, context);
      throw new AppError('image_unavailable', {
        message: `The image ${desired.settings.image} is not on this machine.`,
      });
    },
  };
}

/** Stations that may not be started, and why. */
export function blockedStations({
  state,
  keys,
  env,
}: Pick<FleetCore, 'state' | 'keys' | 'env'>): Map<number, string> {
  const blocked = new Map(keys.alarms());
  const names = new Map(state.strangers().map((stranger) => [stranger.name, stranger]));
  if (names.size === 0) return blocked;
  for (let station = 1; station <= 10_000; station++) {
    const name = containerName(env.prefix, station);
    if (names.has(name)) blocked.set(station, `a container that is not ours is called ${name}`);
  }
  return blocked;
}

/** Told before it is done: the operator may depend on them. */
async function displacedNote(
  { balancer }: Pick<FleetCore, 'balancer'>,
  { active, settings }: DesiredFleet,
): Promise<string[]> {
  if (!active || settings.networkMode !== 'cluster') return [];
  const sites = await balancer.displaces();
  if (sites.length === 0) return [];
  return [
    `${plural(sites.length, 'site')} of your own nginx will not be served any more: ${sites.join(', ')}. ${balancer.settings().configPath} gives way to the balancer's; it is kept, and comes back with \`conduit uninstall\`. To keep the sites, set another path for the balancer's configuration first.`,
  ];
}

function notesOf(desired: DesiredFleet, context: SpecContext | null): string[] {
  const { settings } = desired;
  const notes: string[] = [];
  if (context === null && desired.active)
    notes.push(`The image ${settings.image} is not on this machine; it is pulled first.`);
  const limit = context?.openFilesLimit ?? null;
  if (limit !== null && limit < settings.openFiles)
    notes.push(
      `The Docker engine can give a station at most ${limit} open files; stations get that instead of ${settings.openFiles}.`,
    );
  if (settings.networkMode === 'host')
    notes.push("On the host's network stations have no balancer, and ports 443 and 5566 are not shared out.");
  return notes;
}
