import type { Trace } from '../../lib/contract/migration.ts';
import { TRACE_WORDS } from '../../lib/format/migration.ts';
import { Badge } from '../ui/badge.tsx';
import { Card, CardBody, CardHeader } from '../ui/card.tsx';

/** Files, links and lines of the older manager, and what becomes of each. */
export function TracesCard({ traces }: { traces: readonly Trace[] }) {
  return (
    <Card aria-label="On this server">
      <CardHeader
        title="On this server"
        description="What is taken away is archived first, and a way back puts it back exactly."
      />
      <CardBody>
        <ul className="flex flex-col gap-4">
          {traces.map(({ path, what, action }) => (
            <li key={`${path} ${action}`} className="flex min-w-0 flex-col gap-1">
              <span className="break-all font-mono text-sm">{path}</span>
              <span className="flex flex-wrap items-center gap-2 text-ink-muted">
                <span className="first-letter:uppercase">{what}</span>
                <Badge tone={action === 'keep' || action === 'copy' ? 'neutral' : 'accent'} icon={null}>
                  {TRACE_WORDS[action]}
                </Badge>
              </span>
            </li>
          ))}
        </ul>
      </CardBody>
    </Card>
  );
}
