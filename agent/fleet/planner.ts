/** Makes the plan from the desired fleet and what is on this machine now. Changes nothing. */
import { availableParallelism } from 'node:os';
import { AppError } from '../../lib/contract/errors.ts';
import type { DesiredFleet, FleetPlan, ProvenImage } from '../../lib/contract/fleet.ts';
import { containerName } from '../../lib/fleet/names.ts';
import { planFleet } from '../../lib/fleet/plan.ts';
import { type ImageFacts, type SpecContext, stationSpec } from '../../lib/fleet/station-spec.ts';
import { plural } from '../../lib/format/count.ts';
import type { ContainerSpec } from '../../lib/host/docker-types.ts';
import { findBase, findImage, readImage, specContext } from './environment.ts';
import type { KeyGuard } from './keys.ts';
import type { RollHold } from './roll-hold.ts';
import type { FleetServiceOptions, StationRuntime } from './service.ts';
import type { FleetState } from './state.ts';
import type { StationVolumes } from './volumes.ts';

/** What every part of the fleet works with. */
export interface FleetCore extends FleetServiceOptions {
  state: FleetState;
  keys: KeyGuard;
  volumes: StationVolumes;
  rollHold: RollHold;
  /** Every station that is wanted or exists, by number; from memory. */
  runtimes: () => StationRuntime[];
  /** The content that stations of an image's name are made from; null when the name itself has to say. */
  contentOf: (reference: string) => Omit<ProvenImage, 'reference'> | null;
  /** Images that could not say what they understand, by id: not asked again for a while. */
  notStations: Map<string, { error: AppError; untilMs: number }>;
}

export interface Draft {
  plan: FleetPlan;
  /** Of the fleet; a station on trial may have another. */
  image: ImageFacts | null;
  context: SpecContext | null;
  imageOf: (station: number) => ImageFacts | null;
  specOf: (station: number) => ContainerSpec;
}

/** @throws AppError engine_unavailable, image_unavailable when the image is no station's, host_unsupported */
export async function draftPlan(core: FleetCore, desired: DesiredFleet): Promise<Draft> {
  await core.state.settle();
  await core.state.refresh();
  // What only goes away needs no image.
  const image = desired.active ? await findImage(core, desired.settings.image) : null;
  const base = image === null ? null : await findBase(core, desired);
  const context = image === null || base === null ? null : specContext(core, image, base);
  const trial = desired.active && base !== null ? await trialContext(core, desired, base) : null;
  const contextOf = (station: number) =>
    trial !== null && desired.trial?.station === station ? trial : context;
  const specFrom = (from: SpecContext | null, station: number) =>
    from === null ? null : stationSpec(desired, station, from);
  const count = desired.active ? desired.settings.count : 0;
  await core.keys.check(Array.from({ length: count }, (_, i) => i + 1));
  const plan = planFleet({
    prefix: core.env.prefix,
    desired,
    actual: [...core.state.stations].map(([index, detail]) => ({ ...detail, index })),
    specOf: (station) => specFrom(contextOf(station), station),
    blocked: blockedStations(core),
    connectedOf: core.connectedOf,
    hostCpus: availableParallelism(),
    notes: [...notesOf(desired, context), ...(await displacedNote(core, desired))],
  });
  return {
    plan,
    image,
    context,
    imageOf: (station) => contextOf(station)?.image ?? null,
    specOf(station) {
      const spec = specFrom(contextOf(station), station);
      if (spec !== null) return spec;
      throw new AppError('image_unavailable', {
        message: `The image ${desired.settings.image} is not on this machine.`,
      });
    },
  };
}

/** What the station on trial is made from. @throws AppError image_unavailable when that is gone */
async function trialContext(
  core: FleetCore,
  { trial }: DesiredFleet,
  base: string,
): Promise<SpecContext | null> {
  if (trial === undefined) return null;
  const image = await readImage(core, trial.reference, trial.id);
  if (image !== null) return specContext(core, image, base);
  throw new AppError('image_unavailable', {
    message: `The image ${trial.reference} is gone from this machine.`,
  });
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
  if (desired.active && desired.proven !== undefined && desired.proven.reference !== settings.image)
    notes.push(
      'Another image goes to every station like this, without a trial on one of them: `sudo conduit update --image`, or Update on the Stations page, tries it first.',
    );
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
