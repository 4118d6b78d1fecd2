import { VERSION } from '../../lib/contract/transport.ts';
import type { Handlers } from './handler.ts';

const startedAt = Date.now() - Math.round(process.uptime() * 1000);

export const identityOperations: Handlers<
  | 'admin.resetPassword'
  | 'agent.get'
  | 'session.create'
  | 'session.end'
  | 'session.get'
  | 'setup.complete'
  | 'setup.createLink'
  | 'setup.get'
> = {
  'admin.resetPassword': ({ identity }, { username, password }) => identity.resetPassword(username, password),
  'agent.get': () => ({ version: VERSION, pid: process.pid, startedAt, rssBytes: process.memoryUsage.rss() }),
  'session.create': ({ identity }, { username, password }) => identity.signIn(username, password),
  'session.end': ({ identity, activity }, _input, { session, actor }) => {
    if (session !== null) {
      identity.endSession(session);
      activity.record({ actor, action: 'session.end', summary: `${actor} signed out`, outcome: 'ok' });
    }
    return { ok: true };
  },
  'session.get': ({ identity }, _input, { session }) =>
    session === null
      ? { username: 'root', expiresAt: Number.MAX_SAFE_INTEGER }
      : identity.authenticate(session),
  'setup.complete': ({ identity }, input) => identity.completeSetup(input),
  'setup.createLink': ({ identity }) => identity.createSetupLink(),
  'setup.get': ({ identity }) => ({ needed: identity.setupNeeded(), version: VERSION }),
};
