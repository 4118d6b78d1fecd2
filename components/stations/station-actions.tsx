'use client';

import { Play, RotateCw, Square } from 'lucide-react';
import { useState } from 'react';
import type { StationSnapshot } from '../../lib/contract/snapshot.ts';
import { plural } from '../../lib/format/count.ts';
import type { Result } from '../data/result.ts';
import { useAction } from '../data/use-action.ts';
import { useJobs } from '../jobs/jobs-provider.tsx';
import { AlertDialog } from '../ui/alert-dialog.tsx';
import { Button } from '../ui/button.tsx';
import { Checkbox } from '../ui/checkbox.tsx';
import { Label } from '../ui/label.tsx';
import { ErrorNote } from '../ui/note.tsx';

type StationAction = (input: {
  stations: number[];
  drainSeconds?: number;
}) => Promise<Result<{ jobId: string }>>;

/** Server actions, handed in by the page because components know no pages. */
export interface StationActions {
  start: StationAction;
  stop: StationAction;
  restart: StationAction;
}

type Verb = keyof StationActions;
const WORDS: Record<Verb, { label: string; title: (what: string) => string; cuts: boolean }> = {
  start: { label: 'Start', title: (what) => `Start ${what}?`, cuts: false },
  stop: { label: 'Stop', title: (what) => `Stop ${what}?`, cuts: true },
  restart: { label: 'Restart', title: (what) => `Restart ${what}?`, cuts: true },
};

/** Start, stop and restart for one station or many; asks first, and says whom it disconnects. */
export function StationActionButtons({
  stations,
  actions,
  size = 'md',
}: {
  stations: StationSnapshot[];
  actions: StationActions;
  size?: 'sm' | 'md';
}) {
  const [asked, setAsked] = useState<Verb | null>(null);
  const [atOnce, setAtOnce] = useState(false);
  const start = useAction(actions.start);
  const stop = useAction(actions.stop);
  const restart = useAction(actions.restart);
  const handles = { start, stop, restart };
  const { track } = useJobs();
  const what = stations.length === 1 ? (stations[0]?.name ?? '') : plural(stations.length, 'station');
  const people = stations.reduce((sum, station) => sum + station.connected, 0);
  const error = start.error ?? stop.error ?? restart.error;

  function ask(verb: Verb) {
    setAtOnce(false);
    setAsked(verb);
  }

  async function carryOut(verb: Verb) {
    const indexes = stations.map((station) => station.index);
    const waiting = WORDS[verb].cuts && atOnce ? { drainSeconds: 0 } : {};
    const result = await handles[verb].run({ stations: indexes, ...waiting });
    setAsked(null);
    if (result.ok) track(result.data.jobId);
  }

  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap gap-2">
        <Button
          size={size}
          disabled={stations.every((station) => station.state !== 'stopped' && station.state !== 'exited')}
          pending={start.pending}
          onClick={() => void carryOut('start')}
        >
          <Play aria-hidden />
          Start
        </Button>
        <Button size={size} onClick={() => ask('restart')}>
          <RotateCw aria-hidden />
          Restart
        </Button>
        <Button
          size={size}
          disabled={stations.every((station) => station.state === 'stopped')}
          onClick={() => ask('stop')}
        >
          <Square aria-hidden />
          Stop
        </Button>
      </div>
      {error ? <ErrorNote error={error} live /> : null}
      {asked === null ? null : (
        <AlertDialog
          open
          onOpenChange={(open) => (open ? undefined : setAsked(null))}
          title={WORDS[asked].title(what)}
          description={<Consequences people={people} atOnce={atOnce} onAtOnceChange={setAtOnce} />}
          confirmLabel={WORDS[asked].label}
          tone={asked === 'stop' ? 'danger' : 'primary'}
          pending={handles[asked].pending}
          onConfirm={() => void carryOut(asked)}
        />
      )}
    </div>
  );
}

/** Whom it disconnects, and whether their sessions may finish first. */
function Consequences({
  people,
  atOnce,
  onAtOnceChange,
}: {
  people: number;
  atOnce: boolean;
  onAtOnceChange: (atOnce: boolean) => void;
}) {
  return (
    <div className="flex flex-col gap-3">
      <p>
        {people > 0
          ? `About ${plural(people, 'person is', 'people are')} connected there now and will be disconnected; most come back through another station.`
          : 'Nobody is connected there now.'}
      </p>
      <p>
        It gets no new sessions from the balancer from now on, and those it has may finish for the drain time
        of the settings.
      </p>
      <Label className="flex items-center gap-2 font-normal">
        <Checkbox checked={atOnce} onCheckedChange={(checked) => onAtOnceChange(checked === true)} />
        Do not wait for sessions to finish
      </Label>
    </div>
  );
}
