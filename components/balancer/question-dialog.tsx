'use client';

import type { Question } from '../../lib/format/balancer-questions.ts';
import { AlertDialog } from '../ui/alert-dialog.tsx';

export interface QuestionDialogProps {
  question: Question;
  confirmLabel: string;
  tone?: 'primary' | 'danger';
  pending: boolean;
  onConfirm: () => void;
  onClose: () => void;
}

/** Says what will happen, and waits for a yes. */
export function QuestionDialog({
  question,
  confirmLabel,
  tone = 'primary',
  pending,
  onConfirm,
  onClose,
}: QuestionDialogProps) {
  return (
    <AlertDialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={question.title}
      description={
        <div className="flex max-h-[60dvh] flex-col gap-2 overflow-y-auto">
          {question.lines.map((line) => (
            <p key={line} className="break-words">
              {line}
            </p>
          ))}
        </div>
      }
      confirmLabel={confirmLabel}
      tone={tone}
      pending={pending}
      onConfirm={onConfirm}
    />
  );
}
