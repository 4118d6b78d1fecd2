'use client';

import { type ReactNode, useMemo, useState } from 'react';
import type { ArchiveContent } from '../../lib/contract/vault.ts';
import { plural } from '../../lib/format/count.ts';
import { judgePlacements, ownPlacements } from '../../lib/format/placements.ts';
import { contentSentence } from '../../lib/format/vault.ts';
import { useAction } from '../data/use-action.ts';
import { Button } from '../ui/button.tsx';
import { Checkbox } from '../ui/checkbox.tsx';
import { DialogContent } from '../ui/dialog.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { PlacementList } from './placement-list.tsx';
import type { VaultActions } from './vault-actions.ts';
import { firstChoices, obstacleOf, placementsOf, restoreWords } from './vault-words.ts';

export interface PlaceKeysProps {
  id: string;
  passphrase: string;
  content: ArchiveContent;
  restore: VaultActions['restore'];
  onBack: () => void;
  onStarted: (jobId: string) => void;
}

/** What goes where: every Proxy ID as it is and as it would be. Nothing has changed yet. */
export function PlaceKeys({ id, passphrase, content, restore, onBack, onStarted }: PlaceKeysProps) {
  const [choices, setChoices] = useState(() => firstChoices(content, ownPlacements(content.keys)));
  const [settings, setSettings] = useState(false);
  const [history, setHistory] = useState(false);
  const [replace, setReplace] = useState(false);
  const action = useAction(restore);
  const placements = useMemo(() => placementsOf(choices), [choices]);
  const judged = useMemo(
    () => judgePlacements(content.keys, content.slots, placements),
    [content, placements],
  );
  const losing = judged.filter(({ state }) => state === 'replace').length;
  const count = (settings ? content.fleet?.count : undefined) ?? content.count;
  const waiting = judged.filter(({ to }) => to > count).length;
  const obstacle = obstacleOf({ choices, judged, replace, settings, history });

  async function begin() {
    const result = await action.run({ id, passphrase, placements, replace, settings, history });
    if (result.ok) onStarted(result.data.jobId);
  }

  return (
    <DialogContent
      title="What goes where"
      description={contentSentence(content)}
      className="sm:max-w-3xl"
      footer={
        <>
          {obstacle === null ? null : (
            <p className="text-ink-muted text-sm sm:mr-auto sm:self-center" role="status">
              {obstacle}
            </p>
          )}
          <Button onClick={onBack}>Back</Button>
          <Button
            variant={losing > 0 ? 'danger' : 'primary'}
            pending={action.pending}
            disabled={obstacle !== null}
            onClick={() => void begin()}
          >
            {restoreWords(judged, history)}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-5">
        {action.error ? <ErrorNote error={action.error} live /> : null}
        <PlacementList keys={content.keys} choices={choices} judged={judged} onChange={setChoices} />
        <div className="flex flex-col gap-4">
          {content.fleet === null ? null : (
            <Option checked={settings} onChange={setSettings} label="Take the settings over, too">
              The fleet becomes {plural(content.fleet.count, 'station')} of {content.fleet.image}; limits,
              ports and the tracker are set as they were. For a new server.
            </Option>
          )}
          {content.history ? (
            <Option checked={history} onChange={setHistory} label="Bring the history back, too">
              All that lies before the moment this server began to count. Nothing is counted twice, and users
              stay connected.
            </Option>
          ) : null}
          {losing > 0 ? (
            <Option
              checked={replace}
              onChange={setReplace}
              label={`${plural(losing, 'slot')} may lose the key ${losing === 1 ? 'it has' : 'they have'}`}
            >
              Those keys are kept on the server beside the backups, and their reputation rests meanwhile.
            </Option>
          ) : null}
        </div>
        <p className="text-ink-muted text-sm">
          Stations whose key changes stop for a moment, and their users move to others.
          {waiting > 0
            ? ` ${plural(waiting, 'key')} above the fleet’s count wait${waiting === 1 ? 's' : ''} in ${waiting === 1 ? 'its volume' : 'their volumes'} until it grows.`
            : ''}
        </p>
      </div>
    </DialogContent>
  );
}

function Option({
  checked,
  onChange,
  label,
  children,
}: {
  checked: boolean;
  onChange: (checked: boolean) => void;
  label: string;
  children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the box of radix inside
    <label className="flex items-start gap-3">
      <Checkbox className="mt-1" checked={checked} onCheckedChange={(next) => onChange(next === true)} />
      <span>
        {label}
        <span className="block break-words text-ink-muted text-sm">{children}</span>
      </span>
    </label>
  );
}
