'use client';

import { Pause, Play } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { AppError, type ErrorBody } from '../../lib/contract/errors.ts';
import { type LogLine, logLineSchema } from '../../lib/contract/fleet.ts';
import { formatClock } from '../../lib/format/time.ts';
import { readStream } from '../live/read-stream.ts';
import { Button } from '../ui/button.tsx';
import { Card, CardBody, CardHeader } from '../ui/card.tsx';
import { cn } from '../ui/cn.ts';
import { ErrorNote } from '../ui/note.tsx';
import { SearchInput } from '../ui/search-input.tsx';
import { Switch } from '../ui/switch.tsx';

/** More than this a browser shows slowly; the station keeps 45 MB. */
const MAX_LINES = 2000;
const RETRY_MS = 3000;
const INKS: Record<LogLine['kind'], string> = {
  info: 'text-ink',
  stats: 'text-ink-muted',
  warning: 'text-warn',
  error: 'text-critical',
  noise: 'text-ink-faint',
};

/** What a station writes, as it writes it. Addresses were taken out before it left the agent. */
export function StationLog({ station }: { station: number }) {
  const { lines, error } = useStationLog(station);
  const [search, setSearch] = useState('');
  const [showNoise, setShowNoise] = useState(false);
  const [paused, setPaused] = useState<readonly LogLine[] | null>(null);
  const shown = useMemo(() => {
    const wanted = search.trim().toLowerCase();
    return (paused ?? lines).filter(
      (line) =>
        (showNoise || line.kind !== 'noise') && (wanted === '' || line.text.toLowerCase().includes(wanted)),
    );
  }, [lines, paused, search, showNoise]);
  return (
    <Card>
      <CardHeader
        title="Log"
        description="Newest at the end. Lines that look like errors and are normal are hidden."
        actions={
          <Button
            size="sm"
            onClick={() => setPaused(paused === null ? lines : null)}
            aria-pressed={paused !== null}
          >
            {paused === null ? <Pause aria-hidden /> : <Play aria-hidden />}
            {paused === null ? 'Pause' : 'Go on'}
          </Button>
        }
      />
      <CardBody className="flex flex-col gap-4">
        <div className="flex flex-wrap items-center gap-x-6 gap-y-3">
          <SearchInput
            label="Search the log"
            className="min-w-48 flex-1"
            value={search}
            onChange={setSearch}
          />
          {/* biome-ignore lint/a11y/noLabelWithoutControl: the switch inside is the control */}
          <label className="flex items-center gap-2 text-sm">
            <Switch checked={showNoise} onCheckedChange={setShowNoise} />
            Show noise
          </label>
        </div>
        {error ? <ErrorNote error={error} /> : null}
        <Lines lines={shown} follow={paused === null} />
      </CardBody>
    </Card>
  );
}

function Lines({ lines, follow }: { lines: readonly LogLine[]; follow: boolean }) {
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new line moves the end
  useEffect(() => {
    const element = box.current;
    if (element && follow && atEnd.current) element.scrollTop = element.scrollHeight;
  }, [lines, follow]);
  return (
    <div
      ref={box}
      role="log"
      aria-label="Log lines"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
      tabIndex={0}
      onScroll={({ currentTarget: element }) => {
        atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < 40;
      }}
      className="h-80 overflow-auto rounded-lg bg-sunken p-3 font-mono text-xs leading-relaxed"
    >
      {lines.length === 0 ? <p className="text-ink-muted">Nothing to show.</p> : null}
      {lines.map((line, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no name, and equal lines are equal
        <p key={`${line.at}-${i}`} className={cn('whitespace-pre-wrap break-words', INKS[line.kind])}>
          {line.at === null ? null : (
            <span className="mr-2 select-none text-ink-faint">{formatClock(line.at)}</span>
          )}
          {line.text}
        </p>
      ))}
    </div>
  );
}

function useStationLog(station: number): { lines: readonly LogLine[]; error: ErrorBody | null } {
  const [lines, setLines] = useState<readonly LogLine[]>([]);
  const [error, setError] = useState<ErrorBody | null>(null);
  useEffect(() => {
    const left = new AbortController();
    void (async () => {
      while (!left.signal.aborted) {
        try {
          let fresh = true;
          for await (const line of readStream(`/api/stations/${station}/logs`, logLineSchema, left.signal)) {
            // Each stream begins with the last lines again.
            const restart = fresh;
            fresh = false;
            setError(null);
            setLines((before) => [...(restart ? [] : before), line].slice(-MAX_LINES));
          }
        } catch (failure) {
          const known =
            failure instanceof AppError
              ? failure
              : new AppError('internal', { message: 'The log cannot be followed.' });
          setError(known.toJSON());
        }
        if (!left.signal.aborted) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    })();
    return () => left.abort();
  }, [station]);
  return { lines, error };
}
