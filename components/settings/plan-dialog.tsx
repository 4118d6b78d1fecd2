'use client';

import type { FleetPlan } from '../../lib/contract/fleet.ts';
import { plural } from '../../lib/format/count.ts';
import { Button } from '../ui/button.tsx';
import { Dialog, DialogClose, DialogContent } from '../ui/dialog.tsx';
import { Note, withCode } from '../ui/note.tsx';
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from '../ui/table.tsx';
import { ACTION_WORDS, groupSteps, planSentence } from './plan-words.ts';

export interface PlanDialogProps {
  plan: FleetPlan;
  pending: boolean;
  onApply: () => void;
  onClose: () => void;
}

/** What a change will do, before it does it: in one sentence, then for which stations. */
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
              Not all at once: a few stations at a time. Most people come back through another station within
              moments.
            </Note>
          ) : null}
          {plan.notes.length > 0 ? (
            <Note tone="accent" title="Worth knowing">
              {plan.notes.map((note) => (
                <p key={note}>{withCode(note)}</p>
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
    <Table aria-label="Steps">
      <TableHeader>
        <tr>
          <TableHead className="pl-0">Stations</TableHead>
          <TableHead>What</TableHead>
          <TableHead className="pr-0">Why</TableHead>
        </tr>
      </TableHeader>
      <TableBody>
        {groupSteps(plan.steps).map(({ action, stations, count, lines }) => (
          <TableRow key={`${action} ${stations}`} className="align-top">
            <TableCell className="pl-0 font-medium">
              {stations}
              {count > 1 ? <span className="block text-ink-muted text-sm">{count} stations</span> : null}
            </TableCell>
            <TableCell>{ACTION_WORDS[action]}</TableCell>
            <TableCell className="pr-0 text-ink-muted text-sm">
              {lines.map((line) => (
                <span key={line} className="block break-words">
                  {line}
                </span>
              ))}
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}
