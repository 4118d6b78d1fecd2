'use client';

import { type KeyboardEvent, memo, type PointerEvent, useId, useMemo, useRef, useState } from 'react';
import type { CountriesReport, CountryRow } from '../../lib/contract/countries.ts';
import { countryName } from '../../lib/format/country.ts';
import { amountOf, type Measure, measureLabel, shadeEdges, shadeOf, valueText } from './country-words.ts';
import world from './world-shapes.json' with { type: 'json' };

const SHAPES = Object.entries(world.shapes);
const DOTS = Object.entries(world.dots) as [string, [number, number]][];
const FILLS = ['fill-line', 'fill-map-1', 'fill-map-2', 'fill-map-3', 'fill-map-4', 'fill-map-5'];

/** The whole map is one stop of the tab key. */
const ONE_STOP = { tabIndex: 0 };

export interface WorldMapProps {
  rows: CountryRow[];
  source: CountriesReport['source'];
  measure: Measure;
  onChoose: (code: string) => void;
}

/**
 * The world, shaded. One stop of the tab key: arrows go from country to country in the order of the figures, Enter
 * opens one. The table beside it says the same.
 */
export function WorldMap({ rows, source, measure, onChoose }: WorldMapProps) {
  const [active, setActive] = useState<string | null>(null);
  const [place, setPlace] = useState<{ x: number; y: number } | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const help = useId();
  const byCode = useMemo(() => new Map(rows.map((row) => [row.code, row])), [rows]);
  const order = useMemo(
    () => rows.filter(({ code }) => code in world.shapes || code in world.dots).map(({ code }) => code),
    [rows],
  );
  const largest = Math.max(0, ...rows.map((row) => amountOf(row, measure)));
  const shades = useMemo(() => {
    const found = new Map<string, number>();
    for (const row of rows) found.set(row.code, shadeOf(amountOf(row, measure), largest));
    return found;
  }, [rows, measure, largest]);

  function onKeyDown(event: KeyboardEvent): void {
    const at = active === null ? -1 : order.indexOf(active);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step !== undefined && order.length > 0) {
      event.preventDefault();
      setPlace(null);
      setActive(order[(at + step + order.length) % order.length] ?? null);
    } else if ((event.key === 'Enter' || event.key === ' ') && active !== null) {
      event.preventDefault();
      onChoose(active);
    } else if (event.key === 'Escape') setActive(null);
  }

  function onPointerMove(event: PointerEvent): void {
    const code = codeAt(event);
    setActive(code);
    const frame = box.current?.getBoundingClientRect();
    setPlace(
      code === null || frame === undefined
        ? null
        : { x: event.clientX - frame.left, y: event.clientY - frame.top },
    );
  }

  const chosen = active === null ? undefined : byCode.get(active);
  return (
    <figure className="flex flex-col gap-3">
      <div ref={box} className="relative">
        {/* biome-ignore lint/a11y/useSemanticElements: a map of shapes is no button */}
        <div
          role="group"
          aria-label={`World map by ${measureLabel(measure, source).toLowerCase()}`}
          aria-describedby={help}
          {...ONE_STOP}
          onKeyDown={onKeyDown}
          onPointerMove={onPointerMove}
          onPointerLeave={() => {
            setActive(null);
            setPlace(null);
          }}
          onClick={(event) => {
            const code = codeAt(event);
            if (code !== null && byCode.has(code)) onChoose(code);
          }}
          onBlur={() => setActive(null)}
          className="rounded-xl"
        >
          <Shapes shades={shades} active={active} />
        </div>
        {active === null ? null : (
          <Callout code={active} row={chosen} measure={measure} source={source} place={place} />
        )}
      </div>
      <p id={help} className="sr-only">
        Arrow keys go from country to country, the largest first; Enter shows one over time. The table says
        the same.
      </p>
      <p className="sr-only" role="status">
        {active === null || place !== null ? '' : sayCountry(active, chosen, measure)}
      </p>
      {largest > 0 ? <Legend largest={largest} measure={measure} source={source} /> : null}
    </figure>
  );
}

