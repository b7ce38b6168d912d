import type { StarterExperience } from './starters.ts';

export const writingStarter: readonly StarterExperience[] = [
  {
    domain: 'writing.character',
    text: 'When a character is to make a hard choice late in the story, show the motive for it in the first act.',
  },
  {
    domain: 'writing.description',
    text: 'When describing a place or a thing, choose one precise detail of sight, sound, smell or touch over several general adjectives.',
  },
  {
    domain: 'writing.dialogue',
    text: 'When several characters talk, give each one rhythms and words that fit background and temper, until a line is known without its name.',
  },
  {
    domain: 'writing.structure',
    text: 'When a scene ends with everything as it was, find what it changes for someone, or cut the scene.',
  },
  {
    domain: 'writing.revision',
    text: 'When revising a paragraph, read it aloud and rewrite every sentence at which the breath or the attention stops.',
  },
  {
    domain: 'writing.pacing',
    text: 'When tension should rise, shorten sentences and delay the answer to one clear question that the reader holds.',
  },
  {
    domain: 'writing.point-of-view',
    text: 'When a scene has a viewpoint, tell only what that character can perceive or guess, and drop what it cannot know.',
  },
];
