import { serveJobs } from '../worker/serve.ts';
import { matchRegex } from './match.ts';

serveJobs(matchRegex);
