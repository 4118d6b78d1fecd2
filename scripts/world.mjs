// Draws the world map once, into a file that is committed, and copies the flags: nothing of it is computed in a browser.
// Shapes: Natural Earth (public domain) by way of world-atlas; flags: country-flag-icons (MIT).
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { geoNaturalEarth1, geoPath } from 'd3-geo';
import { feature } from 'topojson-client';

const require = createRequire(import.meta.url);
const codes = require('i18n-iso-countries');
const WIDTH = 960;
/** No shape of its own at this scale below this area, square units: a dot stands for it. */
const DOT_BELOW = 6;
/** Natural Earth has no number for these. */
const BY_NAME = { Kosovo: 'XK', Somaliland: 'SO', 'N. Cyprus': 'CY' };
/** Nobody lives there. */
const LEFT_OUT = new Set(['AQ', 'TF', 'HM', 'BV', 'GS']);

const codeOf = ({ id, properties }) =>
  BY_NAME[properties.name] ??
  (id === undefined ? undefined : codes.numericToAlpha2(String(id).padStart(3, '0')));
const read = (scale) => {
  const topology = JSON.parse(readFileSync(require.resolve(`world-atlas/countries-${scale}.json`), 'utf8'));
  return feature(topology, topology.objects.countries).features;
};

const coarse = read('110m');
const land = { type: 'FeatureCollection', features: coarse.filter((one) => !LEFT_OUT.has(codeOf(one))) };
const projection = geoNaturalEarth1().fitWidth(WIDTH, land);
// What is left of the world begins at the upper edge and ends at the lower one.
const [[, top], [, bottom]] = geoPath(projection).bounds(land);
const [x, y] = projection.translate();
projection.translate([x, y - top]);
const height = Math.ceil(bottom - top);
const draw = geoPath(projection).digits(1);
const shapes = {};
for (const one of coarse) {
  const code = codeOf(one);
  if (code === undefined || LEFT_OUT.has(code)) continue;
  // Somaliland and Northern Cyprus are drawn with the country whose address ranges they share.
  shapes[code] = (shapes[code] ?? '') + draw(one);
}
const dots = {};
for (const one of read('50m')) {
  const code = codeOf(one);
  if (code === undefined || LEFT_OUT.has(code) || shapes[code] !== undefined) continue;
  const [x, y] = draw.centroid(one);
  dots[code] = [Number(x.toFixed(1)), Number(y.toFixed(1))];
}
const small = Object.keys(shapes).filter((code) => {
  const features = coarse.filter((one) => codeOf(one) === code);
  return features.reduce((sum, one) => sum + draw.area(one), 0) < DOT_BELOW;
});

const sorted = (object) => Object.fromEntries(Object.entries(object).sort(([a], [b]) => a.localeCompare(b)));
writeFileSync(
  'components/countries/world-shapes.json',
  `${JSON.stringify({ width: WIDTH, height, shapes: sorted(shapes), dots: sorted(dots) })}\n`,
);

const flags = join(dirname(require.resolve('country-flag-icons/package.json')));
rmSync('public/flags', { recursive: true, force: true });
mkdirSync('public/flags', { recursive: true });
for (const file of readdirSync(join(flags, '3x2')))
  if (/^[A-Z]{2}\.svg$/.test(file)) copyFileSync(join(flags, '3x2', file), join('public/flags', file));
copyFileSync(join(flags, 'LICENSE'), 'public/flags/LICENSE');
process.stdout.write(
  `${Object.keys(shapes).length} shapes, ${Object.keys(dots).length} dots, tiny shapes: ${small.join(' ')}\n`,
);
