import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DesiredFleet, FleetPlan } from '../contract/fleet.ts';
import { DEFAULT_FLEET_SETTINGS, type FleetSettings } from '../contract/settings.ts';
import { type ActualStation, planFleet } from './plan.ts';
import { type SpecContext, stationSpec } from './station-spec.ts';

const context: SpecContext = {
  volumeOf: (station) => `conduit-data-${station}`,
  prefix: 'conduit',
  base: '172.30.0.0',
  image: {
    reference: DEFAULT_FLEET_SETTINGS.image,
    id: 'sha256:1',
    digest: null,
    dataDir: '/home/conduit/data',
    user: '1000:1000',
    dialect: { name: 'february', clientsFlag: '--max-common-clients', metricsAddr: true, statsFile: false },
  },
  openFilesLimit: 20_000,
  hostCpus: 4,
};

function desiredWith(
  settings: Partial<FleetSettings>,
  overrides: DesiredFleet['overrides'] = {},
): DesiredFleet {
  return { active: true, settings: { ...DEFAULT_FLEET_SETTINGS, count: 3, ...settings }, overrides };
}

/** The station as the engine has it right after it was made for `desired`. */
function madeFor(desired: DesiredFleet, index: number, state = 'running'): ActualStation {
  const spec = stationSpec(desired, index, context);
  return { ...spec, imageId: spec.image, index, state };
}

function plan(
  desired: DesiredFleet,
  actual: ActualStation[],
  { blocked = new Map<number, string>() }: { blocked?: Map<number, string> } = {},
): FleetPlan {
  return planFleet({
    prefix: context.prefix,
    desired,
    actual,
    specOf: (station) => stationSpec(desired, station, context),
    blocked,
    connectedOf: () => 7,
    hostCpus: context.hostCpus,
  });
}

/** What the engine holds once every step of a plan was carried out. */
function carriedOut(
  steps: FleetPlan['steps'],
  desired: DesiredFleet,
  actual: ActualStation[],
): ActualStation[] {
  const after = new Map(actual.map((station) => [station.index, station]));
  for (const { action, index } of steps) {
    const before = after.get(index);
    if (action === 'remove') after.delete(index);
    else if (action === 'stop' && before !== undefined) after.set(index, { ...before, state: 'exited' });
    else if (action === 'update' && before !== undefined) {
      const { cpus, memoryBytes } = stationSpec(desired, index, context);
      after.set(index, { ...before, cpus, memoryBytes });
    } else if (action !== 'blocked') after.set(index, madeFor(desired, index));
  }
  return [...after.values()];
}

const actions = (result: FleetPlan) => result.steps.map((step) => `${step.action} ${step.index}`);

