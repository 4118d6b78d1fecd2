import { describe, expect, it, vi } from 'vitest';
import { admins, sessions, setupLinks } from '../db/schema/identity.ts';
import { openTestDatabase } from '../test/harness/database.ts';
import { createActivityLog } from './activity.ts';
import { createIdentity } from './identity.ts';

// Hashing is slow on purpose, and slower on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const PASSWORD = 'correct horse battery';

function setUp() {
  const db = openTestDatabase();
  const clock = { ms: 1_800_000_000_000 };
  const now = () => clock.ms;
  const activity = createActivityLog(db, now);
  return { db, clock, activity, identity: createIdentity({ db, activity, now }) };
}

async function withAdministrator() {
  const world = setUp();
  const { token } = world.identity.createSetupLink();
  const session = await world.identity.completeSetup({ token, username: 'sara', password: PASSWORD });
  return { ...world, session };
}

describe('set-up link', () => {
  it('creates the administrator once', async () => {
    const { identity } = setUp();
    const { token } = identity.createSetupLink();
    expect(identity.setupNeeded()).toBe(true);
    const session = await identity.completeSetup({ token, username: 'sara', password: PASSWORD });
    expect(identity.setupNeeded()).toBe(false);
    expect(identity.authenticate(session.token).username).toBe('sara');
    await expect(
      identity.completeSetup({ token, username: 'eve', password: PASSWORD }),
    ).rejects.toMatchObject({ code: 'conflict' });
    expect(() => identity.createSetupLink()).toThrow(/exists already/);
  });

  it('expires after an hour', async () => {
    const { identity, clock } = setUp();
    const { token } = identity.createSetupLink();
    clock.ms += 60 * 60 * 1000;
    await expect(
      identity.completeSetup({ token, username: 'sara', password: PASSWORD }),
    ).rejects.toMatchObject({ code: 'forbidden' });
    expect(identity.setupNeeded()).toBe(true);
  });

  it('is replaced by a newer one', async () => {
    const { identity } = setUp();
    const older = identity.createSetupLink();
    identity.createSetupLink();
    await expect(
      identity.completeSetup({ token: older.token, username: 'sara', password: PASSWORD }),
    ).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('is asked for before any work is done', async () => {
    const { identity } = setUp();
    identity.createSetupLink();
    const crowd = Array.from({ length: 20 }, () =>
      identity.completeSetup({ token: 'guessed', username: 'eve', password: PASSWORD }),
    );
    const outcomes = await Promise.allSettled(crowd);
    const codes = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'in'));
    expect(new Set(codes)).toEqual(new Set(['forbidden']));
  });

  it('lets one of two racing requests win', async () => {
    const { identity } = setUp();
    const { token } = identity.createSetupLink();
    const outcomes = await Promise.allSettled([
      identity.completeSetup({ token, username: 'sara', password: PASSWORD }),
      identity.completeSetup({ token, username: 'eve', password: PASSWORD }),
    ]);
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
  });
});

describe('sessions', { timeout: 30_000 }, () => {
  it('keeps neither tokens nor passwords', async () => {
    const { db, identity, session } = await withAdministrator();
    const rows = JSON.stringify([
      db.select().from(admins).all(),
      db.select().from(sessions).all(),
      db.select().from(setupLinks).all(),
    ]);
    expect(rows).not.toContain(PASSWORD);
    expect(rows).not.toContain(session.token);
    expect(identity.authenticate(session.token).username).toBe('sara');
  });

  it('end by sign-out, by expiry and by a new password', async () => {
    const { identity, session, clock } = await withAdministrator();
    const second = await identity.signIn('sara', PASSWORD);
    identity.endSession(session.token);
    expect(() => identity.authenticate(session.token)).toThrow(/ended/);
    expect(identity.authenticate(second.token).username).toBe('sara');
    clock.ms = second.expiresAt;
    expect(() => identity.authenticate(second.token)).toThrow(/ended/);
    const third = await identity.signIn('sara', PASSWORD);
    await identity.resetPassword(undefined, 'another long password');
    expect(() => identity.authenticate(third.token)).toThrow(/ended/);
    await expect(identity.signIn('sara', PASSWORD)).rejects.toMatchObject({ code: 'unauthenticated' });
    await expect(identity.signIn('sara', 'another long password')).resolves.toMatchObject({
      username: 'sara',
    });
  });
});

