/** The vault as the agent keeps it: archives of every key, the ledger of identities, and restoring one from the other. */
import type { Job } from '../../lib/contract/jobs.ts';
import type { Problem } from '../../lib/contract/snapshot.ts';
import type {
  ArchiveContent,
  VaultPut,
  VaultRestore,
  VaultScheduleChange,
  VaultState,
} from '../../lib/contract/vault.ts';
import type { BalancerService } from '../balancer/service.ts';
import type { CoreDeps } from '../deps.ts';
import type { FleetService } from '../fleet/service.ts';
import type { RecordService } from '../record/create.ts';
import type { TrackerService } from '../tracker/service.ts';

export interface VaultDeps extends CoreDeps {
  fleet: FleetService;
  balancer: BalancerService;
  tracker: TrackerService;
  record: RecordService;
}

export interface VaultService {
  state(): Promise<VaultState>;
  /** @returns the job that makes an archive, and the archive's name */
  create(input: { passphrase: string; history: boolean }, actor: string): { job: Job; id: string };
  /** @throws AppError not_found, invalid_input for a wrong passphrase or a damaged archive */
  open(input: { id: string; passphrase: string }): Promise<ArchiveContent>;
  /** @throws AppError as `open`, and conflict where a slot would lose another identity unasked */
  restore(input: VaultRestore, actor: string): Promise<Job>;
  schedule(change: VaultScheduleChange, actor: string): Promise<VaultState>;
  /** One part of an archive from elsewhere. @returns its name with the last part, null before */
  put(part: VaultPut, actor: string): Promise<string | null>;
  read(id: string, actor: string, signal: AbortSignal): AsyncIterable<{ content: string }>;
  remove(id: string, actor: string): Promise<void>;
  /** The identity a volume had is given up: the ledger takes what is there now. */
  forget(volume: string, actor: string): Promise<void>;
  problems(): Problem[];
  start(): Promise<void>;
  stop(): void;
}