describe('planFleet', () => {
  it('creates what is missing and removes what is above the count', () => {
    const desired = desiredWith({});
    expect(actions(plan(desired, [madeFor(desired, 2), madeFor(desired, 5)]))).toEqual([
      'create 1',
      'create 3',
      'remove 5',
    ]);
  });

  it('follows proven content and a trial, and no name that leads elsewhere meanwhile', () => {
    const desired = desiredWith({});
    const older = [1, 2, 3].map((index) => ({ ...madeFor(desired, index), imageId: 'sha256:0' }));
    expect(plan(desired, older).steps).toEqual([]);
    const { id, reference, digest } = context.image;
    const proven = plan({ ...desired, proven: { reference, id, digest } }, older);
    expect(actions(proven)).toEqual(['recreate 1', 'recreate 2', 'recreate 3']);
    expect(proven.steps[0]?.changes).toEqual([{ field: 'content', from: '0', to: '1' }]);
    const other = { ...desired, proven: { reference: 'another:1', id, digest } };
    expect(plan(other, older).steps).toEqual([]);
    expect(actions(plan({ ...desired, trial: { reference, id, digest, station: 2 } }, older))).toEqual([
      'recreate 2',
    ]);
  });

  it('changes CPU and memory in place, and names both sides', () => {
    const before = desiredWith({ cpus: 0.5 });
    const after = desiredWith({ cpus: null, memoryMb: 256 });
    const result = plan(
      after,
      [1, 2, 3].map((index) => madeFor(before, index)),
    );
    expect(actions(result)).toEqual(['update 1', 'update 2', 'update 3']);
    expect(result.steps[0]?.changes).toEqual([
      { field: 'cpus', from: '0.5', to: 'no limit' },
      { field: 'memory', from: 'no limit', to: '256 MB' },
    ]);
    expect(result.disconnects).toBe(0);
  });

  it('replaces a container for anything else, and says whom that disconnects', () => {
    const before = desiredWith({});
    const after = desiredWith({ maxClients: 200, loopbackPorts: false });
    const result = plan(
      after,
      [1, 2, 3].map((index) => madeFor(before, index)),
    );
    expect(result.summary).toMatchObject({ recreated: 3, unchanged: 0 });
    expect(result.disconnects).toBe(21);
    expect(result.steps[0]?.changes).toEqual([
      { field: 'maxClients', from: '1000', to: '200' },
      { field: 'loopbackPort', from: '8081', to: 'none' },
    ]);
  });

  it('touches only the station whose override changed', () => {
    const before = desiredWith({});
    const after = desiredWith({}, { '2': { maxClients: 50 } });
    expect(
      actions(
        plan(
          after,
          [1, 2, 3].map((index) => madeFor(before, index)),
        ),
      ),
    ).toEqual(['recreate 2']);
  });

  it('leaves a station stopped that the operator stopped, whatever else changes', () => {
    const desired = desiredWith({ count: 1 }, { '1': { stopped: true } });
    expect(actions(plan(desired, [madeFor(desired, 1)]))).toEqual(['stop 1']);
    expect(plan(desired, [madeFor(desired, 1, 'exited')]).steps).toEqual([]);
    expect(
      plan(desiredWith({ count: 1, maxClients: 9 }, desired.overrides), [madeFor(desired, 1, 'exited')])
        .steps,
    ).toEqual([]);
  });

  it('leaves a crashing station to the engine, which restarts it', () => {
    const desired = desiredWith({ count: 1 });
    expect(plan(desired, [madeFor(desired, 1, 'restarting')]).steps).toEqual([]);
    expect(actions(plan(desired, [madeFor(desired, 1, 'created')]))).toEqual(['start 1']);
  });

  it('starts no station that is blocked, and leaves it alone while it runs', () => {
    const desired = desiredWith({ count: 2 });
    const blocked = new Map([
      [1, 'its key is missing'],
      [2, 'its key is missing'],
    ]);
    const result = plan(desired, [madeFor(desired, 2)], { blocked });
    expect(result.steps).toMatchObject([
      { action: 'blocked', index: 1, reason: 'Not started: its key is missing.' },
    ]);
  });

  it('removes every container of a fleet that was taken down', () => {
    const desired = { ...desiredWith({}), active: false };
    expect(
      plan(
        desired,
        [1, 2].map((index) => madeFor(desired, index)),
      ).summary.removed,
    ).toBe(2);
  });

  it('can be made while the image is not known', () => {
    const planWithoutImage = (desired: DesiredFleet) =>
      planFleet({
        prefix: 'conduit',
        desired,
        actual: [madeFor(desiredWith({}), 1)],
        specOf: () => null,
        blocked: new Map(),
        connectedOf: () => 0,
        hostCpus: 4,
      });
    expect(actions(planWithoutImage(desiredWith({})))).toEqual(['create 2', 'create 3']);
    const moved = planWithoutImage(desiredWith({ image: 'other:1', maxClients: 5 }));
    expect(moved.steps[0]).toMatchObject({
      action: 'recreate',
      changes: [
        { field: 'image', to: 'other:1' },
        { field: 'maxClients', from: '1000', to: '5' },
      ],
    });
  });

  const settings = fc.record({
    count: fc.integer({ min: 1, max: 8 }),
    maxClients: fc.constantFrom(50, 1000),
    bandwidthMbps: fc.constantFrom(-1, 40),
    cpus: fc.constantFrom(null, 0.5, 64),
    memoryMb: fc.constantFrom(null, 128),
    networkMode: fc.constantFrom('cluster' as const, 'host' as const),
  });
  const overrides = fc.dictionary(
    fc.integer({ min: 1, max: 9 }).map(String),
    fc.record(
      { maxClients: fc.constantFrom(10, 20), cpus: fc.constantFrom(null, 1), stopped: fc.boolean() },
      { requiredKeys: [] },
    ),
  );
  const wanted = fc
    .record({ active: fc.boolean(), settings, overrides })
    .map(
      ({ active, ...given }): DesiredFleet => ({ ...desiredWith(given.settings, given.overrides), active }),
    );
  const engine = fc.uniqueArray(
    fc.record({
      index: fc.integer({ min: 1, max: 10 }),
      desired: wanted,
      state: fc.constantFrom('running', 'exited', 'created', 'restarting', 'dead', 'paused'),
    }),
    { selector: ({ index }) => index },
  );

  it('is empty once it was carried out, and carrying out any part of it loses no ground', () => {
    fc.assert(
      fc.property(wanted, engine, fc.nat(20), (desired, found, interruptedAfter) => {
        const actual = found.map((station) => madeFor(station.desired, station.index, station.state));
        const first = plan(desired, actual);
        expect(plan(desired, carriedOut(first.steps, desired, actual)).steps).toEqual([]);
        const partly = carriedOut(first.steps.slice(0, interruptedAfter), desired, actual);
        expect(plan(desired, partly).steps).toEqual(first.steps.slice(interruptedAfter));
      }),
    );
  });

  it('counts each wanted station exactly once', () => {
    fc.assert(
      fc.property(wanted, engine, (desired, found) => {
        const { summary } = plan(
          desired,
          found.map((station) => madeFor(station.desired, station.index, station.state)),
        );
        const { removed, ...rest } = summary;
        const total = Object.values(rest).reduce((sum, value) => sum + value, 0);
        expect(total).toBe(desired.active ? desired.settings.count : 0);
        expect(removed).toBe(
          found.filter(({ index }) => !desired.active || index > desired.settings.count).length,
        );
      }),
    );
  });
});
