/** The host's own nginx, before us and after us. */

import { readNginxInstall } from '../balancer/nginx-install.ts';
import { type NginxInstance, searchMaster, startNginx } from '../balancer/nginx-process.ts';
import { hasSystemd } from '../host/systemd.ts';

/** Whether nginx serves something of the operator's. */
export async function hostNginxRuns(): Promise<boolean> {
  return (await searchMaster(await hostInstance())) !== null;
}

export async function startHostNginx(): Promise<void> {
  await startNginx(await hostInstance());
}

async function hostInstance(): Promise<NginxInstance> {
  const { confPath, pidPath } = await readNginxInstall();
  return {
    configPath: confPath,
    pidFile: pidPath,
    emergencyLog: '',
    hostDefault: true,
    systemd: hasSystemd(),
  };
}
