/**
 * Administrators, their sessions, and the one-time set-up link. Passwords are checked here and nowhere else;
 * tokens are 256 random bits, kept as SHA-256 only.
 */
import { eq, lt } from 'drizzle-orm';
import type { Db } from '../db/open.ts';
import { admins, sessions, setupLinks } from '../db/schema/identity.ts';
import { AppError } from '../lib/contract/errors.ts';
import type { Session } from '../lib/contract/identity.ts';
import type { ActivityLog } from './activity.ts';
import { hashPassword, verifyPassword } from './password.ts';
import { newToken, sha256 } from './token.ts';

const SESSION_MS = 7 * 24 * 60 * 60 * 1000;
const SETUP_LINK_MS = 60 * 60 * 1000;
/** Failures in a row before every further attempt must wait, and the longest wait. */
const FREE_FAILURES = 4;
const LONGEST_LOCK_MS = 15 * 60 * 1000;
/** Attempts that wait for their turn at hashing; anybody who reaches the panel can make them. */
const LONGEST_QUEUE = 8;

export interface Identity {
  setupNeeded(): boolean;
  /** A link replaces the ones before it. @throws AppError conflict when an administrator exists */
  createSetupLink(): { token: string; expiresAt: number };
  /** Uses up the link and creates the administrator. @throws AppError forbidden, conflict */
  completeSetup(input: { token: string; username: string; password: string }): Promise<Session>;
  /** @throws AppError unauthenticated, locked_out */
  signIn(username: string, password: string): Promise<Session>;
  /**
   * Asks an administrator who is signed in for the password once more; failures count like those of signing in.
   * @param purpose for the activity log: "the claim sheet". @throws AppError forbidden, locked_out
   */
  confirmPassword(username: string, password: string, purpose: string): Promise<void>;
  /** The session's administrator. @throws AppError unauthenticated when it ended or never was */
  authenticate(token: string): { username: string; expiresAt: number };
  endSession(token: string): void;
  /** Sets a new password and ends all sessions. @throws AppError not_found */
  resetPassword(username: string | undefined, password: string): Promise<{ username: string }>;
}

