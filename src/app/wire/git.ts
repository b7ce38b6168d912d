import { gitCommand } from '../../world/git/command.ts';
import type { Git } from '../../world/git/git.ts';

export const git: Git = gitCommand;
