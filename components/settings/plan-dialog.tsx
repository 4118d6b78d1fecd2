'use client';

import type { FleetPlan, PlanAction } from '../../lib/contract/fleet.ts';
import { plural } from '../../lib/format/count.ts';
import { Button } from '../ui/button.tsx';
import { Dialog, DialogClose, DialogContent } from '../ui/dialog.tsx';
import { Note } from '../ui/note.tsx';
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx';

const ACTIONS: Record<PlanAction, string> = {
  create: 'create',
  recreate: 'recreate',
  update: 'change in place',
  start: 'start',
  stop: 'stop',
  remove: 'remove',
  blocked: 'held back',
};

export interface PlanDialogProps {
  plan: FleetPlan;
  pending: boolean;
  onApply: () => void;
  onClose: () => void;
}

/** What a change will do, before it does it: in one sentence, then station by station. */
export function PlanDialog({ plan, pending, onApply, onClose }: PlanDialogProps) {
  return (
    <Dialog open onOpenChange={(open) => (open ? undefined : onClose())}>
      <DialogContent
        title="This is what happens"
        description={planSentence(plan)}
        footer={
          <>
            <DialogClose asChild>
              <Button>Back to the form</Button>
            </DialogClose>
            <Button variant="primary" pending={pending} onClick={onApply}>
              Apply
            </Button>
          </>
        }
      >
        <div className="flex flex-col gap-4">
          {plan.disconnects > 0 ? (
            <Note
              tone="warn"
              title={`About ${plural(plan.disconnects, 'person is', 'people are')} disconnected`}
            >
              Most of them come back through another station within moments.
            </Note>
          ) : null}
          {plan.notes.length > 0 ? (
            <Note tone="accent" title="Worth knowing">
              {plan.notes.map((note) => (
                <p key={note}>{note}</p>
              ))}
            </Note>
          ) : null}
          {plan.steps.length > 0 ? <Steps plan={plan} /> : null}
        </div>
      </DialogContent>
    </Dialog>
  );
}

function Steps({ plan }: { plan: FleetPlan }) {
  return (
    <Table>
      <TableHeader>
        <tr>
          <TableHead className="pl-0">Station</TableHead>
          <TableHead>What</TableHead>
          <TableHead className="pr-0">Why</TableHead>
        </tr>
      </TableHeader>
      <TableBody>
        {plan.steps.map((step) => (
          <TableRow key={`${step.action}-${step.index}`}>
            <TableCell className="whitespace-nowrap pl-0 font-medium">{step.name}</TableCell>
            <TableCell className="whitespace-nowrap">{ACTIONS[step.action]}</TableCell>
            <TableCell className="pr-0 text-ink-muted text-sm">
              {step.changes.length === 0
                ? step.reason
                : step.changes.map(({ field, from, to }) => (
                    <span key={field} className="block break-words">
                      {field}: {from} → {to}
                    </span>
                  ))}
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

/** `3 created, 2 recreated, 35 unchanged`. */
function planSentence({ summary, steps }: FleetPlan): string {
  const { unchanged, ...rest } = summary;
  if (steps.length === 0) return 'Everything is as wanted already; nothing has to change.';
  const words: Record<keyof typeof rest, string> = {
    created: 'created',
    recreated: 'recreated',
    updated: 'changed in place',
    started: 'started',
    stopped: 'stopped',
    removed: 'removed',
    blocked: 'held back',
  };
  const parts = (Object.keys(words) as (keyof typeof words)[])
    .filter((key) => rest[key] > 0)
    .map((key) => `${rest[key]} ${words[key]}`);
  return [...parts, `${unchanged} unchanged`].join(', ');
}
