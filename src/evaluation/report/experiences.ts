import type { Experience } from '../../core/library/experience.ts';
import { formatCount, formatCountOf, formatScore } from '../format.ts';
import type { ReportInput } from '../report.ts';
import { type Collected, groupKey, type ReportLimits, selectTranscripts, type Transcript } from './collect.ts';
import { type Html, html } from './html.ts';
import { section } from './blocks.ts';

/** Experiences shown in full; a library may hold more than a page can. */
const mostExperiences = 1000;

/** Each experience that the run left in the library, with what taught it; then what the run took out. */
export function experienceSection(input: ReportInput, collected: Collected, limits: ReportLimits): Html {
  const { before, after, problems = [] } = input;
  const texts = new Map(problems.map(({ id, problem }) => [id, problem]));
  const old = new Map(before.experiences.map((experience) => [experience.id, experience]));
  const kept = new Set(after.experiences.map(({ id }) => id));
  const replaced = new Set(after.experiences.flatMap(({ lineage }) => lineage));
  const fresh = after.experiences.filter(({ id }) => !old.has(id));
  const stayed = after.experiences.filter(({ id }) => old.has(id));
  const removed = before.experiences.filter(({ id }) => !kept.has(id) && !replaced.has(id));
  const shown = [...fresh, ...stayed].slice(0, mostExperiences);
  const leftOut = after.experiences.length - shown.length;
  return section(
    'experiences',
    'Experiences',
    html`<p>
        ${formatCount(fresh.length)} new or modified, ${formatCount(stayed.length)} unchanged,
        ${formatCount(removed.length)} removed. ${leftOut > 0 && `${formatCount(leftOut)} are not shown.`} Below each:
        the groups of rollouts that taught it, and a selection of what the model said in them.
      </p>
      ${shown.map((experience) => card(experience, old, texts, input.fingerprint, collected, limits))}
      ${
        removed.length > 0 &&
        html`<h3>Removed</h3>
          <ul>
            ${removed.slice(0, mostExperiences).map(({ id, text }) => html`<li>${text} <small>${id}</small></li>`)}
          </ul>`
      }`,
  );
}

function card(
  experience: Experience,
  old: ReadonlyMap<string, Experience>,
  problems: ReadonlyMap<string, string>,
  fingerprint: string | undefined,
  collected: Collected,
  limits: ReportLimits,
): Html {
  const { id, text, domain, confidence, metadata, lineage, evidence } = experience;
  const origin = lineage.findLast((ancestor) => old.has(ancestor));
  const status = old.has(id) ? 'unchanged' : lineage.length > 0 ? 'modified' : 'new';
  const own = evidence.filter(({ run }) => fingerprint === undefined || run === fingerprint);
  const shown = own.slice(-limits.groupsEach);
  return html`<article class="experience" id="${id}" aria-label="Experience ${id}">
    <p class="eyebrow">${status} · ${domain} · <code>${id}</code></p>
    <p class="text">${text}</p>
    <dl>
      <dt>confidence</dt>
      <dd>${formatScore(confidence)}</dd>
      <dt>votes, uses</dt>
      <dd>
        ${formatCount(metadata.votes.upvotes)} for, ${formatCount(metadata.votes.downvotes)} against,
        ${formatCount(metadata.usage_count)} uses
      </dd>
      ${
        origin !== undefined &&
        html`<dt>was</dt>
          <dd>${old.get(origin)?.text} <small>${origin}</small></dd>`
      }
      <dt>evidence</dt>
      <dd>
        ${evidence.length === 0 ? 'none recorded' : evidenceLine(experience)}
        ${evidence.length > own.length && ` ${formatCount(evidence.length - own.length)} of other runs.`}
      </dd>
    </dl>
    ${shown.map(({ step, group }) => groupDetails(step, group, problems.get(group), collected.transcripts.get(groupKey(step, group)), limits))}
    ${
      own.length > shown.length &&
      html`<p class="note">${formatCount(own.length - shown.length)} more groups of this run are not shown.</p>`
    }
  </article>`;
}

function evidenceLine({ evidence }: Experience): string {
  const rollouts = evidence.reduce((sum, one) => sum + one.rollouts.length, 0);
  const models = [...new Set(evidence.map(({ model }) => model))].join(', ');
  return `${formatCountOf(evidence.length, 'group')}, ${formatCountOf(rollouts, 'rollout')} of ${models}.`;
}

function groupDetails(
  step: number,
  group: string,
  problem: string | undefined,
  transcripts: readonly Transcript[] | undefined,
  limits: ReportLimits,
): Html {
  if (transcripts === undefined) {
    return html`<p class="note">Problem ${group}, step ${step}: its transcripts are not embedded here.</p>`;
  }
  const selected = selectTranscripts(transcripts, limits);
  const right = transcripts.filter(({ kind }) => kind === 'correct').length;
  return html`<details>
    <summary>Problem ${group}, step ${step}: ${right} of ${transcripts.length} correct</summary>
    ${problem !== undefined && html`<blockquote>${problem}</blockquote>`} ${selected.map(transcriptBlock)}
    ${
      selected.length < transcripts.length &&
      html`<p class="note">
        ${formatCount(transcripts.length - selected.length)} of ${formatCount(transcripts.length)} transcripts of this
        group are left out; the journal holds them.
      </p>`
    }
  </details>`;
}

function transcriptBlock({ sample, digest, kind, reward, answer, reason, text, completionTokens }: Transcript): Html {
  return html`<div class="transcript">
    <p>
      <span class="mark ${kind}">${kind}</span> · sample ${sample}${reward !== undefined && ` · reward ${reward}`}
      ${answer !== undefined && html` · answer <code>${answer}</code>`}
      ${completionTokens !== undefined && ` · ${formatCount(completionTokens)} tokens`}
      <small>${reason} · <code>${digest.slice(0, 16)}</code></small>
    </p>
    <pre tabindex="0" aria-label="What the model said">${text === '' ? '(nothing)' : text}</pre>
  </div>`;
}
