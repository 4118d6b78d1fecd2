import { describe, expect, it } from 'vitest';
import type { DesiredFleet } from '../contract/fleet.ts';
import { DEFAULT_FLEET_SETTINGS } from '../contract/settings.ts';
import { SHAPE_LABEL } from './names.ts';
import { byDigest, wantedContent, withProven } from './proven-image.ts';
import { shapeLabel } from './station-shape.ts';

const reference = 'example/station:latest';
const desired: DesiredFleet = {
  active: true,
  settings: { ...DEFAULT_FLEET_SETTINGS, image: reference },
  overrides: {},
};
const proven = { reference, id: 'sha256:old', digest: null };

function madeFrom(imageId: string, image = reference) {
  const shape = {
    image,
    dialect: 'february',
    maxClients: 1,
    bandwidthMbps: 1,
    networkMode: 'cluster' as const,
    address: null,
    loopbackPort: null,
    openFiles: 1024,
    metricsEndpoint: null,
  };
  return { imageId, labels: { [SHAPE_LABEL]: shapeLabel(shape) } };
}

describe('the content stations are made from', () => {
  it('is what is proven, whatever runs', () => {
    expect(wantedContent({ ...desired, proven }, [madeFrom('sha256:new')], reference)?.id).toBe('sha256:old');
  });

  it('is what most stations have where nothing is proven yet, and the name’s own where there are none', () => {
    const stations = [
      madeFrom('sha256:a'),
      madeFrom('sha256:b'),
      madeFrom('sha256:b'),
      madeFrom('sha256:c', 'other'),
    ];
    expect(wantedContent(desired, stations, reference)).toEqual({ id: 'sha256:b', digest: null });
    expect(wantedContent(desired, [], reference)).toBeNull();
  });

  it('is not that of another name', () => {
    expect(wantedContent({ ...desired, proven }, [], 'example/other:1')).toBeNull();
  });

  it('is noted for the image that is wanted, and for no other', () => {
    const other = { ...proven, reference: 'example/other:1' };
    expect(withProven(desired, proven).proven).toEqual(proven);
    expect(withProven(desired, other)).toBe(desired);
    const noted = { ...desired, proven };
    expect(withProven(noted, proven)).toBe(noted);
  });
});

it.each([
  ['ghcr.io/a/b:latest', 'ghcr.io/a/b@sha256:1'],
  ['localhost:5000/a', 'localhost:5000/a@sha256:1'],
  [`a/b@sha256:${'0'.repeat(64)}`, 'a/b@sha256:1'],
])('%s by its digest is %s', (name, expected) => {
  expect(byDigest(name, 'sha256:1')).toBe(expected);
});
