import type { Metadata } from 'next';
import { StationsPage } from '../../../components/stations/stations-page.tsx';
import {
  fetchUpdate,
  restartStations,
  startStations,
  startUpdate,
  stopStations,
} from '../../_server/actions.ts';

export const metadata: Metadata = { title: 'Stations' };

export default function Page() {
  return (
    <StationsPage
      actions={{ start: startStations, stop: stopStations, restart: restartStations }}
      update={{ fetch: fetchUpdate, start: startUpdate }}
    />
  );
}
