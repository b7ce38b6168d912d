import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { outcomeKinds, type OutcomeCounts } from '../../core/learning/outcome.ts';
import { type Html, html, showControls, trusted } from './html.ts';

/** A point of a series, with the ends of its interval where it has one. */
export interface Point {
  readonly step: number;
  readonly value: number;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
}

/** Means of a quantity over the steps, with their intervals. */
export function seriesChart(
  points: readonly Point[],
  options: {
    readonly label: string;
    readonly describe: string;
    readonly colour?: string;
    readonly domain?: [number, number];
  },
): Html {
  const colour = options.colour ?? 'var(--accent)';
  const ranged = points.filter(({ low, high }) => low !== undefined && high !== undefined);
  return draw(options.describe, {
    x: stepScale(points),
    y: { label: options.label, grid: true, nice: true, zero: true, ...(options.domain && { domain: options.domain }) },
    marks: [
      ranged.length > 40
        ? Plot.areaY(ranged, { x: 'step', y1: 'low', y2: 'high', fill: colour, fillOpacity: 0.18 })
        : Plot.ruleX(ranged, { x: 'step', y1: 'low', y2: 'high', stroke: colour, strokeWidth: 2, strokeOpacity: 0.45 }),
      Plot.lineY(points, { x: 'step', y: 'value', stroke: colour, strokeWidth: 2 }),
      points.length > 60
        ? null
        : Plot.dot(points, { x: 'step', y: 'value', fill: colour, r: 3.5, title: (point: Point) => pointTitle(point) }),
    ],
  });
}

/** Shares of the outcomes of each step, stacked. */
export function outcomeChart(
  steps: readonly { readonly step: number; readonly rollouts: OutcomeCounts }[],
  describe: string,
): Html {
  const bars = steps.flatMap(({ step, rollouts }) =>
    outcomeKinds
      .filter((kind) => rollouts[kind] > 0)
      .map((kind) => ({
        step,
        kind,
        share: rollouts[kind] / rollouts.total,
        count: rollouts[kind],
        of: rollouts.total,
      })),
  );
  return html`${draw(describe, {
      x: { ...stepAxis, type: 'band', padding: steps.length > 60 ? 0 : 0.2, ticks: bandTicks(steps) },
      y: { label: 'share of rollouts', percent: true, grid: true, domain: [0, 100] },
      color: { domain: [...outcomeKinds], range: outcomeKinds.map((kind) => `var(--${kind})`) },
      marks: [
        Plot.barY(bars, {
          x: 'step',
          y: 'share',
          fill: 'kind',
          order: [...outcomeKinds],
          title: ({ kind, count, of }: (typeof bars)[number]) => `${kind}: ${count} of ${of}`,
        }),
        Plot.ruleY([0]),
      ],
    })}
    <ul class="legend">
      ${outcomeKinds.map((kind) => html`<li><span class="swatch ${kind}"></span>${kind}</li>`)}
    </ul>`;
}

/** Named amounts as horizontal bars, in the order given. */
export function barChart(
  bars: readonly { readonly name: string; readonly value: number; readonly text: string }[],
  options: { readonly label: string; readonly describe: string; readonly colour?: string },
): Html {
  return draw(options.describe, {
    height: 46 + bars.length * 26,
    marginLeft: 165,
    marginRight: 90,
    x: { label: options.label, grid: true, nice: true, ticks: 5, tickFormat: 's' },
    y: { label: null, domain: bars.map(({ name }) => name) },
    marks: [
      Plot.barX(bars, { y: 'name', x: 'value', fill: options.colour ?? 'var(--accent)', insetTop: 3, insetBottom: 3 }),
      Plot.text(bars, { y: 'name', x: 'value', text: 'text', dx: 6, textAnchor: 'start', fill: 'currentColor' }),
      Plot.ruleX([0]),
    ],
  });
}

/** A library's size; a point's step counts the steps that were finished. */
export function growthChart(points: readonly Point[], describe: string): Html {
  return draw(describe, {
    x: { ...stepScale(points), label: 'steps finished' },
    y: { label: 'experiences', grid: true, nice: true, zero: true, tickFormat: 'd' },
    marks: [
      Plot.areaY(points, { x: 'step', y: 'value', fill: 'var(--accent)', fillOpacity: 0.18 }),
      Plot.lineY(points, { x: 'step', y: 'value', stroke: 'var(--accent)', strokeWidth: 2 }),
      Plot.ruleY([0]),
    ],
  });
}

