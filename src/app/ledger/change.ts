import { ZooError, exitCode } from '../../core/error.ts';
import type { LibraryState } from '../../core/learning/account.ts';
import { type Experience, experienceId, experienceSchema } from '../../core/library/experience.ts';
import { ingestExperience } from '../../core/library/ingest.ts';
import { type LintFinding, lintExperience, sizeFindings } from '../../core/library/lint.ts';
import { amendLibrary } from '../../ledger/amend.ts';
import { type LibraryComparison, compareLibraries } from '../../ledger/comparing/compare-libraries.ts';
import { lookUp } from '../../ledger/look-up.ts';
import { whileBusy } from '../../ledger/undisturbed.ts';
import type { Config } from '../config.ts';
import { files, sha256 } from '../wire/platform.ts';
import { authorOf, configuredLedger, dateOf, findById } from './open.ts';

/** What can be said about an experience by hand; what is left out stays, or gets its default. */
export interface ExperienceFields {
  readonly text?: string | undefined;
  readonly domain?: string | undefined;
  readonly confidence?: number | undefined;
  /** Replaces all examples. */
  readonly examples?: readonly { readonly input: string; readonly output: string }[] | undefined;
}

export interface ChangedExperience {
  readonly before: Experience | null;
  readonly after: Experience | null;
  /** What a linter says about it, errors among them only where they were let pass. */
  readonly findings: readonly LintFinding[];
  readonly changes: LibraryComparison;
  readonly library: LibraryState;
}

/**
 * Puts a new experience at the end of the working library.
 *
 * @param force lets pass what the linter calls an error
 * @throws ZooError `experience-exists`, `lint-failed`, and those of `ingestExperience`
 */
export async function addExperience(
  config: Config,
  fields: ExperienceFields & { readonly text: string },
  force: boolean,
): Promise<ChangedExperience> {
  const ledger = configuredLedger(config);
  const added = newExperience(config, fields);
  const findings = await whileBusy(async () => {
    const same = await lookUp(files, ledger, [added.id], 'working', sha256);
    if (same.experiences.some(({ id }) => id === added.id)) throw exists(added.id);
    const found = checkLint(added, force);
    await amendLibrary(files, ledger, { puts: [added], basedOn: [] }, sha256);
    return found;
  });
  const changes = compareLibraries({ experiences: [] }, { experiences: [added] });
  const library = await ledger.state();
  const tooMany = sizeFindings(library.count, config.settings.libraryCapacity);
  return { before: null, after: added, findings: [...findings, ...tooMany], changes, library };
}

/** An experience that says something by hand, in no library yet. @throws ZooError as `ingestExperience` does */
export function newExperience(config: Config, fields: ExperienceFields & { readonly text: string }): Experience {
  const domain = fields.domain ?? config.settings.domain ?? 'general';
  const text = spaced(fields.text);
  checkSaid(text, domain);
  return ingestExperience(
    {
      id: experienceId(domain, text, sha256),
      domain,
      text,
      confidence: fields.confidence ?? 0.5,
      examples: fields.examples ?? [],
      metadata: {
        created_at: dateOf(config),
        created_by: authorOf(config),
        votes: { upvotes: 0, downvotes: 0 },
        usage_count: 0,
      },
      embedding: null,
      lineage: [],
      evidence: [],
    },
    'the experience',
  );
}

/**
 * Changes an experience. Another text or domain makes another id, which names the old one in its lineage and takes its
 * place in the order.
 *
 * @throws ZooError as {@link addExperience} does, and `unknown-experience`
 */
export async function editExperience(
  config: Config,
  id: string,
  fields: ExperienceFields,
  force: boolean,
): Promise<ChangedExperience> {
  const ledger = configuredLedger(config);
  const edit = await whileBusy(async () => {
    const before = findById(await lookUp(files, ledger, [id], 'working', sha256), id);
    const after = ingestExperience(edited(before, fields, config), 'the experience');
    const renamed = after.id !== before.id;
    if (renamed) {
      const same = await lookUp(files, ledger, [after.id], 'working', sha256);
      if (same.experiences.some((other) => other.id === after.id)) throw exists(after.id);
    }
    const findings = checkLint(after, force);
    const moved = renamed ? { deletes: [before.id], renames: [[before.id, after.id]] as const } : {};
    await amendLibrary(files, ledger, { puts: [after], ...moved, basedOn: [before] }, sha256);
    return { before, after, findings };
  });
  const changes = compareLibraries({ experiences: [edit.before] }, { experiences: [edit.after] });
  return { ...edit, changes, library: await ledger.state() };
}

function edited(before: Experience, fields: ExperienceFields, config: Config): Experience {
  const text = fields.text === undefined ? before.text : spaced(fields.text);
  const domain = fields.domain ?? before.domain;
  checkSaid(text, domain);
  const kept = {
    ...before,
    confidence: fields.confidence ?? before.confidence,
    examples: (fields.examples ?? before.examples).map(({ input, output }) => ({ input, output })),
  };
  if (text === before.text && domain === before.domain) return kept;
  return {
    ...kept,
    id: experienceId(domain, text, sha256),
    domain,
    text,
    metadata: { ...before.metadata, created_at: dateOf(config), created_by: authorOf(config) },
    embedding: null,
    lineage: [...before.lineage, before.id].slice(-64),
  };
}

/** Takes experiences out of the working library; all of them, or none where one is unknown. */
export async function removeExperiences(
  config: Config,
  ids: readonly string[],
): Promise<{ readonly removed: readonly Experience[]; readonly library: LibraryState }> {
  const ledger = configuredLedger(config);
  const removed = await whileBusy(async () => {
    const few = await lookUp(files, ledger, ids, 'working', sha256);
    const found = [...new Set(ids.map((id) => findById(few, id)))];
    await amendLibrary(files, ledger, { puts: [], deletes: found.map(({ id }) => id), basedOn: found }, sha256);
    return found;
  });
  return { removed, library: await ledger.state() };
}

function checkLint(experience: Experience, force: boolean): readonly LintFinding[] {
  const findings = lintExperience(experience);
  const error = findings.find(({ level }) => level === 'error');
  if (error === undefined || force) return findings;
  throw new ZooError('lint-failed', `the experience is not fit for a library (${error.rule}): ${error.message}`, {
    exitCode: exitCode.regression,
    hint: `${error.mend} Or let it pass with --force.`,
    data: { findings },
  });
}

function exists(id: string): ZooError {
  return new ZooError('experience-exists', `the library has this experience already, as ${id}`, {
    hint: `See it with "zoo ledger show ${id}".`,
  });
}

/** What somebody typed, told before a schema would tell it in its own words. @throws ZooError `usage`, `invalid-domain` */
function checkSaid(text: string, domain: string): void {
  if (text === '')
    throw new ZooError('usage', 'an experience needs a text', {
      exitCode: exitCode.usage,
      hint: 'Such as zoo ledger add "When a sum telescopes, write out its first and last terms."',
    });
  if (experienceSchema.shape.domain.safeParse(domain).success) return;
  throw new ZooError('invalid-domain', `"${domain}" is no domain`, {
    exitCode: exitCode.usage,
    hint: 'A domain is lower-case words, joined by dots: --domain math.number-theory (ZOO_DOMAIN).',
  });
}

function spaced(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().normalize('NFC');
}
