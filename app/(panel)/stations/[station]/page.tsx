import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { StationPage } from '../../../../components/stations/station-page.tsx';
import { stationIndexSchema } from '../../../../lib/contract/fleet.ts';
import { applyFleet, restartStations, startStations, stopStations } from '../../../_server/actions.ts';

export const metadata: Metadata = { title: 'Station' };

export default async function Page({ params }: PageProps<'/stations/[station]'>) {
  const index = stationIndexSchema.safeParse(Number((await params).station));
  if (!index.success) notFound();
  const actions = { start: startStations, stop: stopStations, restart: restartStations };
  return <StationPage index={index.data} actions={actions} applyFleet={applyFleet} />;
}
