import { z } from 'zod';
import { ZooError, exitCode } from '../../core/error.ts';
import type { UsageAccount } from '../../core/learning/account.ts';
import { countWords, maximumWords } from '../../core/library/words.ts';
import { addressesOperator, hasUnsafeCharacters, isStrategy } from '../../core/library/quality.ts';
import { fence, fillPrompt, parsePrompt } from '../../core/prompt.ts';
import type { MergeConflict, Resolution } from '../../ledger/merging/merge-libraries.ts';
import type { Config } from '../config.ts';
import { packageFolder } from '../package.ts';
import { readPrompts } from '../prompts.ts';
import { resolveStudent, resolveTeacher } from '../wire/endpoints.ts';
import { openModels } from '../wire/models.ts';
import { files, sha256 } from '../wire/platform.ts';

const replySchema = z.object({ experience: z.string() });

/** Two attempts; what breaks a rule is as good as no reply. */
const attempts = 2;

export interface ModelResolutions {
  readonly resolutions: ReadonlyMap<string, Resolution>;
  readonly usage: UsageAccount;
  /** Conflicts that stay, with the reason. */
  readonly left: readonly { readonly id: string; readonly reason: string }[];
}

/** Asks the teacher for one text where both sides reworded an experience. Who removes what, it does not decide. */
export async function resolveByModel(
  config: Config,
  conflicts: readonly MergeConflict[],
  signal: AbortSignal,
): Promise<ModelResolutions> {
  const path = `${packageFolder}prompts/merge.md`;
  const source = await files.readText(path);
  if (source === undefined)
    throw new ZooError('missing-prompt', `${path} is not there`, {
      hint: 'Install zoo again; its folder is incomplete.',
    });
  const template = parsePrompt(path, source);
  const student = await resolveStudent(config, signal);
  const models = await openModels({
    config,
    student,
    teacher: await resolveTeacher(config, student, signal),
    prompts: await readPrompts(files, sha256, config.settings.prompts),
    journal: undefined,
    replay: false,
    scope: 'merge',
    problems: [],
    observe: () => {},
  });
  const resolutions = new Map<string, Resolution>();
  const left: { id: string; reason: string }[] = [];
  try {
    for (const conflict of conflicts) {
      const reason = await ask(conflict);
      if (reason !== undefined) left.push({ id: conflict.id, reason });
    }
    return { resolutions, usage: models.account(), left };
  } finally {
    await models.close();
  }

  /** Undefined when it was resolved. */
  async function ask({ id, kind, base, ours, theirs }: MergeConflict): Promise<string | undefined> {
    if (kind !== 'text' || ours === undefined || theirs === undefined) return 'one side removed it: choose a side';
    const { temperature, teacherTemperature, teacherMaxTokens, seed } = config.settings;
    let reason = 'no reply';
    for (let attempt = 0; attempt < attempts; attempt++) {
      const [sampled] = await models.teacher.generate(
        {
          messages: [
            { role: 'system', content: template.system },
            {
              role: 'user',
              content: fillPrompt(template.user, {
                before: fence(base?.text ?? '(nothing)'),
                ours: fence(ours.text),
                theirs: fence(theirs.text),
                maximum: String(maximumWords),
              }),
            },
          ],
          sampling: { temperature: teacherTemperature ?? temperature, maxTokens: teacherMaxTokens },
          samples: [{ index: attempt, seed: seed + attempt }],
          reply: { name: 'experience', schema: replySchema },
          purpose: { stage: 'shorten', role: 'teacher', item: id },
        },
        { signal },
      );
      const checked = replySchema.safeParse(sampled?.kind === 'completion' ? sampled.value : undefined);
      const text = checked.success
        ? checked.data.experience.replaceAll(/\s+/g, ' ').trim().normalize('NFC')
        : undefined;
      const fault = text === undefined ? 'the reply has not the form that was asked for' : faultOf(text);
      if (text !== undefined && fault === undefined) {
        resolutions.set(id, { text });
        return undefined;
      }
      reason = sampled?.kind === 'failed' ? sampled.reason : (fault ?? reason);
    }
    return reason;
  }
}

function faultOf(text: string): string | undefined {
  if (hasUnsafeCharacters(text) || text.length > 1024) return 'the reply holds characters that are not safe';
  if (addressesOperator(text)) return 'the reply speaks to the operator';
  if (countWords(text) > maximumWords) return `the reply has more than ${maximumWords} words`;
  return isStrategy(text) ? undefined : 'the reply does not read "When [context], [action]"';
}

/** What a file of resolutions says: by the conflict's id, a side or a text. */
const fileSchema = z.record(
  z.string(),
  z.union([z.enum(['ours', 'theirs']), z.strictObject({ text: z.string().min(1).max(1024) })]),
);

/** @throws ZooError `invalid-resolutions` (exit 2), `too-long`, `unsafe-text` */
export function parseResolutions(text: string, source: string): ReadonlyMap<string, Resolution> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalid(source, 'it is not JSON', cause);
  }
  const checked = fileSchema.safeParse(value);
  if (!checked.success) throw invalid(source, checked.error.issues[0]?.message ?? 'unknown reason');
  for (const [id, resolution] of Object.entries(checked.data)) {
    if (typeof resolution !== 'object') continue;
    if (hasUnsafeCharacters(resolution.text))
      throw invalid(source, `the text for ${id} holds characters that are not safe`);
    if (countWords(resolution.text) > maximumWords)
      throw invalid(source, `the text for ${id} has more than ${maximumWords} words`);
  }
  return new Map(Object.entries(checked.data));
}

function invalid(source: string, why: string, cause?: unknown): ZooError {
  return new ZooError('invalid-resolutions', `${source} does not resolve conflicts: ${why}`, {
    cause,
    exitCode: exitCode.usage,
    hint: 'Write {"<id>": "ours", "<id>": "theirs", "<id>": {"text": "When …, …"}}; the ids are those of the conflicts.',
  });
}
