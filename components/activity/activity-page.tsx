'use client';

import { PageHeader } from '../ui/page-header.tsx';
import { ActivityLog } from './activity-log.tsx';
import { JobList } from './job-list.tsx';

/** What was done on this server, by whom, and how it ended. */
export function ActivityPage() {
  return (
    <div className="flex flex-col gap-6">
      <PageHeader
        title="Activity"
        description="Work on the fleet, and who did what. Kept on this server only."
      />
      <JobList />
      <ActivityLog />
    </div>
  );
}
