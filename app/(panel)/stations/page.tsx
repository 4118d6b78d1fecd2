import type { Metadata } from 'next';
import { StationsPage } from '../../../components/stations/stations-page.tsx';
import { restartStations, startStations, stopStations } from '../../_server/actions.ts';

export const metadata: Metadata = { title: 'Stations' };

export default function Page() {
  return <StationsPage actions={{ start: startStations, stop: stopStations, restart: restartStations }} />;
}
