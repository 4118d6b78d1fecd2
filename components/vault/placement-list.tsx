'use client';

import { ArrowRight } from 'lucide-react';
import type { ArchivedKey } from '../../lib/contract/vault.ts';
import { type JudgedPlacement, type PlacementState, placementWords } from '../../lib/format/placements.ts';
import { Badge, type Tone } from '../ui/badge.tsx';
import { Checkbox } from '../ui/checkbox.tsx';
import { Input } from '../ui/input.tsx';
import { type Choice, slotNumber, stationName } from './vault-words.ts';

const TONES: Record<PlacementState, Tone> = {
  same: 'neutral',
  free: 'ok',
  repair: 'accent',
  replace: 'warn',
  elsewhere: 'critical',
  twice: 'critical',
};

export interface PlacementListProps {
  keys: readonly ArchivedKey[];
  /** One for each key, in the same order. */
  choices: readonly Choice[];
  judged: readonly JudgedPlacement[];
  onChange: (choices: Choice[]) => void;
}

/** One line a key: whether, into which slot, and which Proxy ID that slot has now and would have. */
export function PlacementList({ keys, choices, judged, onChange }: PlacementListProps) {
  const verdicts = new Map(judged.map((one) => [one.volume, one]));
  const chosen = choices.filter((one) => one.chosen).length;
  const edit = (volume: string, change: Partial<Choice>) =>
    onChange(choices.map((one) => (one.volume === volume ? { ...one, ...change } : one)));
  return (
    <div className="overflow-hidden rounded-xl border">
      {/* biome-ignore lint/a11y/noLabelWithoutControl: the control is the box of radix inside */}
      <label className="flex items-center gap-3 border-b bg-sunken px-4 py-2.5 text-sm">
        <Checkbox
          checked={chosen === 0 ? false : chosen === choices.length ? true : 'indeterminate'}
          onCheckedChange={(all) => onChange(choices.map((one) => ({ ...one, chosen: all === true })))}
        />
        {chosen} of {choices.length} chosen
      </label>
      <ul
        aria-label="Keys of the archive"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
        tabIndex={0}
        className="max-h-[40dvh] divide-y overflow-y-auto"
      >
        {keys.map((key, at) => {
          const choice = choices[at];
          return choice === undefined ? null : (
            <Line
              key={key.volume}
              archived={key}
              choice={choice}
              verdict={verdicts.get(key.volume) ?? null}
              onChange={(change) => edit(key.volume, change)}
            />
          );
        })}
      </ul>
    </div>
  );
}

function Line({
  archived,
  choice,
  verdict,
  onChange,
}: {
  archived: ArchivedKey;
  choice: Choice;
  verdict: JudgedPlacement | null;
  onChange: (change: Partial<Choice>) => void;
}) {
  const name = archived.station === null ? archived.volume : stationName(archived);
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2.5">
      <Checkbox
        checked={choice.chosen}
        onCheckedChange={(on) => onChange({ chosen: on === true })}
        aria-label={`Restore ${name}`}
      />
      <span className="min-w-24 font-medium">{name}</span>
      <span className="flex items-center gap-2 text-ink-muted text-sm">
        <ArrowRight className="size-4" aria-hidden />
        slot
        <Input
          aria-label={`Slot for ${name}`}
          aria-invalid={choice.chosen && slotNumber(choice.slot) === null ? true : undefined}
          className="h-8 w-20"
          inputMode="numeric"
          value={choice.slot}
          disabled={!choice.chosen}
          onChange={(event) => onChange({ slot: event.target.value })}
        />
      </span>
      {verdict === null ? null : (
        <Badge tone={TONES[verdict.state]} className="ml-auto">
          {placementWords(verdict)}
        </Badge>
      )}
      <dl className="grid w-full grid-cols-[3.5rem_1fr] gap-x-2 pl-7.5 text-sm">
        <dt className="text-ink-muted">Now</dt>
        <dd className="break-all font-mono text-ink-muted">{verdict?.current ?? '–'}</dd>
        <dt className="text-ink-muted">Then</dt>
        <dd className="break-all font-mono">{archived.proxyId}</dd>
      </dl>
    </li>
  );
}
