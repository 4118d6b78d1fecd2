import type {
  ArchiveContent,
  Placement,
  VaultCreate,
  VaultPut,
  VaultScheduleChange,
  VaultState,
} from '../../lib/contract/vault.ts';
import type { Result } from '../data/result.ts';

export interface RestoreInput {
  id: string;
  passphrase: string;
  placements: Placement[];
  replace: boolean;
  settings: boolean;
  history: boolean;
}

/** Server actions, handed in by the page because components know no pages. */
export interface VaultActions {
  create: (input: VaultCreate) => Promise<Result<{ jobId: string; id: string }>>;
  forget: (input: { volume: string }) => Promise<Result<{ ok: true }>>;
  open: (input: { id: string; passphrase: string }) => Promise<Result<ArchiveContent>>;
  put: (input: VaultPut) => Promise<Result<{ id: string | null }>>;
  remove: (input: { id: string }) => Promise<Result<{ ok: true }>>;
  restore: (input: RestoreInput) => Promise<Result<{ jobId: string }>>;
  schedule: (input: VaultScheduleChange) => Promise<Result<VaultState>>;
}