describe('repeated failures', { timeout: 30_000 }, () => {
  it('make the next attempt wait longer and longer, and a success forgets them', async () => {
    const { identity, clock } = await withAdministrator();
    for (let attempt = 0; attempt < 5; attempt++) {
      await expect(identity.signIn('sara', 'wrong')).rejects.toMatchObject({ code: 'unauthenticated' });
    }
    await expect(identity.signIn('sara', PASSWORD)).rejects.toMatchObject({
      code: 'locked_out',
      retryAfterSeconds: 2,
    });
    clock.ms += 2000;
    await expect(identity.signIn('sara', 'wrong')).rejects.toMatchObject({ code: 'unauthenticated' });
    await expect(identity.signIn('sara', PASSWORD)).rejects.toMatchObject({ retryAfterSeconds: 4 });
    clock.ms += 4000;
    await identity.signIn('sara', PASSWORD);
    await expect(identity.signIn('sara', 'wrong')).rejects.toMatchObject({ code: 'unauthenticated' });
    await expect(identity.signIn('sara', PASSWORD)).resolves.toBeDefined();
  });

  it('cannot be passed by many attempts at once', async () => {
    const { identity } = await withAdministrator();
    const attempts = await Promise.allSettled(
      Array.from({ length: 8 }, () => identity.signIn('sara', 'wrong')),
    );
    const codes = attempts.map((attempt) => (attempt.status === 'rejected' ? attempt.reason.code : 'in'));
    expect(codes).toEqual([...Array(5).fill('unauthenticated'), ...Array(3).fill('locked_out')]);
  });

  it('cannot pile up work for the server: a crowd is sent away at once', async () => {
    const { identity, db } = await withAdministrator();
    const crowd = Array.from({ length: 20 }, () => identity.signIn('sara', PASSWORD));
    const outcomes = await Promise.allSettled(crowd);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(8);
    expect(outcomes.at(-1)).toMatchObject({ reason: { code: 'locked_out', retryAfterSeconds: 2 } });
    // Nobody failed, so nobody is locked.
    expect(db.select({ failures: admins.failures }).from(admins).all()).toEqual([{ failures: 0 }]);
    await expect(identity.signIn('sara', PASSWORD)).resolves.toBeDefined();
  });

  it('slow names that do not exist as well, so that names cannot be probed', async () => {
    const { identity } = await withAdministrator();
    for (let attempt = 0; attempt < 5; attempt++) {
      await expect(identity.signIn('nobody', 'wrong')).rejects.toMatchObject({ code: 'unauthenticated' });
    }
    await expect(identity.signIn('nobody', 'wrong')).rejects.toMatchObject({ code: 'locked_out' });
  });

  it('are recorded without the name that was tried', async () => {
    const { identity, activity } = await withAdministrator();
    await identity.signIn('typed-my-password-here', 'x').catch(() => undefined);
    const { entries } = activity.list({ limit: 10 });
    expect(entries[0]).toMatchObject({ outcome: 'refused', actor: 'nobody' });
    expect(JSON.stringify(entries)).not.toContain('typed-my-password-here');
  });
});

describe('the password, asked for once more', { timeout: 30_000 }, () => {
  it('opens no session, and says nothing when it is right', async () => {
    const { identity, db } = await withAdministrator();
    const before = db.select().from(sessions).all().length;
    await identity.confirmPassword('sara', PASSWORD, 'the claim sheet');
    expect(db.select().from(sessions).all()).toHaveLength(before);
  });

  it('counts with the failures of signing in, and is noted without it', async () => {
    const { identity, activity, clock } = await withAdministrator();
    for (let i = 0; i < 5; i++)
      await expect(
        identity.confirmPassword('sara', 'a wrong password', 'the claim sheet'),
      ).rejects.toMatchObject({ code: 'forbidden', fields: [{ field: 'password' }] });
    await expect(identity.confirmPassword('sara', PASSWORD, 'the claim sheet')).rejects.toMatchObject({
      code: 'locked_out',
    });
    await expect(identity.signIn('sara', PASSWORD)).rejects.toMatchObject({ code: 'locked_out' });
    const [entry] = activity.list({ limit: 1 }).entries;
    expect(entry).toMatchObject({
      actor: 'sara',
      outcome: 'refused',
      summary: 'A wrong password was given for the claim sheet',
    });
    clock.ms += 60_000;
    await identity.confirmPassword('sara', PASSWORD, 'the claim sheet');
  });
});
