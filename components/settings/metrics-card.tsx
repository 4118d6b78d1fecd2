'use client';

import { useState } from 'react';
import type { Result } from '../data/result.ts';
import { useAction } from '../data/use-action.ts';
import { useCall } from '../data/use-call.ts';
import { Button } from '../ui/button.tsx';
import { Card, CardBody, CardHeader } from '../ui/card.tsx';
import { LoadingPanel } from '../ui/loading-panel.tsx';
import { ErrorNote, Note } from '../ui/note.tsx';
import { Time } from '../ui/time.tsx';

export interface MetricsActions {
  createToken: (input: Record<string, never>) => Promise<Result<{ token: string }>>;
  removeToken: (input: Record<string, never>) => Promise<Result<{ ok: true }>>;
}

/** Lets Prometheus, and so Grafana, read our figures. */
export function MetricsCard({ actions }: { actions: MetricsActions }) {
  const query = useCall('metrics.get', {});
  const create = useAction(actions.createToken);
  const remove = useAction(actions.removeToken);
  const [token, setToken] = useState<string | null>(null);
  async function renew(): Promise<void> {
    const result = await create.run({});
    if (result.ok) setToken(result.data.token);
    void query.refetch();
  }
  async function end(): Promise<void> {
    const result = await remove.run({});
    if (result.ok) setToken(null);
    void query.refetch();
  }
  const error = create.error ?? remove.error;
  return (
    <Card>
      <CardHeader
        title="Figures for Prometheus"
        description="Every figure at /metrics of this panel, for whoever has the token. It names no client."
      />
      <CardBody className="flex flex-col gap-4">
        <LoadingPanel data={query.data} error={query.error} onRetry={() => void query.refetch()}>
          {({ enabled, createdAt }) => (
            <>
              <p className="text-ink-muted">
                {enabled && createdAt !== null ? (
                  <>
                    There is a token, made <Time at={createdAt} />.
                  </>
                ) : (
                  'Nobody may scrape: there is no token.'
                )}
              </p>
              {token === null ? null : <NewToken token={token} />}
              {error ? <ErrorNote error={error} live /> : null}
              <div className="flex flex-wrap gap-3">
                <Button pending={create.pending} onClick={() => void renew()}>
                  {enabled ? 'Make another token' : 'Make a token'}
                </Button>
                {enabled ? (
                  <Button variant="ghost" pending={remove.pending} onClick={() => void end()}>
                    Remove it
                  </Button>
                ) : null}
              </div>
            </>
          )}
        </LoadingPanel>
      </CardBody>
    </Card>
  );
}

function NewToken({ token }: { token: string }) {
  return (
    <Note tone="accent" title="The token is shown this once" live>
      <p className="mb-2">A job for Prometheus on this server:</p>
      <pre className="overflow-x-auto rounded-lg bg-sunken p-3 font-mono text-sm">
        {[
          '- job_name: conduit',
          '  authorization:',
          `    credentials: ${token}`,
          '  static_configs:',
          `    - targets: ['${window.location.host}']`,
        ].join('\n')}
      </pre>
    </Note>
  );
}