function sayCountry(code: string, row: CountryRow | undefined, measure: Measure): string {
  return `${countryName(code)}: ${row === undefined ? 'nobody' : valueText(amountOf(row, measure), measure)}`;
}

function codeAt(event: { target: EventTarget }): string | null {
  return event.target instanceof SVGElement ? (event.target.dataset.code ?? null) : null;
}

/** Two hundred shapes are drawn anew only when their shades change, not with every move of the pointer. */
const Shapes = memo(function Shapes({
  shades,
  active,
}: {
  shades: ReadonlyMap<string, number>;
  active: string | null;
}) {
  return (
    <svg viewBox={`0 0 ${world.width} ${world.height}`} aria-hidden="true" className="h-auto w-full">
      <Land shades={shades} />
      {active !== null && active in world.shapes ? (
        <path
          d={(world.shapes as Record<string, string>)[active]}
          className="pointer-events-none fill-none stroke-ink"
          strokeWidth={1.5}
        />
      ) : null}
      {active !== null && active in world.dots ? <ActiveDot code={active} /> : null}
    </svg>
  );
});

function ActiveDot({ code }: { code: string }) {
  const dot = DOTS.find(([one]) => one === code)?.[1];
  if (dot === undefined) return null;
  return (
    <circle
      cx={dot[0]}
      cy={dot[1]}
      r={6}
      className="pointer-events-none fill-none stroke-ink"
      strokeWidth={1.5}
    />
  );
}

const Land = memo(function Land({ shades }: { shades: ReadonlyMap<string, number> }) {
  const fill = (code: string) => FILLS[shades.get(code) ?? 0];
  return (
    <>
      {SHAPES.map(([code, d]) => (
        <path
          key={code}
          data-code={code}
          d={d}
          className={`${fill(code)} stroke-surface`}
          strokeWidth={0.6}
        />
      ))}
      {DOTS.filter(([code]) => (shades.get(code) ?? 0) > 0).map(([code, [x, y]]) => (
        <circle
          key={code}
          data-code={code}
          cx={x}
          cy={y}
          r={3.5}
          className={`${fill(code)} stroke-surface`}
          strokeWidth={1}
        />
      ))}
    </>
  );
});

const EDGE_PIXELS = 110;

function Callout({
  code,
  row,
  measure,
  source,
  place,
}: {
  code: string;
  row: CountryRow | undefined;
  measure: Measure;
  source: CountriesReport['source'];
  place: { x: number; y: number } | null;
}) {
  return (
    <div
      aria-hidden
      className="pointer-events-none absolute z-10 w-max max-w-56 -translate-x-1/2 rounded-lg border bg-surface px-3 py-2 text-sm shadow-floating"
      style={
        place === null
          ? { left: '50%', bottom: 0 }
          : {
              left: `clamp(${EDGE_PIXELS}px, ${place.x}px, calc(100% - ${EDGE_PIXELS}px))`,
              top: place.y > 90 ? place.y - 70 : place.y + 20,
            }
      }
    >
      <p className="font-medium">{countryName(code)}</p>
      <p className="text-ink-muted">
        {row === undefined
          ? 'Nobody'
          : `${measureLabel(measure, source)}: ${valueText(amountOf(row, measure), measure)}`}
      </p>
    </div>
  );
}

function Legend({
  largest,
  measure,
  source,
}: {
  largest: number;
  measure: Measure;
  source: CountriesReport['source'];
}) {
  const edges = shadeEdges(largest);
  return (
    <figcaption className="flex flex-wrap items-center gap-x-4 gap-y-1 text-ink-muted text-sm">
      <span>{measureLabel(measure, source)}</span>
      <span className="flex items-center gap-1.5">
        <svg width="120" height="10" viewBox="0 0 120 10" aria-hidden="true">
          {edges.map((_, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: five fixed steps
            <rect key={i} x={i * 24} width="24" height="10" className={FILLS[i + 1]} />
          ))}
        </svg>
        few to {valueText(measure === 'traffic' ? largest : Math.ceil(largest), measure)}
      </span>
    </figcaption>
  );
}
