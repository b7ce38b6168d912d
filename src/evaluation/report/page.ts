import type { ReportInput } from '../report.ts';
import { formatCountOf } from '../format.ts';
import type { Collected, ReportLimits } from './collect.ts';
import { gateSection } from './gate.ts';
import { experienceSection } from './experiences.ts';
import { section } from './blocks.ts';
import { renderDocument } from './document.ts';
import { type Html, html } from './html.ts';
import {
  costSection,
  decisionSection,
  growthSection,
  hamiltonianSection,
  outcomeSection,
  rewardSection,
  summarySection,
} from './sections.ts';

const chapters = [
  ['reward', 'Reward'],
  ['outcomes', 'Outcomes'],
  ['cost', 'Cost'],
  ['growth', 'Library growth'],
  ['gate', 'Gate'],
  ['hamiltonian', 'Hamiltonian account'],
  ['experiences', 'Experiences'],
  ['decisions', 'Decisions'],
  ['configuration', 'Configuration'],
] as const;

const statusTone = { completed: 'good', rejected: 'bad', budget: 'quiet', interrupted: 'quiet' } as const;

/** The whole page, as text. */
export function renderPage(input: ReportInput, collected: Collected, limits: ReportLimits): string {
  const { result } = input;
  const { model, dataset } = result;
  const teacher = model.teacher === model.student ? '' : `, taught by ${model.teacher}`;
  return renderDocument(
    `zoo report: ${result.run}`,
    input.sha256,
    html`<header>
        <p class="eyebrow">zoo train · report</p>
        <h1>${result.run} <span class="badge ${statusTone[result.status]}">${result.status}</span></h1>
        <p>
          ${model.student} (${model.provider})${teacher}, on ${formatCountOf(dataset.train, 'problem')} of
          ${dataset.name}${dataset.gate > 0 && ` and ${dataset.gate} held out for the gate`}.
          ${result.resumedFrom !== null && `Resumed from step ${result.resumedFrom}.`}
        </p>
        ${
          model.provider === 'sim' &&
          html`<p class="note">
            The model is simulated: these figures show how the method runs, not what a model learns.
          </p>`
        }
        <nav aria-label="Sections">
          <ul>
            ${chapters.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}
          </ul>
        </nav>
      </header>
      <main id="main">
        ${summarySection(result)} ${rewardSection(result, collected)} ${outcomeSection(result)} ${costSection(result)}
        ${growthSection(result)} ${gateSection(result, collected.gates, collected.competitions)}
        ${hamiltonianSection(result, collected)} ${experienceSection(input, collected, limits)}
        ${decisionSection(collected)} ${configurationSection(input)}
      </main>
      <footer class="note">Built by zoo ${input.fingerprints['zoo'] ?? ''} at ${input.createdAt}.</footer>`,
  );
}

function configurationSection({ result, configuration, fingerprints }: ReportInput): Html {
  const { library, dataset } = result;
  return section(
    'configuration',
    'Configuration and fingerprints',
    html`<h3>Fingerprints</h3>
      <dl class="facts">
        <dt>dataset (SHA-256)</dt>
        <dd><code>${dataset.sha256}</code></dd>
        <dt>library before (root)</dt>
        <dd><code>${library.before.root}</code></dd>
        <dt>library after (root)</dt>
        <dd><code>${library.after.root}</code></dd>
        ${Object.entries(fingerprints).map(
          ([name, value]) =>
            html`<dt>${name}</dt>
              <dd><code>${value}</code></dd>`,
        )}
      </dl>
      <h3>Settings</h3>
      <dl class="facts">
        ${Object.entries(configuration).map(
          ([name, value]) =>
            html`<dt>${name}</dt>
              <dd><code>${typeof value === 'string' ? value : JSON.stringify(value)}</code></dd>`,
        )}
      </dl>`,
  );
}
