/** Another image for the stations: tried on one, then rolled out, and taken back by itself when the first one fails. */
import type { Job } from '../../lib/contract/jobs.ts';
import type { UpdateReport, UpdateStart } from '../../lib/contract/update.ts';
import type { CoreDeps } from '../deps.ts';
import type { FleetService } from '../fleet/service.ts';
import type { LiveService } from '../live/service.ts';

export interface UpdateService {
  /** What would change. @param image default the one of the settings. @throws AppError image_unavailable when it is no station's */
  report(image?: string): Promise<UpdateReport>;
  /** Pulls the image, in a job; what is on this machine is enough where no registry has it. */
  fetch(image: string | undefined, actor: string): Job;
  /** @throws AppError conflict when it is not what was shown, or there is no station to try it on */
  start(request: UpdateStart, actor: string): Promise<Job>;
  /** Before the fleet: puts right what an interrupted trial did to a key. */
  begin(): Promise<void>;
}

export interface UpdateServiceOptions extends CoreDeps {
  fleet: FleetService;
  live: LiveService;
}