const stepAxis = { label: 'step' } as const;

function stepScale(points: readonly Point[]): Plot.ScaleOptions {
  const last = Math.max(0, ...points.map(({ step }) => step));
  const domain: [number, number] = last === 0 ? [-0.5, 0.5] : [0, last];
  return { ...stepAxis, domain, ticks: Math.min(10, last), tickFormat: 'd', inset: 6 };
}

function bandTicks(steps: readonly { readonly step: number }[]): number[] {
  const every = Math.ceil(steps.length / 12);
  return steps.filter((_, index) => index % every === 0).map(({ step }) => step);
}

function pointTitle({ step, value, low, high }: Point): string {
  const interval = low === undefined || high === undefined ? '' : ` [${low.toFixed(3)}, ${high.toFixed(3)}]`;
  return `step ${step}: ${value.toFixed(3)}${interval}`;
}

/** Scores with their intervals, one a row, in the order given; `rule` marks the value of no difference. */
export function intervalChart(
  rows: readonly { readonly name: string; readonly value: number; readonly low: number; readonly high: number }[],
  options: { readonly label: string; readonly describe: string; readonly rule?: number },
): Html {
  return draw(options.describe, {
    height: 60 + rows.length * 34,
    marginLeft: 165,
    marginRight: 30,
    x: { label: options.label, grid: true, nice: true },
    y: { label: null, domain: rows.map(({ name }) => name) },
    marks: [
      options.rule === undefined ? null : Plot.ruleX([options.rule], { strokeDasharray: '4 3' }),
      Plot.ruleY(rows, {
        y: 'name',
        x1: 'low',
        x2: 'high',
        stroke: 'var(--accent)',
        strokeWidth: 3,
        strokeOpacity: 0.45,
      }),
      Plot.dot(rows, { y: 'name', x: 'value', fill: 'var(--accent)', r: 5 }),
    ],
  });
}

/** Each problem's score under two arms: above the line the candidate did better. */
export function scatterChart(
  points: readonly { readonly name: string; readonly baseline: number; readonly candidate: number }[],
  options: { readonly baseline: string; readonly candidate: string; readonly describe: string },
): Html {
  return draw(options.describe, {
    width: 460,
    height: 420,
    x: { label: options.baseline, grid: true, domain: [0, 1], inset: 8 },
    y: { label: options.candidate, grid: true, domain: [0, 1], inset: 8 },
    marks: [
      Plot.line(
        [
          [0, 0],
          [1, 1],
        ],
        { strokeDasharray: '4 3' },
      ),
      Plot.dot(points, {
        x: 'baseline',
        y: 'candidate',
        fill: 'var(--accent)',
        fillOpacity: 0.5,
        r: 4.5,
        title: ({ name, baseline, candidate }: (typeof points)[number]) =>
          `${name}: ${baseline.toFixed(3)}, ${candidate.toFixed(3)}`,
      }),
    ],
  });
}

/** Draws on a document of its own. Styles stand in the page's sheet, so that its policy need not allow inline ones. */
function draw(describe: string, options: Plot.PlotOptions): Html {
  const { document } = parseHTML('<!doctype html><html><body></body></html>') as unknown as {
    readonly document: NonNullable<Plot.PlotOptions['document']>;
  };
  const figure = Plot.plot({
    document,
    width: 680,
    height: 260,
    marginLeft: 56,
    marginBottom: 40,
    ariaLabel: describe,
    className: 'plot',
    ...options,
  }) as unknown as {
    readonly outerHTML: string;
    setAttribute(name: string, value: string): void;
    querySelectorAll(selector: string): Iterable<{ remove(): void; removeAttribute(name: string): void }>;
  };
  for (const style of figure.querySelectorAll('style')) style.remove();
  // The chart is one image with one description; names of its parts would be noise to a reader.
  for (const part of figure.querySelectorAll('[aria-label]')) part.removeAttribute('aria-label');
  figure.setAttribute('role', 'img');
  // The serialiser escapes markup in names and titles, not control characters.
  return trusted(showControls(figure.outerHTML));
}
