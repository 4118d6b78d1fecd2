'use client';

import { CircleCheck, RotateCw } from 'lucide-react';
import { explainNginxError } from '../../lib/format/nginx-error.ts';
import { Button } from '../ui/button.tsx';
import { Card, CardBody, CardHeader } from '../ui/card.tsx';

/** What nginx complained of last, without any client's address. */
export function NginxErrors({
  lines,
  refreshing,
  onRefresh,
}: {
  lines: readonly string[];
  refreshing: boolean;
  onRefresh: () => void;
}) {
  return (
    <Card className="flex flex-col">
      <CardHeader
        title="What nginx complained of"
        description="Newest first, without client addresses."
        className="pb-4"
        actions={
          <Button size="sm" variant="ghost" pending={refreshing} onClick={onRefresh}>
            <RotateCw aria-hidden />
            Look again
          </Button>
        }
      />
      {lines.length === 0 ? (
        <CardBody className="border-t">
          <p className="flex items-center gap-2 text-ink-muted">
            <CircleCheck className="size-4 shrink-0 text-ok" aria-hidden />
            Nothing since the agent started.
          </p>
        </CardBody>
      ) : (
        <ol
          aria-label="Last errors of nginx"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
          tabIndex={0}
          className="max-h-96 divide-y overflow-y-auto rounded-b-2xl border-t text-sm"
        >
          {lines.map((line, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the same complaint may come twice
            <li key={index} className="break-words px-5 py-2 sm:px-6">
              {line}
              {explainNginxError(line) ? (
                <span className="block text-ink-muted">{explainNginxError(line)}</span>
              ) : null}
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}