export function createIdentity({
  db,
  activity,
  now,
}: {
  db: Db;
  activity: ActivityLog;
  now: () => number;
}): Identity {
  /** Attempts on names that do not exist are slowed down like the others, so that a name cannot be probed. */
  const strangers = { failures: 0, lockedUntil: 0 };
  /** One hash at a time: each takes 32 MB for a moment. */
  let hashing: Promise<unknown> = Promise.resolve();
  function oneAtATime<T>(work: () => Promise<T>): Promise<T> {
    const turn = hashing.then(work, work);
    hashing = turn.catch(() => undefined);
    return turn;
  }

  /** For those who have shown nothing yet: @throws AppError locked_out when too many wait already */
  let waiting = 0;
  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (waiting >= LONGEST_QUEUE)
      throw new AppError('locked_out', {
        message: 'Too many sign-ins at once. Try again in 2 s.',
        retryAfterSeconds: 2,
      });
    waiting += 1;
    try {
      return await oneAtATime(work);
    } finally {
      waiting -= 1;
    }
  }

  const setupNeeded = () => db.select({ id: admins.id }).from(admins).limit(1).get() === undefined;

  function requireSetupLink(token: string): void {
    if (!setupNeeded())
      throw new AppError('conflict', {
        message: 'An administrator exists already.',
        remedy: 'Sign in instead.',
      });
    const link = db
      .select()
      .from(setupLinks)
      .where(eq(setupLinks.tokenHash, sha256(token)))
      .get();
    if (link !== undefined && link.expiresAt > now()) return;
    throw new AppError('forbidden', {
      message: 'This set-up link is used up or has expired.',
      remedy: 'Make a new one on the server: `sudo conduit admin setup-link`.',
    });
  }

  const findAdmin = (username: string) => db.select().from(admins).where(eq(admins.username, username)).get();

  function openSession(adminId: number, username: string): Session {
    const token = newToken();
    const expiresAt = now() + SESSION_MS;
    db.delete(sessions).where(lt(sessions.expiresAt, now())).run();
    db.insert(sessions)
      .values({ tokenHash: sha256(token), adminId, createdAt: now(), expiresAt })
      .run();
    return { token, username, expiresAt };
  }

  function refuseWhileLocked(lockedUntil: number): void {
    if (lockedUntil <= now()) return;
    const retryAfterSeconds = Math.ceil((lockedUntil - now()) / 1000);
    throw new AppError('locked_out', {
      message: `Too many failed attempts. Try again in ${retryAfterSeconds} s.`,
      remedy: 'If you lost the password, run `sudo conduit admin reset-password` on the server.',
      retryAfterSeconds,
    });
  }

  /** A failure counts before the next attempt has its turn: many at once are no way around the lock. */
  async function check(username: string, password: string) {
    const admin = findAdmin(username);
    refuseWhileLocked(admin?.lockedUntil ?? strangers.lockedUntil);
    const matches = await verifyPassword(password, admin?.passwordHash ?? null);
    if (!matches) countFailure(admin);
    return { admin, matches };
  }

  function countFailure(admin: ReturnType<typeof findAdmin>): void {
    if (admin === undefined) {
      strangers.failures += 1;
      strangers.lockedUntil = now() + lockMs(strangers.failures);
      return;
    }
    const failures = admin.failures + 1;
    db.update(admins)
      .set({ failures, lockedUntil: now() + lockMs(failures) })
      .where(eq(admins.id, admin.id))
      .run();
  }

  /** @returns the administrator; null when the name or the password is wrong. @throws AppError locked_out */
  async function checkPassword(username: string, password: string): Promise<{ id: number } | null> {
    refuseWhileLocked(findAdmin(username)?.lockedUntil ?? strangers.lockedUntil);
    const { admin, matches } = await inTurn(() => check(username, password));
    if (admin === undefined || !matches) return null;
    db.update(admins).set({ failures: 0, lockedUntil: 0 }).where(eq(admins.id, admin.id)).run();
    return admin;
  }

  return {
    setupNeeded,
    createSetupLink() {
      if (!setupNeeded()) {
        throw new AppError('conflict', {
          message: 'An administrator exists already.',
          remedy: 'Sign in, or set a new password with `sudo conduit admin reset-password`.',
        });
      }
      const token = newToken();
      const expiresAt = now() + SETUP_LINK_MS;
      db.transaction(
        (tx) => {
          tx.delete(setupLinks).run();
          tx.insert(setupLinks)
            .values({ tokenHash: sha256(token), createdAt: now(), expiresAt })
            .run();
        },
        { behavior: 'immediate' },
      );
      return { token, expiresAt };
    },
    async completeSetup({ token, username, password }) {
      // Before the work of hashing, which is for those who hold a link, and again when it is used up.
      requireSetupLink(token);
      const passwordHash = await inTurn(() => hashPassword(password));
      const id = db.transaction(
        (tx) => {
          requireSetupLink(token);
          tx.delete(setupLinks).run();
          return tx
            .insert(admins)
            .values({ username, passwordHash, createdAt: now() })
            .returning({ id: admins.id })
            .get().id;
        },
        { behavior: 'immediate' },
      );
      activity.record({
        actor: username,
        action: 'setup.complete',
        summary: `Created the administrator ${username}`,
        outcome: 'ok',
      });
      return openSession(id, username);
    },
    async signIn(username, password) {
      const admin = await checkPassword(username, password);
      activity.record({
        actor: admin === null ? 'nobody' : username,
        action: 'session.create',
        summary: admin === null ? 'A sign-in was refused' : `${username} signed in`,
        outcome: admin === null ? 'refused' : 'ok',
      });
      if (admin === null) throw new AppError('unauthenticated', { message: 'Name or password is wrong.' });
      return openSession(admin.id, username);
    },
    async confirmPassword(username, password, purpose) {
      if ((await checkPassword(username, password)) !== null) return;
      activity.record({
        actor: username,
        action: 'session.confirm',
        summary: `A wrong password was given for ${purpose}`,
        outcome: 'refused',
      });
      throw new AppError('forbidden', {
        message: 'The password is wrong.',
        fields: [{ field: 'password', message: 'is wrong' }],
      });
    },
    authenticate(token) {
      const row = db
        .select({ username: admins.username, expiresAt: sessions.expiresAt })
        .from(sessions)
        .innerJoin(admins, eq(admins.id, sessions.adminId))
        .where(eq(sessions.tokenHash, sha256(token)))
        .get();
      if (row === undefined || row.expiresAt <= now()) {
        throw new AppError('unauthenticated', {
          message: 'The session has ended.',
          remedy: 'Sign in again.',
        });
      }
      return row;
    },
    endSession(token) {
      db.delete(sessions)
        .where(eq(sessions.tokenHash, sha256(token)))
        .run();
    },
    async resetPassword(username, password) {
      const all = db.select({ id: admins.id, username: admins.username }).from(admins).all();
      const admin =
        username === undefined && all.length === 1 ? all[0] : all.find((row) => row.username === username);
      if (admin === undefined) {
        throw new AppError('not_found', {
          message:
            all.length === 0 ? 'There is no administrator yet.' : 'There is no administrator of that name.',
          remedy:
            all.length === 0
              ? 'Make a set-up link with `sudo conduit admin setup-link`.'
              : `Known: ${all.map((row) => row.username).join(', ')}.`,
        });
      }
      const passwordHash = await oneAtATime(() => hashPassword(password));
      db.transaction(
        (tx) => {
          tx.update(admins)
            .set({ passwordHash, failures: 0, lockedUntil: 0 })
            .where(eq(admins.id, admin.id))
            .run();
          tx.delete(sessions).where(eq(sessions.adminId, admin.id)).run();
        },
        { behavior: 'immediate' },
      );
      activity.record({
        actor: 'root',
        action: 'admin.resetPassword',
        summary: `Set a new password for ${admin.username}`,
        outcome: 'ok',
      });
      return { username: admin.username };
    },
  };
}

/** 0 for the first failures, then 2 s, 4 s, 8 s … up to 15 minutes. */
function lockMs(failures: number): number {
  return failures <= FREE_FAILURES ? 0 : Math.min(2 ** (failures - FREE_FAILURES) * 1000, LONGEST_LOCK_MS);
}
