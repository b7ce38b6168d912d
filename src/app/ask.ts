import { findAnswer } from '../core/answer/find-answer.ts';
import { ZooError } from '../core/error.ts';
import type { UsageAccount } from '../core/learning/account.ts';
import { solvePrompt } from '../core/library/prompt.ts';
import type { Library } from '../core/library/library.ts';
import type { Config } from './config.ts';
import { readAll } from '../ledger/shards/shards.ts';
import { openReference } from './library-reference.ts';
import { readPrompts } from './prompts.ts';
import { isPublished } from './published-library.ts';
import { openDatasets } from './wire/datasets.ts';
import { resolveStudent } from './wire/endpoints.ts';
import { ledgerAt } from './wire/ledgers.ts';
import { openModels } from './wire/models.ts';
import { files, sha256 } from './wire/platform.ts';

export interface Answered {
  readonly question: string;
  /** The final answer, where one could be found. */
  readonly answer: string | null;
  readonly text: string;
  readonly reasoning: string;
  readonly finish: string;
  readonly model: { readonly provider: string; readonly model: string };
  /** The experiences in the prompt; `named` says whether the answer named one by its id. */
  readonly experiences: readonly { readonly id: string; readonly text: string; readonly named: boolean }[];
  readonly usage: UsageAccount;
}

/** Asks the student one question with the library in the prompt. @throws ZooError `no-answer` when the call failed */
export async function askQuestion(
  config: Config,
  question: string,
  withLibrary: boolean,
  signal: AbortSignal,
): Promise<Answered> {
  const { settings } = config;
  const prompts = await readPrompts(files, sha256, config.settings.prompts);
  const library: Library = withLibrary ? await openConfigured(config, signal) : { experiences: [] };
  const student = await resolveStudent(config, signal);
  const problems = settings.dataset === undefined ? [] : (await openDatasets(config).open(settings.dataset)).problems;
  const models = await openModels({
    config,
    student,
    teacher: student,
    prompts,
    journal: undefined,
    replay: false,
    scope: 'ask',
    problems,
    observe: () => {},
  });
  try {
    const prompt = solvePrompt(prompts.templates.solve, { problem: question }, library, settings.libraryTokens);
    const { temperature, topP, topK, maxTokens, stop, seed } = settings;
    const [sampled] = await models.student.generate(
      {
        messages: prompt.messages,
        sampling: { temperature, topP, topK, maxTokens, stop },
        samples: [{ index: 0, seed }],
        purpose: { stage: 'ask', role: 'student', item: 'question' },
      },
      { signal },
    );
    if (sampled?.kind !== 'completion') {
      throw new ZooError('no-answer', `${student.model} gave no answer: ${sampled?.reason ?? 'nothing came back'}`, {
        hint: '`zoo doctor` checks the endpoint.',
      });
    }
    const { text, reasoning, finish } = sampled;
    return {
      question,
      answer: findAnswer(text)?.text ?? null,
      text,
      reasoning,
      finish,
      model: { provider: student.provider, model: student.model },
      experiences: prompt.injected.map(({ id, text: says }) => ({
        id,
        text: says,
        named: `${text}${reasoning}`.includes(id),
      })),
      usage: models.account(),
    };
  } finally {
    await models.close();
  }
}

/** The library of --library: a folder, or what was published under a CID, fetched and verified. */
async function openConfigured(config: Config, signal: AbortSignal): Promise<Library> {
  const { library } = config.settings;
  const ledger = ledgerAt(library);
  if (!isPublished(library)) return await ledger.library();
  const { small, shards } = await openReference(library, { config, ledger, folder: config.folder, signal });
  return small ?? (await readAll(shards));
}
